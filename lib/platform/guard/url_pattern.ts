import { URL_SCHEMES } from "../../model/mod.ts";

/** Which URLs functions may have, as `--allow-url` says it. */
export interface UrlPattern {
  /** As it was written. */
  readonly text: string;
  matches(url: URL): boolean;
}

const WEB = /^(https?|\*):\/\/(\[[^\]\s]*\]|[^\s\/:?#@\\[\]]+)(?::(\d{1,5}|\*))?(\/[^\s?#\\]*)?$/i;
/** The parts that servers may read as another path: encoded separators, a percent sign once more, and `..;` as some have it. */
const AMBIGUOUS = /%(2f|5c|25|00)|\/\.{1,2};/i;

/**
 * Reads `SCHEME://HOST[:PORT][/PATH]`, `lambda:REGION:NAME[:QUALIFIER]` or `openwhisk://HOST/NAMESPACE/ACTION`. It is compared
 * with a URL in the form that the URL parser gives it, which is the one that is called: lower case, punycode, dots resolved;
 * user, password, query and fragment are not compared.
 *
 * - The scheme is `http`, `https`, or `*` for both.
 * - The host is a name or an address, `*` for any, or `*.` and a name for all below that name, but not the name itself.
 * - Without a port it is the scheme's own; `:*` is any.
 * - Without a path it is any; else `*` stands for any characters, also slashes. A URL whose path some servers would read
 *   as another one (`%2f`, `%5c`, `%25`, `..;`) matches no pattern that has a path, unless that is `/*`.
 * - In URLs of other schemes `*` stands for any characters; a Lambda function without a qualifier is any version.
 *
 * @throws {SyntaxError} if it cannot be understood
 */
export function parseUrlPattern(text: string): UrlPattern {
  if (URL_SCHEMES.some((scheme) => scheme.isPattern(text))) return { text, matches: nameMatcher(text) };
  const [, scheme = "", host = "", port, path] = WEB.exec(text) ?? [];
  const hostMatches = scheme === "" ? undefined : hostMatcher(host);
  if (hostMatches === undefined || Number(port) > 65_535) {
    throw new SyntaxError(
      `Cannot read "${text}" as a pattern of URLs. Write https://host, https://*.example.com:8443/path/* or ` +
        "lambda:us-east-1:name-*",
    );
  }
  const schemes = scheme === "*" ? ["http:", "https:"] : [`${scheme.toLowerCase()}:`];
  const pathMatches = path === undefined || path === "/*" ? () => true : pathMatcher(path);
  return {
    text,
    matches: (url) =>
      schemes.includes(url.protocol) && hostMatches(bare(url.hostname)) &&
      (port === "*" || portOf(url) === (port === undefined ? defaultPort(url) : Number(port))) &&
      pathMatches(url.pathname),
  };
}

function hostMatcher(host: string): ((hostname: string) => boolean) | undefined {
  if (host === "*") return () => true;
  const below = host.startsWith("*.");
  const name = URL.parse(`http://${below ? host.slice(2) : host}/`)?.hostname;
  if (name === undefined || name === "" || name.includes("*")) return undefined;
  const meant = bare(name);
  return below ? (hostname) => hostname.endsWith(`.${meant}`) : (hostname) => hostname === meant;
}

function pathMatcher(path: string): (pathname: string) => boolean {
  const glob = globMatcher(new URL(`http://host${path}`).pathname);
  return (pathname) => !AMBIGUOUS.test(pathname) && glob(pathname);
}

function nameMatcher(text: string): (url: URL) => boolean {
  const glob = globMatcher(text);
  const anyVersion = /^lambda(:[^:]+){2}$/.test(text) ? globMatcher(`${text}:*`) : glob;
  return ({ href }) => glob(href) || anyVersion(href);
}

/** Matches in one pass over the text for each `*`: it is asked about texts that strangers write. */
function globMatcher(glob: string): (text: string) => boolean {
  const [first = "", ...parts] = glob.split("*"), last = parts.pop();
  return (text) => {
    if (last === undefined) return text === first;
    if (!text.startsWith(first) || text.length < first.length + last.length) return false;
    let at = first.length;
    for (const part of parts) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return text.length - last.length >= at && text.endsWith(last);
  };
}

/** Without the dots with which a name may end. */
function bare(hostname: string): string {
  return hostname.replace(/\.+$/, "");
}

function portOf(url: URL): number {
  return url.port === "" ? defaultPort(url) : Number(url.port);
}

function defaultPort({ protocol }: URL): number {
  return protocol === "https:" ? 443 : 80;
}
