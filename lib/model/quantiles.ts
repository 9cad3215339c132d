import { parseDuration } from "./durations.ts";

/** A quantile: the part of the times, from 0 to 1, that are at most as long as the second number, in milliseconds. */
export type Quantile = readonly [part: number, ms: number];

/** Most quantiles of a distribution: it stands in every message of its function. */
const MAX_QUANTILES = 101;

const FORM = "quantiles({ 0: …, 50: …, 100: … })";

/**
 * Checks the quantiles of a distribution.
 *
 * @throws {TypeError} if they are no list of pairs of numbers
 * @throws {RangeError} if they do not go from 0 to 1, or a time is less than the one before it
 */
export function checkQuantiles(value: unknown): readonly Quantile[] {
  const isList = Array.isArray(value) &&
    value.every((pair) =>
      Array.isArray(pair) && pair.length === 2 && pair.every((each) => typeof each === "number")
    );
  if (!isList) throw new TypeError(`Cannot use ${JSON.stringify(value)} as quantiles. Write ${FORM}`);
  const quantiles = value as Quantile[];
  const fail = (text: string): never => {
    throw new RangeError(`Cannot use ${FORM}: ${text}`);
  };
  if (quantiles.length > MAX_QUANTILES) fail(`there are more than ${MAX_QUANTILES}`);
  if (quantiles[0]?.[0] !== 0 || quantiles.at(-1)![0] !== 1) {
    fail("0 and 100, the bounds, are not both there");
  }
  quantiles.forEach(([part, ms], i) => {
    parseDuration(ms);
    const [before, beforeMs] = quantiles[i - 1] ?? [-1, 0];
    if (!(part > before)) fail("they are not in their order");
    if (ms < beforeMs) fail(`the time of ${part * 100} is less than the one before it`);
  });
  return quantiles;
}

/** The time that a part of the times, from 0 to below 1, does not exceed, in milliseconds. */
export function quantileMs(quantiles: readonly Quantile[], part: number): number {
  let at = 1;
  while (at < quantiles.length - 1 && quantiles[at]![0] <= part) at++;
  const [low, lowMs] = quantiles[at - 1]!, [high, highMs] = quantiles[at]!;
  const way = (part - low) / (high - low);
  return lowMs > 0 ? lowMs * (highMs / lowMs) ** way : highMs * way;
}

/** The mean of all times, in milliseconds. */
export function meanOfQuantiles(quantiles: readonly Quantile[]): number {
  let sum = 0;
  for (let at = 1; at < quantiles.length; at++) {
    const [low, lowMs] = quantiles[at - 1]!, [high, highMs] = quantiles[at]!;
    const isLevel = highMs - lowMs < 1e-9 * highMs; // the logarithm would be of rounding alone
    const mean = lowMs > 0 && !isLevel ? (highMs - lowMs) / Math.log(highMs / lowMs) : (lowMs + highMs) / 2;
    sum += (high - low) * mean;
  }
  return sum;
}
