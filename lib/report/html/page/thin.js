/**
 * A quantity over time: the least and the greatest value of each bucket, one after the other.
 *
 * @typedef {{ fromMs: number, bucketMs: number, pairs: readonly number[] }} Pairs
 */

/**
 * The instants of columns of pixels: two of each, as each has a least and a greatest value.
 *
 * @param {number} from
 * @param {number} to
 * @param {number} columns
 * @returns {number[]}
 */
export function instants(from, to, columns) {
  const width = (to - from) / columns;
  return Array.from({ length: 2 * columns }, (_, i) => from + (i / 2 + 0.25) * width);
}

/**
 * The least and the greatest value of each column of pixels, so that no peak is lost; null where the run is over, or has
 * no value (NaN).
 *
 * @param {Pairs} of
 * @param {number} from
 * @param {number} to
 * @param {number} columns
 * @returns {(number | null)[]}
 */
export function thinned({ fromMs, bucketMs, pairs }, from, to, columns) {
  /** @type {(number | null)[]} */
  const values = new Array(2 * columns).fill(null);
  const width = (to - from) / columns, buckets = pairs.length / 2;
  for (let column = 0; column < columns; column++) {
    const start = (from + column * width - fromMs) / bucketMs, end = start + width / bucketMs;
    const first = Math.max(0, Math.floor(start)), last = Math.min(buckets, Math.ceil(end));
    if (first >= last || end <= 0) continue;
    let least = Infinity, greatest = -Infinity;
    for (let bucket = first; bucket < last; bucket++) {
      const low = pairs[2 * bucket] ?? NaN, high = pairs[2 * bucket + 1] ?? NaN;
      if (low < least) least = low;
      if (high > greatest) greatest = high;
    }
    if (least > greatest) continue; // it has no value there
    values[2 * column] = least;
    values[2 * column + 1] = greatest;
  }
  return values;
}

/**
 * Values by bucket as pairs.
 *
 * @param {readonly number[]} values
 * @returns {number[]}
 */
export function pairsOf(values) {
  return values.flatMap((value) => [value, value]);
}

/**
 * Sums of values up to each bucket: before it, and with it.
 *
 * @param {readonly number[]} values
 * @returns {number[]}
 */
export function sumsOf(values) {
  let sum = 0;
  return values.flatMap((value) => [sum, sum += value]);
}
