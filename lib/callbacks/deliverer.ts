import {
  type Backoff,
  type Clock,
  counted,
  failureDelayMs,
  formatDuration,
  type Random,
} from "../model/mod.ts";
import type { Poster } from "../platform/mod.ts";
import {
  type CallbackOutbox,
  type CallbackRoom,
  originOf,
  QueueError,
  type SettledCallback,
  type TakenCallback,
} from "../queue/mod.ts";
import { callbackBody } from "./body.ts";
import { FailedDeliveries } from "./failed_deliveries.ts";
import { signedHeaders, signingKeys } from "./signature.ts";

/** The parts and options of a deliverer. */
export interface DelivererOptions {
  readonly outbox: CallbackOutbox;
  readonly poster: Pick<Poster, "post" | "secretOf">;
  readonly clock: Clock;
  readonly random: Random;
  /** The secret of callbacks that name none, as `env:NAME` or `file:PATH`. (Default: none, such callbacks wait) */
  readonly secret?: string | undefined;
  /** The time after the end of its instance when a callback is given up, in milliseconds. (Default: {@linkcode GIVE_UP_MS}) */
  readonly giveUpMs?: number;
  /** Called, in words, with failed and given-up deliveries. */
  readonly onNote: (words: string) => void;
}

/** Callbacks are given up after this time, in milliseconds: a day. */
export const GIVE_UP_MS = 86_400_000;
/** The waits between two attempts; a receiver may ask for longer ones. */
const BACKOFF: Backoff = { firstDelayMs: 5000, factor: 2, maxDelayMs: 3_600_000 };
/** The least of these waits, in milliseconds. */
const LEAST_WAIT_MS = 250;
/** Most attempts in flight, and most of these to one origin. */
const MOST_AT_ONCE = 64, MOST_TO_ONE = 16;
/** Longest time for an answer, in milliseconds. */
const TIMEOUT_MS = 15_000;
/** Time between two lines about failed deliveries, and between two looks whether any is due, in milliseconds. */
const NOTE_MS = 10_000, LOOK_MS = 50;
/** The status with which a receiver says that it wants no more. */
const GONE = 410;

/** The numbers of attempts by their ends. */
export interface DeliveryCounts {
  readonly delivered: number;
  /** Attempts that have failed, also of callbacks that were delivered later. */
  readonly failed: number;
  readonly givenUp: number;
}

/** Delivers the callbacks of a queue: each at least once, under one id, until it is taken or given up. */
export class Deliverer {
  readonly #options: DelivererOptions;
  readonly #inFlight = new Map<string, { readonly origin: string; readonly done: Promise<void> }>();
  readonly #failed: FailedDeliveries;
  readonly #counts = { delivered: 0, failed: 0, givenUp: 0 };

  constructor(options: DelivererOptions) {
    this.#options = options;
    this.#failed = new FailedDeliveries(options.clock, NOTE_MS, options.onNote);
  }

