import type { Random, RetryRule } from "../model/mod.ts";

/**
 * The delay before a retry: exponential backoff with full jitter, uniform in [0, min(longest, first × factor^(n−1))], or
 * that greatest delay itself if the rule wants no jitter (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 *
 * @param failures attempts that have failed so far, from 1
 * @returns milliseconds
 */
export function failureDelayMs(rule: RetryRule, failures: number, random: Random): number {
  const longest = Math.min(rule.maxDelayMs, rule.firstDelayMs * rule.factor ** (failures - 1));
  return rule.jitter === false ? longest : longest * random.next();
}

/** A throttled invocation is tried again after 50 ms at first; doubled each time, up to 5 s. */
const FIRST_THROTTLE_MS = 50;
const LONGEST_THROTTLE_MS = 5000;

/**
 * The delay after a throttle that did not say how long to wait. Half of it is fixed, so that a platform without capacity
 * is not asked again at once ("equal jitter", same source).
 *
 * @param throttles throttles in a row, from 1
 * @returns milliseconds
 */
export function throttleDelayMs(throttles: number, random: Random): number {
  const longest = Math.min(LONGEST_THROTTLE_MS, FIRST_THROTTLE_MS * 2 ** Math.min(throttles - 1, 16));
  return longest * (0.5 + 0.5 * random.next());
}
