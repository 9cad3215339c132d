import { type Clock, onAbort, type Stop } from "../../model/mod.ts";
import type { CallMode, Provider } from "../../provider/mod.ts";

/** A call whose turn has come: it runs after `delayMs`, and then the caller calls {@linkcode Turns.leave}. */
export interface Turn {
  readonly delayMs: number;
  readonly cold: boolean;
}

/** The answer to a call that arrives. */
export type Entry =
  | { readonly kind: "refused"; readonly retryAfterMs: number }
  | { readonly kind: "started" } & Turn
  /** Waits for its turn; undefined: it was closed before, or the caller went away. */
  | { readonly kind: "queued"; readonly turn: Promise<Turn | undefined> };

/** Drives a {@linkcode Provider} in real time: calls that it queues wait here, by one timer for all of them. */
export class Turns {
  readonly #provider: Provider;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, (turn: Turn | undefined) => void>();
  #wakeAtMs: number | undefined;
  #disarm: () => void = () => {};
  #closed = false;

  constructor(provider: Provider, clock: Clock) {
    this.#provider = provider;
    this.#clock = clock;
  }

  /** @param gone is asked, if the call is queued, for what tells that its caller went away */
  enter(functionName: string, mode: CallMode, gone?: () => AbortSignal | Stop): Entry {
    const admission = this.#provider.start(functionName, this.#clock.nowMs(), mode);
    if (admission.kind !== "queued") return admission;
    const turn = this.#wait(admission.ticket, gone?.());
    this.#arm();
    return { kind: "queued", turn };
  }

  #wait(ticket: number, gone: AbortSignal | Stop | undefined): Promise<Turn | undefined> {
    const { promise, resolve } = Promise.withResolvers<Turn | undefined>();
    let forget = (): void => {};
    this.#waiting.set(ticket, (turn) => {
      this.#waiting.delete(ticket);
      forget();
      resolve(turn);
    });
    if (this.#closed) this.#abandon(ticket);
    else if (gone !== undefined) {
      forget = onAbort(gone, () => {
        this.#abandon(ticket);
        this.#call();
      });
    }
    return promise;
  }

  /** Changes the provider's limit: more calls may have their turn now. */
  changeLimit(limit: number): void {
    this.#provider.changeLimit(limit, this.#clock.nowMs());
    this.#call();
  }

  #abandon(ticket: number): void {
    this.#provider.abandon(ticket);
    this.#waiting.get(ticket)?.(undefined);
  }

  /** Tells the end of a call: others may have their turn. */
  leave(functionName: string): void {
    const nowMs = this.#clock.nowMs();
    this.#provider.end(functionName, nowMs);
    this.#call(nowMs);
  }

  /** Sends away all that wait, now and from now on. */
  close(): void {
    this.#closed = true;
    for (const ticket of [...this.#waiting.keys()]) this.#abandon(ticket);
    this.#arm();
  }

  /** Gives all their turns who can have it. */
  #call(nowMs = this.#clock.nowMs()): void {
    for (let next = this.#provider.take(nowMs); next !== undefined; next = this.#provider.take(nowMs)) {
      this.#waiting.get(next.ticket)!(next);
    }
    this.#arm();
  }

  #arm(): void {
    const wakeAtMs = this.#provider.wakeAtMs();
    if (wakeAtMs === this.#wakeAtMs) return;
    this.#disarm();
    this.#wakeAtMs = wakeAtMs;
    if (wakeAtMs !== undefined) {
      this.#disarm = this.#clock.after(Math.max(0, wakeAtMs - this.#clock.nowMs()), () => {
        this.#wakeAtMs = undefined;
        this.#call();
      });
    }
  }
}
