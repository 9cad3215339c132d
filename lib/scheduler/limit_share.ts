import { withPossibleFloors } from "./floors.ts";
import type { Limits } from "./limits.ts";
import type { StartRate } from "./rate_limit.ts";

/** A part of a whole, as an interval of [0, 1): the parts of all lie side by side. */
export interface LimitShare {
  /** Where it begins, from 0. */
  readonly from: number;
  /** Where it ends, up to 1; not before it begins. */
  readonly to: number;
}

/** Bounds are k ÷ P, with an error: what they cut off must not come out just below a whole number. */
const ERROR = 1e-9;

/** The whole numbers of a limit that end within a share of it: those of shares side by side add up to the limit. */
export function wholesWithin(limit: number, { from, to }: LimitShare): number {
  return Math.floor(limit * to + ERROR) - Math.floor(limit * from + ERROR);
}

/**
 * The part that one of several schedulers gets of limits that are meant for all of them together. Of a limit on attempts in
 * flight it gets the whole numbers that end within its share of it, so that the parts of neighbours add up to the limit; but at
 * least 1, as its work must go on: if a limit is smaller than the number of schedulers, they let more run than it says. Of the
 * starts of a rate's window it gets whole numbers too; where its share is not one, that part over a longer window; or the whole
 * if its share is empty: then it has nothing to start. Of floors it gets whole numbers as of limits, but maybe none, and no
 * more than its part of the ceilings and of the limit. `"auto"` is left as it is, since each finds out by itself what the
 * platform refuses.
 *
 * @example The second of three schedulers, which has two of eight partitions.
 * ```ts
 * import { shareOfLimits } from "sequoia/scheduler";
 * shareOfLimits({ global: 10, rate: 4 }, { from: 3 / 8, to: 5 / 8 }); // { global: 3, rate: 1 }
 * ```
 */
export function shareOfLimits(limits: Limits, share: LimitShare): Limits {
  const { from, to } = share;
  const whole = (number: number) => wholesWithin(number, share);
  const part = (limit: number) => {
    if (!Number.isInteger(limit) || limit < 1) return limit; // Infinity, or what no scheduler takes
    return Math.max(1, whole(limit));
  };
  const rate = (of: number | StartRate): number | StartRate => {
    const starts = (all: number) => {
      if (to === from) return all;
      const share = all * (to - from);
      return share < 1 - ERROR || !Number.isInteger(all) ? share : part(all);
    };
    if (typeof of === "number") return starts(of);
    return { ...of, starts: starts(of.starts), ...of.burst !== undefined && { burst: part(of.burst) } };
  };
  const { global, functions, chains, labels, floors, platforms, functionRates } = limits;
  const shared = {
    ...limits,
    ...typeof global === "number" && { global: part(global) },
    ...functions !== undefined && { functions: each(functions, part) },
    ...chains !== undefined && { chains: each(chains, part) },
    ...labels !== undefined &&
      { labels: each(labels, (of) => typeof of === "number" ? part(of) : each(of, part)) },
    ...platforms !== undefined && { platforms: each(platforms, part) },
    ...limits.rate !== undefined && { rate: rate(limits.rate) },
    ...functionRates !== undefined && { functionRates: each(functionRates, rate) },
  };
  if (floors === undefined) return shared;
  const { functions: ofFunctions = {}, chains: ofChains = {}, labels: ofLabels = {} } = floors;
  return withPossibleFloors({
    ...shared,
    floors: {
      functions: each(ofFunctions, whole),
      chains: each(ofChains, whole),
      labels: each(ofLabels, (values) => each(values, whole)),
    },
  });
}

function each<T>(of: Readonly<Record<string, T>>, part: (whole: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(of).map(([name, n]) => [name, part(n)]));
}
