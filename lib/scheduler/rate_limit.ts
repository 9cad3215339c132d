import { StartLog } from "./start_log.ts";
import { TimedLimit } from "./tree.ts";

/**
 * The number of starts that any window of a length may hold.
 *
 * @example At most 300 in any minute; 20 of them may come together.
 * ```ts
 * import type { Limits } from "sequoia/scheduler";
 * const limits: Limits = { rate: { starts: 300, perMs: 60_000, burst: 20 } };
 * ```
 */
export interface StartRate {
  /** Above 0; a part of one start is taken over a window that is longer in proportion. */
  readonly starts: number;
  /** The length of the window. */
  readonly perMs: number;
  /**
   * The number of calls that may start together. They count in the window; more than `starts` of them widen it: twice as many
   * may start in twice the time. (Default: a tenth of a second's worth, at least 1)
   */
  readonly burst?: number;
}

/** By default starts come together as far as a tenth of a second's worth. */
const BURST_MS = 100;
/** Most lateness of a wake-up that is made up for, in milliseconds. */
const LATE_MS = 10;
/** Windows are taken longer by this part: what starts a second apart may arrive some milliseconds closer together. */
const TRAVEL = 0.005;
/** Sums of fractions are not exact. */
const ROUNDING = 1e-9;

/** The numbers that a rate comes to. */
export interface RatePace {
  /** The starts that a window holds. */
  readonly whole: number;
  /** The length of that window, with what it is taken longer by. */
  readonly windowMs: number;
  /** The interval of starts that come evenly. */
  readonly intervalMs: number;
  /** The number of starts that may come together. */
  readonly burst: number;
}

/** The numbers that a rate comes to. @param rate in starts per second, or of a window */
export function paceOf(rate: number | StartRate): RatePace {
  const { starts, perMs, burst } = windowOf(rate), intervalMs = perMs / starts;
  const together = burst ?? Math.max(1, Math.floor(BURST_MS / intervalMs + ROUNDING));
  const whole = Math.ceil(Math.max(starts, together) - ROUNDING);
  return { whole, windowMs: whole * intervalMs * (1 + TRAVEL), intervalMs, burst: together };
}

/**
 * The time by which a start may come before it is due, in milliseconds: as many as may come together do, and a wake-up may be late.
 *
 * @param lateMs most lateness that is made up for; half an interval at most
 */
export function toleranceMs({ burst, intervalMs }: RatePace, lateMs: number): number {
  return (burst - 1) * intervalMs + Math.min(lateMs, intervalMs / 2);
}

/**
 * At most `whole` starts in every window of a length: a log of the last starts, and a token bucket that spreads them over the
 * window. The bucket is kept as the instant at which the next start would be due if they came evenly (the virtual scheduling
 * algorithm of the generic cell rate algorithm, ITU-T I.371), so that nothing is counted while time passes and instants are
 * compared exactly. The bucket alone would let a window have its burst beside its rate.
 *
 * Between the decision to start and the instant at which the call leaves something may have to be written, or computed. What is
 * to leave takes room in every window until it does ({@linkcode RateLimit.left}): of the starts of a window, all others had left
 * by the decision about the last one, within a window of it, or were to leave then. The bucket spreads the decisions.
 *
 * It is for a scheduler that keeps to the rate alone; one that does so together with others has a `LeasedRate`.
 */
export class RateLimit extends TimedLimit {
  readonly pace: RatePace;
  readonly #toleranceMs: number;
  #log: StartLog;
  /** When the next start would be due, by the decisions to start. */
  #dueAtMs = -Infinity;
  /** Calls that are to leave. */
  #coming = 0;

  /** @param rate in starts per second, or of a window */
  constructor(name: string, rate: number | StartRate, time: { readonly nowMs: number }) {
    super(name, time);
    this.pace = paceOf(rate);
    this.#toleranceMs = toleranceMs(this.pace, LATE_MS);
    this.#log = new StartLog(this.pace.whole, this.pace.windowMs);
  }

  override get opensAtMs(): number {
    return Math.max(this.#dueAtMs - this.#toleranceMs, this.#log.opensAtMs(this.#coming));
  }

  override start(): void {
    this.#coming++;
    this.#dueAtMs = Math.max(this.time.nowMs, this.#dueAtMs) + this.pace.intervalMs;
  }

  override left(): void {
    this.#coming--;
    this.#log.add(this.time.nowMs);
  }

  override neverLeft(): void {
    this.#coming--;
    this.#dueAtMs -= this.pace.intervalMs;
  }

  override isToLeave(): void {
    this.#coming++;
  }

  /** Goes on from where another one was, which is not used any more; of the calls that are to leave it is told. */
  inherit(other: RateLimit): void {
    this.#dueAtMs = other.#dueAtMs;
    this.#log = this.#log.after(other.#log);
  }
}

/** A rate with its window in full. */
export function windowOf(rate: number | StartRate): StartRate {
  return typeof rate === "number" ? { starts: rate, perMs: 1000 } : rate;
}

/** Whether two rates say the same. */
export function sameRate(a: number | StartRate | undefined, b: number | StartRate | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const some = windowOf(a), others = windowOf(b);
  return some.starts === others.starts && some.perMs === others.perMs && some.burst === others.burst;
}

/** @throws {RangeError} if it lets nothing start, or anything */
export function checkRate(name: string, rate: number | StartRate): void {
  const { starts, perMs, burst = 1 } = windowOf(rate);
  if (!(starts > 0 && starts < Infinity)) {
    throw new RangeError(`Cannot use ${starts} as the ${name}. Write a number of starts above 0`);
  }
  if (!(perMs > 0 && perMs < Infinity)) {
    throw new RangeError(`Cannot count the ${name} per ${perMs} ms. Write a number of milliseconds above 0`);
  }
  if (!(Number.isInteger(burst) && burst > 0)) {
    throw new RangeError(
      `Cannot let ${burst} start together under the ${name}. Write a whole number above 0`,
    );
  }
}
