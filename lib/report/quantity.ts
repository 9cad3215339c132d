import type { ChainQuantity, Quantity } from "./schema.ts";

/** The quantity of no samples. */
export const NO_QUANTITY: Quantity<null> = {
  mean: null,
  p50: null,
  p90: null,
  p95: null,
  p99: null,
  max: null,
};

/**
 * Sums up samples. Infinity stands for never, and NaN for a sample that is not known: where all that is known is "never", there
 * is no quantity, as it is not that of all. Sorts them in place.
 */
export function quantityOf(samples: Float64Array): ChainQuantity {
  samples.sort(); // NaN goes to the end
  const sorted = withoutNaN(samples);
  if (sorted.length === 0 || (sorted[0] === Infinity && sorted.length < samples.length)) return NO_QUANTITY;
  let sum = 0;
  for (const sample of sorted) sum += sample;
  const at = (percent: number) => figureValue(percentile(sorted, percent));
  return {
    mean: figureValue(sum / sorted.length),
    p50: at(50),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    max: figureValue(sorted.at(-1)!),
  };
}

/** A number as reports have it: Infinity is "never". */
export function figureValue(number: number): number | "never" {
  return number === Infinity ? "never" : number;
}

/**
 * A percentile by nearest rank.
 *
 * @param sorted ascending, at least one
 * @param percent above 0 and at most 100
 */
export function percentile(sorted: Float64Array, percent: number): number {
  return sorted[rankOf(percent, sorted.length) - 1]!;
}

/** The rank of a percentile among `count` samples, from 1 on: the nearest one. */
export function rankOf(percent: number, count: number): number {
  return Math.max(1, Math.ceil(percent * count / 100));
}

/** The part of sorted numbers before the first NaN. */
export function withoutNaN(sorted: Float64Array): Float64Array {
  let length = sorted.length;
  while (length > 0 && Number.isNaN(sorted[length - 1])) length--;
  return sorted.subarray(0, length);
}
