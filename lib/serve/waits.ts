import { type Clock, onAbort, SetMap } from "../model/mod.ts";
import { FairRoom } from "./fair_room.ts";
import { ENDED, type InstanceView, type QueueAdmin } from "../queue/mod.ts";

/** Most callers that wait at a time: each has a connection, and with the viewers they leave some of these to all others. */
const MOST_WAITING = 700;
/** Ids that one look at the queue asks for. */
const ASKED_AT_ONCE = 1000;
/** Shortest and longest time between two looks, in milliseconds; … */
const LEAST_PAUSE_MS = 4, MOST_PAUSE_MS = 250;
/** … between them, this many times as long as a look takes: looks take a tenth of the time at most. */
const PAUSE_PER_LOOK = 10;

/** The parts of waiting. */
export interface WaitsOptions {
  readonly queue: Pick<QueueAdmin, "list">;
  readonly clock: Clock;
  /** Aborted when the server begins to end: whoever waits is answered. */
  readonly draining: AbortSignal;
  /** (Default: 700) */
  readonly mostWaiting?: number;
}

/** Somebody who waits for the end of an instance. */
interface Waiting {
  /** @param view the instance that has ended; undefined: the time is over */
  answer(view: InstanceView | undefined): void;
  fail(error: unknown): void;
}

/**
 * Waits for the ends of instances, for any number of callers: one look at the queue at a time serves all of them. Each look begins
 * after who is served by it has come, so an end between a caller's own look and the first one here is not missed.
 */
export class Waits {
  readonly #options: WaitsOptions;
  readonly #waiting = new SetMap<string, Waiting>();
  readonly #room: FairRoom;
  #size = 0;
  #isLooking = false;

  constructor(options: WaitsOptions) {
    this.#options = options;
    this.#room = new FairRoom(options.mostWaiting ?? MOST_WAITING);
  }

  /** A place for one who waits, until it is disposed; undefined: its party has as many as are left for all others. */
  place(party: string | undefined): Disposable | undefined {
    return this.#room.place(party);
  }

  /** The number of those who wait. */
  get size(): number {
    return this.#size;
  }

  /**
   * Waits for the end of an instance; whoever does has a place.
   *
   * @param signal aborted when the caller has gone
   * @returns undefined if it has not ended within the time, or the server ends
   * @throws {QueueError} if the queue cannot be read
   */
  ended(id: string, waitMs: number, signal: AbortSignal): Promise<InstanceView | undefined> {
    const { clock, draining } = this.#options;
    if (draining.aborted || signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      const over = () => waiting.answer(undefined);
      const leave = () => {
        for (const takeBack of takeBacks) takeBack();
        this.#remove(id, waiting);
      };
      const waiting: Waiting = {
        answer(view) {
          leave();
          resolve(view);
        },
        fail(error) {
          leave();
          reject(error);
        },
      };
      const takeBacks = [clock.after(waitMs, over), onAbort(draining, over), onAbort(signal, over)];
      this.#add(id, waiting);
    });
  }

  #add(id: string, waiting: Waiting): void {
    this.#waiting.add(id, waiting);
    this.#size++;
    if (this.#isLooking) return;
    this.#isLooking = true;
    void this.#look();
  }

  #remove(id: string, waiting: Waiting): void {
    if (this.#waiting.delete(id, waiting)) this.#size--;
  }

  /** Looks for ends as long as somebody waits. */
  async #look(): Promise<void> {
    const { queue, clock } = this.#options;
    while (this.#size > 0) {
      const sinceMs = clock.nowMs(), ids = [...this.#waiting.keys()];
      try {
        for (let at = 0; at < ids.length; at += ASKED_AT_ONCE) {
          const some = ids.slice(at, at + ASKED_AT_ONCE);
          for await (const view of queue.list({ ids: some, states: ENDED })) {
            for (const waiting of [...this.#waiting.get(view.instance.id)]) waiting.answer(view);
          }
        }
      } catch (error) {
        for (const id of ids) for (const waiting of [...this.#waiting.get(id)]) waiting.fail(error);
      }
      const tookMs = clock.nowMs() - sinceMs;
      const pauseMs = Math.min(Math.max(LEAST_PAUSE_MS, tookMs * PAUSE_PER_LOOK), MOST_PAUSE_MS);
      if (this.#size > 0) await clock.until(clock.nowMs() + pauseMs);
    }
    this.#isLooking = false;
  }
}
