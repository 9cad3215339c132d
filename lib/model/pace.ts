/** The lateness that a load is allowed: it has fallen behind if more than a part of it is later than a bound. */
export interface LateBound {
  /** Longest delay after the intended time that is not late, in milliseconds. */
  readonly ms: number;
  /** The part of the load that may be later, from 0 to 1. */
  readonly part: number;
}

/** A second, for all but one in a hundred: less is a pause of the machine, more is another load than the intended one. */
export const USUAL_LATE_BOUND: LateBound = { ms: 1000, part: 0.01 };

/** The figures of a load's intended times, and of the times that were kept. */
export interface Pace {
  /** Instances or calls that were intended until now. */
  readonly intended: number;
  /** Of these, later than the bound, or not made at all. */
  readonly late: number;
  /** Of these, not made at all. */
  readonly missed: number;
  /** The longest delay after an intended time, in milliseconds. */
  readonly latestMs: number;
  /** By the intended times, per second, from the first to the last; null if there are not two. */
  readonly askedPerS: number | null;
  /** The same by the times at which they were made. */
  readonly heldPerS: number | null;
}

/** Compares the times at which a load is made with the intended ones, in memory that does not grow with it. */
export class PaceKeeper {
  readonly #lateMs: number;
  #intended = 0;
  #made = 0;
  #late = 0;
  #latestMs = 0;
  readonly #asked = new Span();
  readonly #held = new Span();

  /** @param bound the lateness that counts */
  constructor({ ms }: LateBound = USUAL_LATE_BOUND) {
    this.#lateMs = ms;
  }

  /** Takes an instance or call that was made. */
  add(intendedAtMs: number, madeAtMs: number): void {
    this.#intended++;
    this.#made++;
    this.#asked.add(intendedAtMs);
    this.#held.add(madeAtMs);
    const lateMs = madeAtMs - intendedAtMs;
    this.#latestMs = Math.max(this.#latestMs, lateMs);
    if (lateMs > this.#lateMs) this.#late++;
  }

  /** Takes one that was not made at all. */
  miss(intendedAtMs: number): void {
    this.#intended++;
    this.#late++;
    this.#asked.add(intendedAtMs);
  }

  /** The figures until now. */
  pace(): Pace {
    return {
      intended: this.#intended,
      late: this.#late,
      missed: this.#intended - this.#made,
      latestMs: this.#latestMs,
      askedPerS: this.#asked.perS(this.#intended),
      heldPerS: this.#held.perS(this.#made),
    };
  }
}

/** The time from the first to the last of some instants, which come in any order. */
class Span {
  #firstMs = Infinity;
  #lastMs = -Infinity;

  add(atMs: number): void {
    this.#firstMs = Math.min(this.#firstMs, atMs);
    this.#lastMs = Math.max(this.#lastMs, atMs);
  }

  perS(count: number): number | null {
    const ms = this.#lastMs - this.#firstMs;
    return ms > 0 ? (count - 1) / ms * 1000 : null;
  }
}

/** Whether a load has fallen behind: more of it was late than may be. */
export function hasFallenBehind({ intended, late }: Pace, { part }: LateBound): boolean {
  return late > intended * part;
}
