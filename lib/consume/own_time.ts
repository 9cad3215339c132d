import { type Clock, wallAheadMs } from "../model/mod.ts";

/** A finding of a consumer about the system's clock, or about that of a producer. */
export interface ClockNews {
  /**
   * `set`: the system's clock was set, or the machine slept. `differs`: an instance says that it was submitted later than now:
   * its producer's clock differs, or one of both was set.
   */
  readonly kind: "set" | "differs";
  /** The difference in milliseconds; below 0: the clock was set back. */
  readonly byMs: number;
}

/** Less, in milliseconds, is no news: clocks of machines differ by some, and submissions need their time. */
const LEAST_STEP_MS = 1000;

/** The callbacks of an own time. */
export interface OwnTimeHooks {
  /** Called when this many milliseconds have passed by the system's clock, but not by the consumer's own. */
  overslept(ms: number): void;
  news(news: ClockNews): void;
}

/** Translates instants of the system's clock into the time of a consumer's own, which never runs backwards. */
export class OwnTime {
  readonly #clock: Clock;
  readonly #hooks: OwnTimeHooks;
  #aheadMs: number;

  constructor(clock: Clock, hooks: OwnTimeHooks) {
    this.#clock = clock;
    this.#hooks = hooks;
    this.#aheadMs = wallAheadMs(clock);
  }

  /** Looks whether the system's clock has been set. @returns whether it has */
  look(): boolean {
    const aheadMs = wallAheadMs(this.#clock);
    const byMs = aheadMs - this.#aheadMs;
    if (Math.abs(byMs) < 1) return false; // no more than rounding
    this.#aheadMs = aheadMs;
    if (byMs > 0) this.#hooks.overslept(byMs);
    if (Math.abs(byMs) >= LEAST_STEP_MS) this.#hooks.news({ kind: "set", byMs });
    return true;
  }

  /**
   * When an instance was submitted, or due if that was later, in the consumer's own time, as of the last look at the system's clock: its time is
   * believed within what is possible. The clock of its producer may differ, or have been set between its submission and now.
   *
   * @param atMs by the system's clock of its producer
   * @param nowMs the present instant in the consumer's own time
   */
  submitted(atMs: number, nowMs: number): number {
    const submittedMs = atMs - this.#aheadMs;
    if (submittedMs - nowMs >= LEAST_STEP_MS) {
      this.#hooks.news({ kind: "differs", byMs: submittedMs - nowMs });
    }
    return Math.min(submittedMs, nowMs);
  }
}
