import type { Limits } from "./limits.ts";

/** A part of a whole, as an interval of [0, 1): the parts of all lie side by side. */
export interface LimitShare {
  /** Where it begins, from 0. */
  readonly from: number;
  /** Where it ends, up to 1; not before it begins. */
  readonly to: number;
}

/** Bounds are k ÷ P, with an error: what they cut off must not come out just below a whole number. */
const ERROR = 1e-9;

/**
 * What one of several schedulers makes of limits that are meant for all of them together. Of a limit on what runs at once it
 * gets the whole numbers that end within its share of it, so that the parts of neighbours add up to the limit; but at least 1,
 * as what it has must go on: if a limit is smaller than the number of schedulers, they let more run than it says. Of a rate
 * it gets its share, or the whole if that is empty: then it has nothing to start. `"auto"` is left as it is, since each finds
 * out what it is refused.
 *
 * @example The second of three schedulers, which has two of eight partitions.
 * ```ts
 * import { shareOfLimits } from "sequoia";
 * shareOfLimits({ global: 10, rate: 4 }, { from: 3 / 8, to: 5 / 8 }); // { global: 3, rate: 1 }
 * ```
 */
export function shareOfLimits(limits: Limits, { from, to }: LimitShare): Limits {
  const part = (limit: number) => {
    if (!Number.isInteger(limit) || limit < 1) return limit; // Infinity, or what no scheduler takes
    return Math.max(1, Math.floor(limit * to + ERROR) - Math.floor(limit * from + ERROR));
  };
  const rate = (perS: number) => to > from ? perS * (to - from) : perS;
  const { global, functions, chains, labels, platforms, functionRates } = limits;
  return {
    ...limits,
    ...typeof global === "number" && { global: part(global) },
    ...functions !== undefined && { functions: each(functions, part) },
    ...chains !== undefined && { chains: each(chains, part) },
    ...labels !== undefined && { labels: each(labels, part) },
    ...platforms !== undefined && { platforms: each(platforms, part) },
    ...limits.rate !== undefined && { rate: rate(limits.rate) },
    ...functionRates !== undefined && { functionRates: each(functionRates, rate) },
  };
}

function each(of: Readonly<Record<string, number>>, part: (n: number) => number): Record<string, number> {
  return Object.fromEntries(Object.entries(of).map(([name, n]) => [name, part(n)]));
}
