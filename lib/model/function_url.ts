import { WorkloadError } from "./errors.ts";
import { percentDecoded } from "./percent.ts";
import { URL_SCHEMES, urlSchemeOf } from "./url_schemes.ts";

/** A URL as messages show it, whatever it is: without the user and the password before the `@`. */
export function shownUrl(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, "$1***@");
}

/**
 * The reason why the user or the password of a URL cannot be read, and what to write; undefined if they can. They are sent
 * decoded.
 */
export function loginFault({ username, password }: URL): string | undefined {
  const isRead = (part: string) => percentDecoded(part) !== undefined;
  const part = isRead(username) ? isRead(password) ? undefined : "password" : "user";
  return part && `its ${part} holds a % that stands for no character. Write % as %25`;
}

const SHORT_FORMS = URL_SCHEMES.map(({ short }) => short).join(" or ");

/** @throws {WorkloadError} if a function cannot be called at a URL */
export function checkUrl(url: unknown, name: string): void {
  const scheme = typeof url === "string" ? urlSchemeOf(url) : undefined;
  if (scheme !== undefined) {
    if (scheme.reads(url as string)) return;
    throw new WorkloadError(
      "bad-url",
      `function "${name}": the url ${
        JSON.stringify(shownUrl(url as string))
      } names no ${scheme.what}. Write ` +
        `${scheme.form}, for example ${scheme.example}`,
    );
  }
  const parsed = typeof url === "string" ? URL.parse(url) : null;
  const shown = JSON.stringify(typeof url === "string" ? shownUrl(url) : url);
  if (parsed !== null && (parsed.protocol === "http:" || parsed.protocol === "https:")) {
    const fault = loginFault(parsed);
    if (fault === undefined) return;
    throw new WorkloadError("bad-url", `function "${name}": the url ${shown} cannot be used: ${fault}`);
  }
  throw new WorkloadError(
    "bad-url",
    `function "${name}": the url ${shown} is not absolute. Write http://host/path, ` +
      `https://host/path, ${SHORT_FORMS}, or leave it out to run on the local platform`,
  );
}

/**
 * Checks that the URLs that are written are there: one that is read from an unset variable must not make the function one of
 * the local platform.
 *
 * @throws {WorkloadError} naming the function and what to do
 */
export function checkGiven(
  options: { readonly url?: unknown; readonly urls?: unknown },
  name: string,
): void {
  const urls = typeof options.urls === "object" && options.urls !== null ? Object.entries(options.urls) : [];
  const missing = Object.hasOwn(options, "url") && options.url === undefined
    ? "url"
    : Object.hasOwn(options, "urls") && options.urls === undefined
    ? "urls"
    : urls.filter(([, url]) => url === undefined).map(([platform]) => `urls.${platform}`)[0];
  if (missing === undefined) return;
  throw new WorkloadError(
    "bad-url",
    `function "${name}": ${missing} is there, but undefined. Set the variable that the URL is read from, or leave ` +
      `${missing} out to run the function on the local platform`,
  );
}

/** The pattern of the names of a function's platforms. */
const PLATFORM = /^[\w.-]{1,64}$/;
/** More platforms for one function are a mistake. */
const MOST_PLATFORMS = 32;

/** @throws {WorkloadError} if these are no URLs by the names of platforms */
export function checkUrls(urls: unknown, name: string): void {
  const entries = typeof urls === "object" && urls !== null ? Object.entries(urls) : [];
  if (Array.isArray(urls) || entries.length === 0 || entries.length > MOST_PLATFORMS) {
    throw new WorkloadError(
      "bad-url",
      `function "${name}": urls are no URLs by platform, up to ${MOST_PLATFORMS}. Write ` +
        'urls: { edge: "http://host/path", aws: "lambda:eu-central-1:name" }',
    );
  }
  for (const [platform, url] of entries) {
    if (!PLATFORM.test(platform) || platform === "__proto__") {
      throw new WorkloadError(
        "bad-url",
        `function "${name}": ${JSON.stringify(platform)} is no name of a platform. ` +
          "Write 1 to 64 letters, digits or _ . -, as --platform NAME=URL has it",
      );
    }
    checkUrl(url, name);
  }
}