  /** The numbers of attempts so far. */
  get counts(): DeliveryCounts {
    return { ...this.#counts };
  }

  /**
   * Delivers until a signal ends it.
   *
   * @param drain starts nothing new and lets attempts in flight end
   * @param stop ends these, too: they are made again later
   * @throws {QueueError} if the queue cannot go on
   */
  async run(drain: AbortSignal, stop: AbortSignal): Promise<void> {
    const { outbox } = this.#options;
    const failure = Promise.withResolvers<never>();
    const over = AbortSignal.any([drain, stop]);
    try {
      while (!over.aborted) {
        const taken = await Promise.race([outbox.pullCallbacks(this.#room, over), failure.promise]);
        for (const each of taken) this.#start(each, stop, failure.reject);
      }
      await Promise.race([
        Promise.all([...this.#inFlight.values()].map(({ done }) => done)),
        failure.promise,
      ]);
    } finally {
      this.#failed.end();
      failure.promise.catch(() => {}); // it has been told
    }
  }

  /**
   * Resolves when no callback is due any more, whoever delivers it.
   *
   * @param signal ends the wait
   */
  async untilNoneIsDue(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted && await this.#isAnyDue()) await clock.until(clock.nowMs() + LOOK_MS, signal);
  }

  async #isAnyDue(): Promise<boolean> {
    const { outbox, clock } = this.#options;
    for await (const { atMs } of outbox.callbacks({ states: ["waiting"] })) {
      if (atMs <= clock.wallMs()) return true;
    }
    return false;
  }

  readonly #room: CallbackRoom = (() => {
    const inFlight = this.#inFlight;
    return {
      get max() {
        return MOST_AT_ONCE - inFlight.size;
      },
      of: (origin) => MOST_TO_ONE - [...inFlight.values()].filter((each) => each.origin === origin).length,
    };
  })();

  #start(taken: TakenCallback, stop: AbortSignal, failed: (error: unknown) => void): void {
    const done = this.#deliver(taken, stop).then(async (settled) => {
      this.#inFlight.delete(taken.id);
      if (settled !== undefined) await this.#options.outbox.settleCallbacks([settled]);
    }).catch((error) => {
      if (!(error instanceof QueueError && error.code === "closed")) failed(error);
    });
    this.#inFlight.set(taken.id, { origin: originOf(taken.callback), done });
  }

  /** @returns undefined if it was stopped: nothing is known of it */
  async #deliver(taken: TakenCallback, stop: AbortSignal): Promise<SettledCallback | undefined> {
    const { clock } = this.#options, { id } = taken, attempts = taken.attempts + 1;
    try {
      const { status, retryAfterMs, explanation } = await this.#attempt(taken, stop);
      if (status >= 200 && status < 300) {
        this.#counts.delivered++;
        return { id, state: "delivered", attempts, atMs: clock.wallMs() };
      }
      const failure = `answered with status ${status}${explanation === "" ? "" : `: ${explanation}`}`;
      return status === GONE ? this.#giveUp(taken, failure) : this.#retry(taken, failure, retryAfterMs);
    } catch (error) {
      if (stop.aborted) return undefined;
      return this.#retry(taken, error instanceof Error ? error.message : String(error));
    }
  }

  async #attempt({ id, callback, end }: TakenCallback, stop: AbortSignal) {
    const { poster, clock, secret: own } = this.#options, { url, secret = own } = callback;
    if (secret === undefined) {
      throw new Error(
        "no secret signs it. Start a consumer with --callback-secret env:NAME, or give the callback one",
      );
    }
    const keys = signingKeys(await poster.secretOf(secret, "the secret of the callback", url), secret);
    const body = callbackBody(end);
    const headers = { "content-type": "application/json", ...signedHeaders(keys, id, clock.wallMs(), body) };
    return await poster.post({ url, headers, body, timeoutMs: TIMEOUT_MS, stop });
  }

  #retry(taken: TakenCallback, failure: string, askedMs = 0): SettledCallback {
    const { clock, random, giveUpMs = GIVE_UP_MS } = this.#options;
    const attempts = taken.attempts + 1;
    const atMs = clock.wallMs() + Math.max(LEAST_WAIT_MS, failureDelayMs(BACKOFF, attempts, random), askedMs);
    if (atMs > taken.sinceMs + giveUpMs) return this.#giveUp(taken, failure);
    this.#counts.failed++;
    this.#failed.add(originOf(taken.callback), failure);
    return { id: taken.id, state: "waiting", attempts, atMs, failure };
  }

  #giveUp({ id, attempts, callback, end }: TakenCallback, failure: string): SettledCallback {
    const { clock, onNote } = this.#options, atMs = clock.wallMs();
    this.#counts.givenUp++;
    const times = counted(attempts + 1, "attempt"), after = formatDuration(Math.max(0, atMs - end.endedAtMs));
    onNote(
      `Gave up the callback of ${end.instance} to ${
        originOf(callback)
      } after ${times} in ${after}: ${failure}. ` +
        "See sequoia queue callbacks",
    );
    return { id, state: "given-up", attempts: attempts + 1, atMs, failure };
  }
}
