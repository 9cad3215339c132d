import type { Concurrency } from "./schema.ts";

/** Where one call ends and another starts at the same instant, rounding may make them overlap by this much. */
const ROUNDING_US = 1;

/**
 * The concurrency of intervals: exact, by a sweep over their sorted bounds. One that starts when another ends (or a microsecond
 * before) does not overlap it; one no longer than that counts for itself alone.
 *
 * @param starts in microseconds; sorted in place
 * @param ends in microseconds, as many; sorted in place
 * @param durationUs the time that the mean is over
 */
export function concurrencyOf(starts: Float64Array, ends: Float64Array, durationUs: number): Concurrency {
  let total = 0;
  for (let i = 0; i < starts.length; i++) total += ends[i]! - starts[i]!;
  starts.sort();
  ends.sort();
  let open = 0, max = starts.length > 0 ? 1 : 0;
  for (let s = 0, e = 0; s < starts.length; s++) {
    while (e < ends.length && ends[e]! <= starts[s]! + ROUNDING_US) {
      open--;
      e++;
    }
    max = Math.max(max, ++open);
  }
  return concurrency(total, max, durationUs);
}

/**
 * The same, of intervals that are told of as they start and end, in order of time; those of an instant may come in any order.
 * One that has not ended counts for the maximum, not for the mean.
 */
export class RunningConcurrency {
  #open = 0;
  #max = 0;
  #totalUs = 0;
  /**
   * The latest start. Intervals that start then may not overlap those that end then: the number of open ones is settled when
   * that instant is over.
   */
  #startUs = -Infinity;

  /** Whether intervals have started that have not ended. */
  get isOpen(): boolean {
    return this.#open > 0;
  }

  /** The durations of the intervals that have ended, summed up. */
  get totalUs(): number {
    return this.#totalUs;
  }

  start(atUs: number): void {
    if (atUs !== this.#startUs) {
      this.#settle();
      this.#startUs = atUs;
    }
    this.#open++;
  }

  end(startUs: number, endUs: number): void {
    if (endUs > this.#startUs + ROUNDING_US) this.#settle();
    if (this.#max === 0) this.#max = 1;
    this.#open--;
    this.#totalUs += endUs - startUs;
  }

  concurrency(durationUs: number): Concurrency {
    this.#settle();
    return concurrency(this.#totalUs, this.#max, durationUs);
  }

  #settle(): void {
    if (this.#open > this.#max) this.#max = this.#open;
  }
}

function concurrency(totalUs: number, max: number, durationUs: number): Concurrency {
  // Sums are rounded: where one call was the whole run, its mean would be a little over 1.
  return { mean: durationUs > 0 ? Math.min(max, totalUs / durationUs) : 0, max };
}
