import { parseUrlPattern } from "../guard/url_pattern.ts";

/** The secrets that functions may name, and the URLs that they may go to, as `--secret` says it. */
export interface SecretPattern {
  /** As it was written. */
  readonly text: string;
  /** Whether it is for URLs of a pattern only. */
  readonly isBound: boolean;
  /** Whether a reference is one of these secrets. */
  names(reference: string): boolean;
  /** Whether these secrets may be sent to a URL. */
  mayGoTo(url: URL): boolean;
}

const PATTERN = /^(?<reference>env:[\w.*-]+|file:[^=\0]+|google(?::[^=*\0]+)?)(?:=(?<urls>.+))?$/s;
/** One star at most, in the last part of a path, or in a name that has other signs as well. */
const STARRED = /^(?:env:(?!\*$)[\w.-]*\*[\w.-]*|file:[^*]*[^*:/\\][^*]*[/\\][^*/\\]*\*[^*/\\]*)$/s;
/** Parts of a path that lead elsewhere than they seem to. */
const DOTS = /(?:^file:|[/\\])\.{1,2}(?:[/\\]|$)/;

/**
 * Reads `env:NAME[=URL]` or `file:PATH[=URL]`. One `*` stands for any signs of a variable's name, or of the last part of a path;
 * never for a whole name, or a folder. The URL is a pattern as `--allow-url` has it, without one the secret may go to any URL
 * that is called. `google=URL` names the ID tokens of Google for the URLs that they are sent to, `google:AUDIENCE=URL` those for
 * another audience: whoever has such a token speaks in the name of this program, so they need a URL.
 *
 * @throws {SyntaxError} if it cannot be understood
 */
export function parseSecretPattern(text: string): SecretPattern {
  const { reference, urls } = PATTERN.exec(text)?.groups ?? {};
  if (
    reference === undefined || (reference.includes("*") && !STARRED.test(reference)) ||
    DOTS.test(reference) || (reference.startsWith("google") && urls === undefined)
  ) {
    throw new SyntaxError(
      `Cannot read "${text}" as a secret. Write env:NAME, file:/PATH, file:/FOLDER/*, or one of them and where it may go: ` +
        "env:NAME=https://host. Of ID tokens write google=https://host",
    );
  }
  const pattern = urls === undefined ? undefined : parseUrlPattern(urls);
  return {
    text,
    isBound: pattern !== undefined,
    names: matcherOf(reference),
    mayGoTo: (url) => pattern?.matches(url) ?? true,
  };
}

/** Whether some pattern can name a reference. */
export function canBeNamed(reference: string): boolean {
  return PATTERN.exec(reference)?.groups?.reference === reference && !DOTS.test(reference);
}

function matcherOf(pattern: string): (reference: string) => boolean {
  const [first = "", last] = pattern.split("*");
  if (last === undefined) return (reference) => reference === pattern;
  return (reference) => {
    if (!reference.startsWith(first) || !reference.endsWith(last)) return false;
    const between = reference.slice(first.length, reference.length - last.length);
    const isLongEnough = reference.length >= first.length + last.length;
    return isLongEnough && !/[/\\]/.test(between) && !DOTS.test(reference);
  };
}
