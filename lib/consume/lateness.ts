import type { Clock } from "../model/mod.ts";

/** The interval of call-backs while something is in flight, in milliseconds. */
const EVERY_MS = 20;
/** Timers end up to this late on a machine that has nothing else to do, in milliseconds. */
const USUAL_MS = 1;

/** The callbacks of a measurement of lateness. */
export interface LatenessHooks {
  /** Whether anything is in flight. */
  isBusy(): boolean;
  /** Called with how late a call-back was, in milliseconds. */
  late(ms: number): void;
}

/**
 * Measures how late this machine calls back, as it is busy or stands still, while something is in flight: answers of functions
 * wait as long, and nobody else is to blame for that.
 */
export class Lateness {
  readonly #clock: Clock;
  readonly #hooks: LatenessHooks;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, hooks: LatenessHooks) {
    this.#clock = clock;
    this.#hooks = hooks;
  }

  /** Something has been started: it measures until nothing is in flight any more. */
  watch(): void {
    if (this.#cancel !== undefined) return;
    const dueAtMs = this.#clock.nowMs() + EVERY_MS;
    this.#cancel = this.#clock.after(EVERY_MS, () => {
      this.#cancel = undefined;
      this.#hooks.late(Math.max(0, this.#clock.nowMs() - dueAtMs - USUAL_MS));
      if (this.#hooks.isBusy()) this.watch();
    });
  }

  /** Ends it at once. */
  end(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
