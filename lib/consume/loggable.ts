/** A URL with what may be secret in it: a login and a query. */
const URLS = /\b(https?:\/\/)([^\s/?#"'<>@]*@)?([^\s?#"'<>]*)(\?[^\s"'<>]*)?(#[^\s"'<>]*)?/gi;

/**
 * A text for a log: on one line, and of URLs in it neither login nor query, which may hold secrets.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(loggable("no answer of https://me:pw@host/a?key=1:\nreset"), "no answer of https://***@host/a?… reset");
 * ```
 */
export function loggable(text: string): string {
  return text.replace(
    URLS,
    (_, scheme, login, place, query) =>
      `${scheme}${login === undefined ? "" : "***@"}${place}${query === undefined ? "" : "?…"}`,
  ).replace(/\s+/g, " ");
}
