import { type Backoff, type Clock, greatestDelayMs } from "../../model/mod.ts";
import type { IdToken } from "./id_token.ts";
import { IdTokenError } from "./token_error.ts";

/** Where tokens come from, and the time that they go by. */
export interface IdTokenSources {
  readonly clock: Clock;
  /**
   * Gets a token for an audience.
   *
   * @throws {IdTokenError} if there is none
   */
  fetch(audience: string, signal: AbortSignal): Promise<IdToken>;
}

/** A token is asked for again this long before its end, in milliseconds; metadata servers have a new one by then. */
const AHEAD_MS = 300_000;
/** A token is not sent any more this long before its end, in milliseconds: it is on its way. */
const MARGIN_MS = 30_000;
/** A token is used for this long, however short it is good by its server's clock, in milliseconds: calls that wait need one. */
const LEAST_MS = 10_000;
/** A token that was refused is given up only if it is older, in milliseconds: a new one would be refused as well. */
const YOUNG_MS = 60_000;
/** The longest wait for a token, in milliseconds. */
const TIMEOUT_MS = 10_000;
/** The waits after failures. */
const BACKOFF: Backoff = { firstDelayMs: 1000, factor: 2, maxDelayMs: 60_000 };
/** The most audiences that are known; the one that came first is forgotten first. Each has one request under way at most. */
const AUDIENCES_KEPT = 1000;

/** A token that is kept; instants by the monotonic clock. */
interface Kept {
  readonly text: string;
  readonly sinceMs: number;
  /** When it is asked for again, while it is still used. */
  readonly renewAtMs: number;
  readonly endsAtMs: number;
}

/** The last failure, since no token has come. */
interface Failed {
  readonly error: IdTokenError;
  readonly times: number;
  readonly againAtMs: number;
}

/** The state of one audience. */
interface Audience {
  token?: Kept | undefined;
  failed?: Failed | undefined;
  asking?: Promise<string> | undefined;
}

/**
 * ID tokens by audience: kept, and asked for again before they end, by one request for any number of calls. While none is to be
 * had, it is said at once to all who ask, and the server of tokens is asked again after a second, then after two, up to a minute.
 */
export class IdTokens implements Disposable {
  readonly #sources: IdTokenSources;
  readonly #audiences = new Map<string, Audience>();
  readonly #over = new AbortController();

  constructor(sources: IdTokenSources) {
    this.#sources = sources;
  }

  /**
   * The token for an audience, which is good now; a promise if it has to be asked for.
   *
   * @throws {IdTokenError} (in the promise) if there is none
   */
  of(audience: string): string | Promise<string> {
    const state = this.#stateOf(audience), nowMs = this.#sources.clock.nowMs();
    const { token, failed } = state;
    if (token !== undefined && nowMs < token.endsAtMs) {
      if (nowMs >= token.renewAtMs && nowMs >= (failed?.againAtMs ?? -Infinity)) {
        this.#askAside(audience, state);
      }
      return token.text;
    }
    if (failed === undefined) return this.#ask(audience, state);
    if (nowMs >= failed.againAtMs) this.#askAside(audience, state);
    return Promise.reject(failed.error);
  }

  /** Gives a token up that was refused. @returns whether another one is to be had */
  giveUp(audience: string, refused: string): boolean {
    const state = this.#stateOf(audience), { token } = state;
    if (token?.text !== refused) return true; // somebody has given it up before
    if (this.#sources.clock.nowMs() - token.sinceMs < YOUNG_MS) return false;
    state.token = undefined;
    return true;
  }

  #stateOf(audience: string): Audience {
    let state = this.#audiences.get(audience);
    if (state !== undefined) return state;
    if (this.#audiences.size >= AUDIENCES_KEPT) {
      this.#audiences.delete(this.#audiences.keys().next().value!);
    }
    this.#audiences.set(audience, state = {});
    return state;
  }

  /** Asks while nobody waits. */
  #askAside(audience: string, state: Audience): void {
    this.#ask(audience, state).catch(() => {}); // it is kept for those who ask
  }

  #ask(audience: string, state: Audience): Promise<string> {
    return state.asking ??= this.#fetch(audience, state).finally(() => state.asking = undefined);
  }

  async #fetch(audience: string, state: Audience): Promise<string> {
    const { clock } = this.#sources;
    const late = new AbortController();
    const disarm = clock.after(
      TIMEOUT_MS,
      () => late.abort(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)),
    );
    try {
      const signal = AbortSignal.any([this.#over.signal, late.signal]);
      const { text, leftMs } = await this.#sources.fetch(audience, signal);
      const sinceMs = clock.nowMs();
      const endsAtMs = sinceMs + Math.max(leftMs - MARGIN_MS, LEAST_MS);
      const renewAtMs = sinceMs + Math.max(leftMs - AHEAD_MS, LEAST_MS);
      state.token = { text, sinceMs, renewAtMs, endsAtMs };
      state.failed = undefined;
      return text;
    } catch (error) {
      if (!(error instanceof IdTokenError)) throw error;
      const times = 1 + (state.failed?.times ?? 0);
      state.failed = { error, times, againAtMs: clock.nowMs() + greatestDelayMs(BACKOFF, times) };
      throw error;
    } finally {
      disarm();
    }
  }

  [Symbol.dispose](): void {
    this.#over.abort(new Error("it was stopped"));
  }
}
