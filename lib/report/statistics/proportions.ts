import { logGamma } from "./log_gamma.ts";

/** A number of things, and of how many. */
export interface Proportion {
  readonly count: number;
  /** From `count` on; above 0. */
  readonly of: number;
}

/** A table that is as likely as another one, but for rounding, is likelier by at most this factor. */
const AS_LIKELY = 1 + 1e-7;

/**
 * Fisher's exact test of whether two proportions differ (R. A. Fisher, "The logic of inductive inference", Journal of the
 * Royal Statistical Society 98, 1935): the probability of a table with the same sums that is no more likely than this one.
 *
 * @returns the p-value, two-sided
 */
export function twoProportions(a: Proportion, b: Proportion): number {
  const tables = logChoose(a.of + b.of, a.count + b.count);
  const likelihood = Math.exp(logChoose(a.of, a.count) + logChoose(b.of, b.count) - tables);
  return Math.min(1, likelihood * (1 + othersTowards(a, b) + othersTowards(b, a)));
}

/** The likelihood of the tables that count more in one row and less in the other, and are no more likely, as parts of this one's. */
function othersTowards(more: Proportion, less: Proportion): number {
  let sum = 0, part = 1;
  for (let m = more.count, l = less.count; m < more.of && l > 0 && part > 0; m++, l--) {
    part *= (more.of - m) * l / ((m + 1) * (less.of - l + 1));
    if (part <= AS_LIKELY) sum += part;
  }
  return sum;
}

/** The logarithm of the number of ways to choose k of n. */
function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}
