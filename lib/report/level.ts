/** Even, as they are merged in pairs. */
const MOST_BUCKETS = 400;
/** The length of a bucket at first, in microseconds. */
const LEAST_BUCKET_US = 1000;

/** The length of the buckets of a run of this duration: a millisecond, doubled until there are at most 400 (or `most`) buckets. */
export function bucketUs(durationUs: number, most = MOST_BUCKETS): number {
  let size = LEAST_BUCKET_US;
  while (durationUs > most * size) size *= 2;
  return size;
}

/**
 * The number of intervals that are open at once, over time: a mean for each bucket. Takes 16 bytes for each bucket, however
 * many intervals there are: when there would be more than 400 buckets (or `most`), pairs of them become one.
 */
export class Level {
  readonly #fromUs: number;
  readonly #most: number;
  #sizeUs = LEAST_BUCKET_US;
  /** The time for which intervals were open in a bucket that they do not fill, summed up. */
  readonly #partUs: Float64Array;
  /** The number of intervals that fill a bucket, minus those that fill the one before it. */
  readonly #steps: Float64Array;

  /**
   * @param fromUs the start of the first bucket; the time before it is left out
   * @param most the most buckets, an even number
   */
  constructor(fromUs: number, most = MOST_BUCKETS) {
    this.#fromUs = fromUs;
    this.#most = most;
    this.#partUs = new Float64Array(most);
    this.#steps = new Float64Array(most);
  }

  /** Adds an interval, whatever its length at the same cost. */
  add(startUs: number, endUs: number): void {
    this.#reach(endUs);
    const size = this.#sizeUs, start = Math.max(0, startUs - this.#fromUs), end = endUs - this.#fromUs;
    if (end <= start) return;
    const first = Math.floor(start / size), last = Math.floor(end / size);
    if (first === last) {
      this.#partUs[first]! += end - start;
      return;
    }
    this.#partUs[first]! += (first + 1) * size - start;
    if (last < this.#most) this.#partUs[last]! += end - last * size;
    if (last > first + 1) {
      this.#steps[first + 1]!++;
      if (last < this.#most) this.#steps[last]!--;
    }
  }

  /** The mean of each bucket, if the run ends then. */
  means(toUs: number): number[] {
    this.#reach(toUs);
    const size = this.#sizeUs, durationUs = Math.max(0, toUs - this.#fromUs);
    const totals = this.#totalsUs();
    return Array.from(
      { length: Math.max(1, Math.ceil(durationUs / size)) },
      (_, b) => totals[b]! / (Math.min(size, durationUs - b * size) || size),
    );
  }

  #totalsUs(): Float64Array {
    let filling = 0;
    return this.#partUs.map((us, b) => us + (filling += this.#steps[b]!) * this.#sizeUs);
  }

  #reach(toUs: number): void {
    while (toUs - this.#fromUs > this.#most * this.#sizeUs) {
      const totals = this.#totalsUs();
      this.#partUs.fill(0);
      this.#steps.fill(0);
      for (let b = 0; b < this.#most; b++) this.#partUs[b >> 1]! += totals[b]!;
      this.#sizeUs *= 2;
    }
  }
}

/** The value recorded last, over time: one for each bucket, with the bucket length of `Level`. */
export class Latest {
  readonly #fromUs: number;
  #sizeUs = LEAST_BUCKET_US;
  /** The value recorded last in each bucket; NaN: none. */
  readonly #last = new Float64Array(MOST_BUCKETS).fill(NaN);
  #first = NaN;

  /** @param fromUs the start of the first bucket; a value recorded before it counts as recorded then */
  constructor(fromUs: number) {
    this.#fromUs = fromUs;
  }

  /** Records a value, not earlier than those before. */
  record(atUs: number, value: number): void {
    this.#reach(atUs);
    if (Number.isNaN(this.#first)) this.#first = value;
    // A bucket has the value recorded at its end.
    this.#last[Math.max(0, Math.ceil((atUs - this.#fromUs) / this.#sizeUs) - 1)] = value;
  }

  /** The value recorded last before the end of each bucket, if the run ends then; before the first value, the first one. */
  values(toUs: number, otherwise: number): number[] {
    this.#reach(toUs);
    let now = Number.isNaN(this.#first) ? otherwise : this.#first;
    return Array.from({ length: Math.max(1, Math.ceil((toUs - this.#fromUs) / this.#sizeUs)) }, (_, b) => {
      if (!Number.isNaN(this.#last[b]!)) now = this.#last[b]!;
      return now;
    });
  }

  #reach(toUs: number): void {
    while (toUs - this.#fromUs > MOST_BUCKETS * this.#sizeUs) {
      for (let b = 0; b < MOST_BUCKETS / 2; b++) {
        const later = this.#last[2 * b + 1]!;
        this.#last[b] = Number.isNaN(later) ? this.#last[2 * b]! : later;
      }
      this.#last.fill(NaN, MOST_BUCKETS / 2);
      this.#sizeUs *= 2;
    }
  }
}
