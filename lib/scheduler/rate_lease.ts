import type { RatePace } from "./rate_limit.ts";
import { TimedLimit } from "./tree.ts";

/** The state of a lease, as its holder reports it. */
export interface LeaseReport {
  /** The starts that it may still make, and those that it has decided to make. */
  readonly held: number;
  /** The number of further starts that it has something to do with. */
  readonly lacks: number;
  /** When calls left that have not been told of, the earliest first. */
  readonly leftAtMs: readonly number[];
}

/** The answer to the holder of a lease. */
export interface LeaseGrant {
  /** Further starts that it may make: from when on, the earliest first. */
  readonly fromMs: readonly number[];
  /** Until when it may make all that it has; then it has to tell of it again. */
  readonly sureUntilMs: number;
  /** Whether it was silent for so long that all it held has been counted as made. */
  readonly wasLost: boolean;
}

/**
 * The starts that one of several schedulers may make under a rate that is one for all: each was granted, with the instant from
 * which it may be made, and is told of once it has been. Nothing is assumed of what others start.
 */
export class RateLease {
  /** The rate, as it is in force. */
  pace: RatePace;
  /** The number of starts that could be made, if the rate allowed, as far as is known from the last `next`. */
  wanted = 0;
  /** From when on each of the starts may be made that have been granted, the earliest first. */
  #fromMs: number[] = [];
  /** Calls that are to leave, each with a grant but for … */
  #coming = 0;
  /** … those whose grants were lost, or that were started under other limits. */
  #uncovered = 0;
  /** When calls have left that are not yet told of. */
  #leftAtMs: number[] = [];
  #sureUntilMs = -Infinity;

  /**
   * Makes a lease with nothing granted.
   *
   * @param name the rate: `rate`, or `rate of FUNCTION`
   */
  constructor(readonly name: string, pace: RatePace) {
    this.pace = pace;
  }

  /** When the next start may be made, or since when; Infinity: not before something is granted. */
  opensAtMs(nowMs: number): number {
    return nowMs < this.#sureUntilMs ? this.#fromMs[0] ?? Infinity : Infinity;
  }

  /** Takes a grant for a call that is to leave. */
  start(): void {
    this.#coming++;
    if (this.#fromMs.shift() === undefined) this.#uncovered++;
  }

  /** A call has left. */
  left(nowMs: number): void {
    this.#coming--;
    this.#leftAtMs.push(nowMs);
  }

  /** A call will not leave: its grant is for another one. */
  neverLeft(): void {
    this.#coming--;
    if (this.#uncovered > 0) this.#uncovered--;
    else this.#fromMs.unshift(-Infinity);
  }

  /** The starts that it may make and has nothing to do with. */
  get excess(): number {
    return Math.max(0, this.#fromMs.length - this.#needed);
  }

  /** The starts that it has something to do with beyond those that it may make. */
  get lacks(): number {
    return Math.max(0, this.#needed - this.#fromMs.length);
  }

  get #needed(): number {
    return this.wanted + this.#uncovered;
  }

  /** Whether somebody has to be told of it as long as that is so. */
  get isHeld(): boolean {
    return this.#coming > 0 || this.#fromMs.length > 0 || this.#leftAtMs.length > 0;
  }

  /** When the first call has left that is not told of; Infinity: there is none. */
  get untoldSinceMs(): number {
    return this.#leftAtMs[0] ?? Infinity;
  }

  /** When calls that are to leave may, as the grants of all were lost; undefined: that is not so, Infinity: it is not known. */
  coversAtMs(nowMs: number): number | undefined {
    while (this.#uncovered > 0 && this.opensAtMs(nowMs) <= nowMs) {
      this.#uncovered--;
      this.#fromMs.shift();
    }
    if (this.#coming === 0 || (this.#coming > this.#uncovered && nowMs < this.#sureUntilMs)) return undefined;
    return this.opensAtMs(nowMs);
  }

  /** Gives up what it has nothing to do with, and says what it has. */
  report(): LeaseReport {
    const { excess, lacks } = this;
    this.#fromMs.length -= excess; // the latest ones
    const held = this.#fromMs.length + this.#coming - this.#uncovered;
    return { held, lacks, leftAtMs: [...this.#leftAtMs] };
  }

  /** Takes in the answer to the last report. */
  granted({ leftAtMs }: LeaseReport, { fromMs, sureUntilMs, wasLost }: LeaseGrant): void {
    this.#leftAtMs.splice(0, leftAtMs.length);
    if (wasLost) {
      this.#fromMs = [];
      this.#uncovered = this.#coming;
    }
    this.#fromMs.push(...fromMs);
    this.#sureUntilMs = sureUntilMs;
  }
}

/** A rate that several schedulers keep to together, by the starts that this one was granted. */
export class LeasedRate extends TimedLimit {
  constructor(readonly lease: RateLease, time: { readonly nowMs: number }) {
    super(lease.name, time);
  }

  override get opensAtMs(): number {
    return this.lease.opensAtMs(this.time.nowMs);
  }

  override start(): void {
    this.lease.start();
  }

  override left(): void {
    this.lease.left(this.time.nowMs);
  }

  override neverLeft(): void {
    this.lease.neverLeft();
  }
}

/** Starts are granted for at most this part of a window in advance, … */
const AHEAD = 1 / 10;
/** … for at least this time, and at most that one, in milliseconds. */
const LEAST_AHEAD_MS = 20, MOST_AHEAD_MS = 500;

/** The time for which starts of a rate are granted in advance, in milliseconds. */
export function aheadMs({ windowMs }: RatePace): number {
  return Math.min(MOST_AHEAD_MS, Math.max(LEAST_AHEAD_MS, windowMs * AHEAD));
}

/** The number of starts that may be granted in advance. */
export function mostAhead(pace: RatePace): number {
  return Math.min(pace.whole, pace.burst + Math.ceil(aheadMs(pace) / pace.intervalMs));
}
