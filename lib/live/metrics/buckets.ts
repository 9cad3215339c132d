/** The bounds of the buckets that metrics have in every form are powers of two of a second, from about a millisecond to about an hour. */
const [LEAST, GREATEST] = [-10, 12];
/** Buckets of a total for each of those. */
const PER_BOUND = 4;

/** The number of times up to and with each bound, which is in seconds; the last one, of all times, is infinite. */
export function* cumulative(
  buckets: ReadonlyMap<number, number>,
): Generator<readonly [bound: number, count: number]> {
  const sorted = ascending(buckets);
  let count = 0, at = 0;
  for (let bound = LEAST; bound <= GREATEST; bound++) {
    for (; at < sorted.length && sorted[at]![0] <= bound * PER_BOUND; at++) count += sorted[at]![1];
    yield [2 ** bound, count];
  }
  yield [Infinity, countOf(buckets)];
}

/** The number of all times. */
export function countOf(buckets: ReadonlyMap<number, number>): number {
  return buckets.values().reduce((total, count) => total + count, 0);
}

/** The buckets, the shortest times first. */
export function ascending(
  buckets: ReadonlyMap<number, number>,
): readonly (readonly [bucket: number, count: number])[] {
  return [...buckets].sort(([a], [b]) => a - b);
}
