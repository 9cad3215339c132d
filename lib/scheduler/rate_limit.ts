import { densest, thinned } from "./rate_history.ts";
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
/** Most lateness of a wake-up that is made up for, in milliseconds; half an interval at most. */
const LATE_MS = 10;
/** Windows are taken longer by this part: what starts a second apart may arrive some milliseconds closer together. */
const TRAVEL = 0.005;
/** Sums of fractions are not exact. */
const ROUNDING = 1e-9;

/**
 * At most `whole` starts in every window of a length: a log of the last starts, and a token bucket that spreads them over the
 * window. The bucket is kept as the instant at which the next start would be due if they came evenly (the virtual scheduling
 * algorithm of the generic cell rate algorithm, ITU-T I.371), so that nothing is counted while time passes and instants are
 * compared exactly. The bucket alone would let a window have its burst beside its rate.
 */
export class RateLimit extends TimedLimit {
  /** The starts that a window holds, for all who keep to the rate together. */
  readonly whole: number;
  /** The length of that window. */
  readonly windowMs: number;
  /** The part of these starts that is for this scheduler. */
  #part: number;
  readonly #burst: number;
  #intervalMs = Infinity;
  #toleranceMs = 0;
  /** The starts that count against the part: own ones, and those that others are assumed to have made. */
  #log: StartLog;
  /** Own starts alone; undefined: those of the log. */
  #own: StartLog | undefined;
  #dueAtMs = -Infinity;

  /** @param rate in starts per second, or of a window */
  constructor(name: string, rate: number | StartRate, time: { readonly nowMs: number }) {
    super(name, time);
    const { starts, perMs, burst } = windowOf(rate);
    const intervalMs = perMs / starts;
    this.#burst = burst ?? Math.max(1, Math.floor(BURST_MS / intervalMs + ROUNDING));
    this.whole = this.#part = Math.ceil(Math.max(starts, this.#burst) - ROUNDING);
    this.windowMs = this.whole * intervalMs * (1 + TRAVEL);
    this.#log = this.#pace();
  }

  /** Takes the pace of the present part. @returns a log for that */
  #pace(): StartLog {
    const part = this.#part, intervalMs = this.windowMs / (1 + TRAVEL) / part;
    this.#intervalMs = intervalMs;
    const together = Math.max(1, Math.floor(this.#burst * part / this.whole + ROUNDING));
    this.#toleranceMs = (together - 1) * intervalMs + Math.min(LATE_MS, intervalMs / 2);
    return new StartLog(Math.max(1, part), this.windowMs);
  }

  override get opensAtMs(): number {
    if (this.#part === 0) return Infinity;
    return Math.max(this.#dueAtMs - this.#toleranceMs, this.#log.opensAtMs);
  }

  override start(): void {
    const { nowMs } = this.time;
    this.#dueAtMs = Math.max(nowMs, this.#dueAtMs) + this.#intervalMs;
    this.#log.add(nowMs);
    this.#own?.add(nowMs);
  }

  /** The number of starts in the window that ends now. */
  get used(): number {
    const fromMs = this.time.nowMs - this.windowMs, log = this.#own ?? this.#log;
    return log.entries().reduce((sum, [atMs, starts]) => atMs > fromMs ? sum + starts : sum, 0);
  }

  /**
   * Goes on with another part of the starts. A share that it gives up takes its part of the starts so far with it; of a share
   * that it gets it is assumed that others have used it as densely as the rate allows. So the parts of all keep to the rate in
   * every window, though nobody knows what the others have started.
   */
  setPart(part: number): void {
    const before = this.#part, { nowMs } = this.time;
    if (part === before) return;
    this.#own ??= new StartLog(this.whole, this.windowMs).after(this.#log);
    const fromMs = nowMs - this.windowMs;
    const own = before === 0 ? [] : this.#log.entries().filter(([atMs]) => atMs > fromMs);
    const history = part < before
      ? thinned(own, part / before)
      : [...own, ...densest(part - before, this.#burst, this.windowMs, nowMs)].sort(([a], [b]) => a - b);
    this.#part = part;
    this.#log = this.#pace();
    for (const [atMs, starts] of history) this.#log.add(atMs, starts);
    this.#dueAtMs = part === 0 ? -Infinity : nowMs + this.#toleranceMs; // what comes together is earned by waiting
  }

  /** Goes on from where another one was, which is not used any more. */
  inherit(other: RateLimit): void {
    if (this.whole === other.whole && this.#part !== other.#part) {
      this.#part = other.#part;
      this.#log = this.#pace();
    }
    this.#dueAtMs = other.#dueAtMs;
    this.#log = this.#log.after(other.#log);
    this.#own = other.#own && new StartLog(this.whole, this.windowMs).after(other.#own);
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
export function checkRate(name: string, rate: number | StartRate): number | StartRate {
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
  return rate;
}
