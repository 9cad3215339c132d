import { hostRefusal } from "../../web/mod.ts";
import type { UrlPattern } from "./url_pattern.ts";

/** A URL that is not called, for what it says or for where it leads. The message begins with `url-refused`. */
export class UrlRefusedError extends Error {
  override readonly name = "UrlRefusedError";

  constructor(why: string) {
    super(`url-refused: ${why}`);
  }
}

/** The number of URLs that are remembered, with the results of their checks. */
const URLS_KEPT = 10_000;

/**
 * Decides which URLs may be called: function URLs come out of queue messages, which anybody may have written. The addresses of
 * a URL's name are not known here; the {@linkcode Dialer} checks them.
 */
export class UrlGuard {
  readonly #allowed: readonly UrlPattern[];
  readonly #verdicts = new Map<string, UrlRefusedError | undefined>();

  /** @param allowed patterns; a URL must match one of them; none: any URL may be called that is not always refused */
  constructor(allowed: readonly UrlPattern[] = []) {
    this.#allowed = allowed;
  }

  /** @throws {UrlRefusedError} if a URL is not to be called */
  check(url: string): void {
    const refusal = this.refusalOf(url);
    if (refusal !== undefined) throw refusal;
  }

  /** The error of a URL that is not to be called; undefined: it may be. */
  refusalOf(url: string): UrlRefusedError | undefined {
    let verdict = this.#verdicts.get(url);
    if (verdict === undefined && !this.#verdicts.has(url)) {
      if (this.#verdicts.size >= URLS_KEPT) this.#verdicts.clear();
      this.#verdicts.set(url, verdict = this.#judge(url));
    }
    return verdict;
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

/** @param why the kind of its address */
export function neverCalled(host: string, why: string): UrlRefusedError {
  return new UrlRefusedError(`${host} is ${why}: it is never called. Write another URL`);
}
