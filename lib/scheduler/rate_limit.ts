import { type Density, rested, type RestedShare, thinned } from "./rate_history.ts";
import type { LimitUse } from "./limit_part.ts";
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

/** A share of a rate that is given up, and which nobody uses until it is known how densely it was used. */
interface Kept {
  /** The part that it was of. */
  readonly part: number;
  /** The interval of starts under that part, in milliseconds. */
  readonly intervalMs: number;
  /** Number of calls that were to leave under that part, and have not yet. */
  coming: number;
  /** When what came together under that part will have been earned back by waiting. */
  untilMs: number;
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
  /** When the next start would be due, by the decisions to start, … */
  #dueAtMs = -Infinity;
  /** … and by the instants at which calls left. */
  #dueByLeftMs = -Infinity;
  /** Calls that are to leave. */
  #coming = 0;
  /** A greater part that it keeps for itself. */
  #kept: Kept | undefined;

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

  /**
   * The density that a part of the starts may have, whoever has them.
   *
   * @param windowMs the time over which they are spread (Default: a window, without what it is taken longer by)
   */
  densityOf(starts: number, windowMs: number = this.windowMs / (1 + TRAVEL)): Density {
    return { starts, burst: this.#burst, intervalMs: windowMs / starts, lateMs: LATE_MS };
  }

  /** Takes the pace of the present part. @returns a log for that */
  #pace(): StartLog {
    const part = this.#part, intervalMs = this.#intervalMs = this.densityOf(part).intervalMs;
    const together = Math.max(1, Math.floor(this.#burst * part / this.whole + ROUNDING));
    this.#toleranceMs = (together - 1) * intervalMs + Math.min(LATE_MS, intervalMs / 2);
    return new StartLog(Math.max(1, part), this.windowMs);
  }

  override get opensAtMs(): number {
    if (this.#part === 0) return Infinity;
    return Math.max(this.#dueAtMs - this.#toleranceMs, this.#log.opensAtMs(this.#coming));
  }

  override start(): void {
    this.#coming++;
    this.#dueAtMs = Math.max(this.time.nowMs, this.#dueAtMs) + this.#intervalMs;
  }

  override left(): void {
    const { nowMs } = this.time, kept = this.#kept;
    this.#coming--;
    this.#log.add(nowMs);
    this.#own?.add(nowMs);
    if (kept === undefined || kept.coming === 0) {
      this.#dueByLeftMs = Math.max(nowMs, this.#dueByLeftMs) + this.#intervalMs * (1 + TRAVEL);
    } else { // whichever it was: starts are alike
      kept.coming--;
      kept.untilMs = Math.max(nowMs, kept.untilMs) + kept.intervalMs;
    }
  }

  override neverLeft(): void {
    this.#coming--;
    this.#dueAtMs -= this.#intervalMs;
    if (this.#kept !== undefined) this.#kept.coming = Math.min(this.#kept.coming, this.#coming);
  }

  override isToLeave(): void {
    this.#coming++;
    this.#keep().coming++;
  }

  /** The number of starts in the window that ends now. */
  get used(): number {
    const fromMs = this.time.nowMs - this.windowMs, log = this.#own ?? this.#log;
    return log.entries().reduce((sum, [atMs, starts]) => atMs > fromMs ? sum + starts : sum, this.#coming);
  }

  /** The least part that it may keep at present: of a greater one, others would not know how densely it was used. */
  get held(): number {
    const kept = this.#kept;
    const isKept = kept !== undefined && (kept.coming > 0 || this.time.nowMs < kept.untilMs);
    return isKept ? Math.max(kept.part, this.#part) : this.#part;
  }

  /** The length of the window, whether it has no room for calls that are to leave, and when all that is {@linkcode RateLimit.held} can be given up, if that is known. */
  get times(): Pick<LimitUse, "windowMs" | "heldUntilMs" | "isOverdrawn"> {
    const { windowMs } = this, kept = this.#kept;
    const hasRoom = this.#part > 0 && this.#log.opensAtMs(this.#coming - 1) <= this.time.nowMs;
    const isOverdrawn = this.#coming > 0 && !hasRoom;
    return { windowMs, isOverdrawn, ...kept?.coming === 0 && { heldUntilMs: kept.untilMs } };
  }

  /** Keeps the part that it keeps at present until calls have left under it, and been earned back. */
  #keep(): Kept {
    const part = this.held, { intervalMs } = this.densityOf(part, this.windowMs);
    const { coming, untilMs } = this.#kept ?? { coming: 0, untilMs: -Infinity };
    return this.#kept = { part, intervalMs, coming, untilMs };
  }

  /**
   * Goes on with another part of the starts. A share that it gives up takes its part of the starts so far with it; of a share
   * that it gets it is assumed that others have used it as densely as the rate allows, and have let it {@linkcode rested | rest}
   * if they have given it up in order. So the parts of all keep to the rate in every window, though nobody knows what the others
   * have started:
   *
   * - The starts under a part are in its log, or given away with a share of it: evenly, so that a share has as dense a history for
   *   its size. A log has room for as many starts in a window as the part says. So where each share's history is no denser than
   *   whoever gets it assumes, all starts of a window are in the logs, and have room there.
   * - A history is no denser than that while the bucket lets no more come together than a burst. A change of the part must
   *   therefore not let it forget what it has started: the bucket of a smaller part is as full for its size as before, and a share
   *   that it gets brings the burst that others may have had with it.
   * - Of several shares, each with a burst of its own, more may have come together, and calls that were late in leaving, too. Until
   *   all have left and that has been earned back by waiting, a share is {@linkcode RateLimit.held}: nobody uses it.
   *
   * @param lostAtMs when others were lost that may have used until then what is gained, the latest last. (Default: one, just now)
   */
  setPart(part: number, lostAtMs: readonly number[] = [this.time.nowMs]): void {
    const before = this.#part, { nowMs } = this.time;
    if (part === before) return;
    this.#own ??= new StartLog(this.whole, this.windowMs).after(this.#log);
    const fromMs = nowMs - this.windowMs;
    const own = before === 0 ? [] : this.#log.entries().filter(([atMs]) => atMs > fromMs);
    const gained = part - before;
    if (gained < 0) {
      const kept = this.#keep();
      kept.coming = this.#coming;
      kept.untilMs = Math.max(kept.untilMs, this.#dueByLeftMs);
    }
    const lost = lostAtMs.filter((atMs) => atMs > fromMs);
    const others = gained > 0 ? this.#gained(gained, lost) : { history: [], due: 0 };
    const history = gained < 0
      ? thinned(own, part / before)
      : [...own, ...others.history].sort(([a], [b]) => a - b);
    this.#part = part;
    this.#log = this.#pace();
    for (const [atMs, starts] of history) this.#log.add(atMs, starts);
    if (gained < 0) return;
    const due = (atMs: number) =>
      nowMs + Math.max(0, atMs - nowMs) * before / part + others.due * this.#intervalMs;
    this.#dueAtMs = due(this.#dueAtMs);
    this.#dueByLeftMs = due(this.#dueByLeftMs);
  }

  /** The densest history that a share may have. @param lostAtMs when others were lost, in the last window */
  #gained(starts: number, lostAtMs: readonly number[]): RestedShare {
    const windowMs = lostAtMs.length === 0 ? this.windowMs : undefined; // what was lost came at the full pace
    const restMs = this.densityOf(this.whole, windowMs).intervalMs;
    return rested(this.densityOf(starts, windowMs), this.time.nowMs, restMs, lostAtMs);
  }

  /** Goes on from where another one was, which is not used any more; of the calls that are to leave it is told. */
  inherit(other: RateLimit): void {
    if (this.whole === other.whole && this.#part !== other.#part) {
      this.#part = other.#part;
      this.#log = this.#pace();
    }
    this.#dueAtMs = other.#dueAtMs;
    this.#dueByLeftMs = other.#dueByLeftMs;
    if (this.whole === other.whole && other.#kept !== undefined) this.#kept = { ...other.#kept, coming: 0 };
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
