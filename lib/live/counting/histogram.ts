/**
 * Buckets in which an octave (from a power of two to the next) is cut. A percentile is at most 4.5 % off then, and the buckets are
 * those of a native histogram of Prometheus (schema 3), so that they can be told as they are.
 */
const OCTAVE = 8;
/** The buckets go from 2^-14 s (61 µs) to 2^17 s (36 h): what is shorter or longer counts as that. */
const [LOWEST_OCTAVE, HIGHEST_OCTAVE] = [-14, 17];
/** The number of the lowest bucket; bucket `i` holds the times above 2^((i-1)/8) s, up to and with 2^(i/8) s. */
const LOWEST = LOWEST_OCTAVE * OCTAVE;
const SIZE = (HIGHEST_OCTAVE - LOWEST_OCTAVE) * OCTAVE + 1;

/**
 * The counts of a histogram from the lowest bucket that has any to the highest one, after the number of the lowest; empty if there
 * are none. A negative number, `-n`, stands for `n` empty buckets: most starts wait for nothing, and some for long.
 */
export type SparseCounts = readonly number[];

/** The place of a time's bucket among all buckets, from 0; those of negative times and NaN are the lowest. */
export function placeOf(ms: number): number {
  if (!(ms >= 0.1)) return 0;
  return Math.min(SIZE - 1, Math.max(0, Math.ceil(Math.log2(ms / 1000) * OCTAVE) - LOWEST));
}

/** Counts times in buckets that grow exponentially, so that histograms of several processes can be added up. */
export class TimeHistogram {
  readonly #counts = new Float64Array(SIZE);
  #n = 0;

  /** The number of times. */
  get n(): number {
    return this.#n;
  }

  /** Counts a time, in milliseconds. @param at its place, if that is known already: {@linkcode placeOf} */
  add(ms: number, at = placeOf(ms)): void {
    this.#counts[at]!++;
    this.#n++;
  }

  /** Adds the times of another one. */
  merge(other: TimeHistogram): void {
    if (other.#n === 0) return;
    for (let at = 0; at < SIZE; at++) this.#counts[at]! += other.#counts[at]!;
    this.#n += other.#n;
  }

  /** Adds counts that another process has told. */
  addCounts(counts: SparseCounts): void {
    for (const [bucket, count] of bucketsIn(counts)) {
      const at = bucket - LOWEST;
      if (at < 0 || at >= SIZE) continue;
      this.#counts[at]! += count;
      this.#n += count;
    }
  }

  /** Forgets all times. */
  clear(): void {
    this.#counts.fill(0);
    this.#n = 0;
  }

  /** The counts, as others read them. */
  sparse(): SparseCounts {
    return sparsely([...this.#counts].map((count, at) => [LOWEST + at, count] as const));
  }

  /**
   * The time that a part of all times does not exceed, in milliseconds: within its bucket, in the middle of the times that it
   * stands for. 0 if there are none.
   *
   * @param part from 0 to 1
   */
  quantileMs(part: number): number {
    const rank = Math.max(1, Math.ceil(part * this.#n));
    for (let at = 0, passed = 0; at < SIZE; at++) {
      const count = this.#counts[at]!;
      if (passed + count >= rank) {
        if (at === 0) return 0; // below what is measured
        const way = (rank - passed - 0.5) / count;
        return 1000 * 2 ** ((at + LOWEST - 1 + way) / OCTAVE);
      }
      passed += count;
    }
    return 0;
  }
}

/** The buckets that have any times, ascending: the number of each, and its count. */
export function* bucketsIn([lowest = 0, ...counts]: SparseCounts): Generator<readonly [number, number]> {
  let bucket = lowest;
  for (const count of counts) {
    if (count > 0) yield [bucket, count];
    bucket += count < 0 ? -count : 1;
  }
}

/** @param counts of buckets, ascending */
function sparsely(counts: readonly (readonly [bucket: number, count: number])[]): SparseCounts {
  const sparse: number[] = [];
  let next = 0;
  for (const [bucket, count] of counts) {
    if (count === 0) continue;
    if (sparse.length === 0) sparse.push(bucket);
    else if (bucket > next) sparse.push(bucket === next + 1 ? 0 : next - bucket);
    sparse.push(count);
    next = bucket + 1;
  }
  return sparse;
}

/** Counts of buckets twice as wide: bucket `i` is above 2^((i-1)/4) s, up to and with 2^(i/4) s. */
export function halved(counts: SparseCounts): SparseCounts {
  const wide = new Map<number, number>();
  for (const [bucket, count] of bucketsIn(counts)) {
    const at = Math.ceil(bucket / 2);
    wide.set(at, (wide.get(at) ?? 0) + count);
  }
  return sparsely([...wide]);
}
