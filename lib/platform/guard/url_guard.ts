import { hostRefusal } from "./addresses.ts";
import type { UrlPattern } from "./url_pattern.ts";

/** A URL that is not called, for what it says or for where it leads. The message begins with `url-refused`. */
export class UrlRefusedError extends Error {
  override readonly name = "UrlRefusedError";

  constructor(why: string) {
    super(`url-refused: ${why}`);
  }
}

/** So many URLs are remembered, with what they came to. */
const URLS_KEPT = 10_000;

/**
 * Says which URLs may be called: function URLs come out of queue messages, which anybody may have written. What a URL's
 * name leads to is not known here, but to the {@linkcode Dialer}.
 */
export class UrlGuard {
  readonly #allowed: readonly UrlPattern[];
  readonly #verdicts = new Map<string, UrlRefusedError | undefined>();

  /** @param allowed what they must match, one of them; none: anything may be called that is not refused always */
  constructor(allowed: readonly UrlPattern[] = []) {
    this.#allowed = allowed;
  }

  /** @throws {UrlRefusedError} if a URL is not to be called */
  check(url: string): void {
    let verdict = this.#verdicts.get(url);
    if (verdict === undefined && !this.#verdicts.has(url)) {
      if (this.#verdicts.size >= URLS_KEPT) this.#verdicts.clear();
      this.#verdicts.set(url, verdict = this.#judge(url));
    }
    if (verdict !== undefined) throw verdict;
  }

  #judge(text: string): UrlRefusedError | undefined {
    const url = URL.parse(text);
    if (url === null) return new UrlRefusedError("it is no URL. Write https://host/path");
    const refusal = hostRefusal(url.hostname);
    if (refusal !== undefined) return neverCalled(url.hostname, refusal);
    if (this.#allowed.length === 0 || this.#allowed.some((pattern) => pattern.matches(url))) return undefined;
    const shown = url.host === "" ? text : `${url.protocol}//${url.host}${url.pathname}`;
    return new UrlRefusedError(
      `${shown} matches no --allow-url (or SEQUOIA_ALLOW_URLS). If it is to be called, add --allow-url ${
        url.host === "" ? text : `${url.protocol}//${url.host}`
      }`,
    );
  }
}

/** @param why what its address is */
export function neverCalled(host: string, why: string): UrlRefusedError {
  return new UrlRefusedError(`${host} is ${why}: it is never called. Write another URL`);
}
