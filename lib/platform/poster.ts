import { type Clock, onAbort, Stop } from "../model/mod.ts";
import { textOf } from "./calls/body.ts";
import { explanationIn, MAX_EXPLANATION_BYTES } from "./calls/failure_words.ts";
import { retryAfterMs } from "./calls/retry_after.ts";
import { UrlGuard } from "./guard/url_guard.ts";
import type { UrlPattern } from "./guard/url_pattern.ts";
import { HttpClient } from "./http/client/client.ts";
import { Proxies } from "./http/client/proxies.ts";
import { ShortageError } from "./http/client/shortage.ts";
import type { PlatformSetup } from "./kind.ts";
import { parseSecretPattern, type SecretPattern } from "./secrets/secret_pattern.ts";
import { Secrets } from "./secrets/secrets.ts";

/** The options of a poster. */
export interface PosterOptions extends Pick<PlatformSetup, "variable" | "readFile" | "resolve"> {
  readonly clock: Clock;
  /** The patterns that URLs must match. (Default: any URL that is not always refused) */
  readonly allowed?: readonly UrlPattern[];
  /** The secrets that may be read, and for which URLs. (Default: none) */
  readonly secrets?: readonly SecretPattern[];
  /** The one secret that may be read for all URLs, as `env:NAME` or `file:PATH`. (Default: none) */
  readonly ownSecret?: string | undefined;
  /** Connections kept open to one origin when they are idle. */
  readonly idleConnections: number;
  /** Called, in words, with what an operator should see. */
  readonly onNote: (words: string) => void;
}

/** A request of a poster. */
export interface Post {
  readonly url: string;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
  /** Longest time for the answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Ends it at once. */
  readonly stop: AbortSignal;
}

/** The answer to a post. */
export interface PostAnswer {
  readonly status: number;
  /** The wait that it asks for, in milliseconds, if it asks for one. */
  readonly retryAfterMs?: number;
  /** Why it refuses, in the words of its body; empty: it does not say. */
  readonly explanation: string;
}

/** Posts to URLs that came out of a queue, by the client and the rules by which functions are called: no redirect is followed. */
export class Poster implements Disposable {
  readonly #clock: Clock;
  readonly #guard: UrlGuard;
  readonly #client: HttpClient;
  readonly #secrets: Secrets;

  constructor({ allowed, secrets = [], ownSecret, variable, readFile, ...options }: PosterOptions) {
    const { clock, onNote } = options;
    const own = ownSecret === undefined ? [] : [parseSecretPattern(ownSecret)];
    this.#clock = clock;
    this.#guard = new UrlGuard(allowed);
    this.#client = new HttpClient({
      ...options,
      proxies: new Proxies((name) => variable(name) || undefined, []),
    });
    this.#secrets = new Secrets({ clock, variable, readFile, onNote, allowed: [...secrets, ...own] });
  }

  /**
   * The value of a secret that is used for a URL.
   *
   * @param of its user, as in `the callback`
   * @throws {SecretError} if it may not be read for that URL, or cannot be
   */
  async secretOf(reference: string, of: string, url: string): Promise<string> {
    return await this.#secrets.valueOf(reference, { of, url });
  }

  /**
   * Posts, and reads the beginning of the answer. A shortage of this machine is waited for.
   *
   * @throws {Error} if the URL is refused, or no answer came in time; the message says why
   */
  async post(post: Post): Promise<PostAnswer> {
    this.#guard.check(post.url);
    for (;;) {
      try {
        return await this.#once(post);
      } catch (error) {
        if (!(error instanceof ShortageError) || post.stop.aborted) throw error;
        await this.#client.relief(error, post.stop);
      }
    }
  }

  async #once({ url, headers, body, timeoutMs, stop }: Post): Promise<PostAnswer> {
    const over = new Stop();
    let isLate = false;
    const forget = onAbort(stop, () => over.abort());
    const disarm = this.#clock.after(timeoutMs, () => {
      isLate = true;
      over.abort();
    });
    try {
      const answer = await this.#client.send({
        ...{ url, headers, body, stop: over },
        method: "POST",
        maxBytes: () => MAX_EXPLANATION_BYTES,
      });
      const wait = retryAfterMs(answer.headers, this.#clock.wallMs());
      const isRead = answer.status >= 300;
      return {
        status: answer.status,
        explanation: isRead ? explanationIn(textOf(answer.body)) : "",
        ...wait !== undefined && { retryAfterMs: wait },
      };
    } catch (error) {
      if (isLate) throw new Error(`no answer within ${timeoutMs} ms`, { cause: error });
      throw error;
    } finally {
      disarm();
      forget();
    }
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }
}
