import type { Random } from "./random.ts";
import type { RetryRule } from "./retry_rule.ts";

/** Exponential backoff: the greatest delay is multiplied by a factor from failure to failure, up to a bound. */
export type Backoff = Pick<RetryRule, "firstDelayMs" | "factor" | "maxDelayMs">;

/**
 * The greatest delay before the next attempt: min(longest, first × factor^(n−1)), in milliseconds.
 *
 * @param failures attempts that have failed so far, from 1
 */
export function greatestDelayMs({ firstDelayMs, factor, maxDelayMs }: Backoff, failures: number): number {
  return Math.min(maxDelayMs, firstDelayMs * factor ** (failures - 1));
}

/**
 * The delay before the next attempt, in milliseconds: with full jitter, uniform from 0 to the greatest, or that itself if the
 * rule wants no jitter (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 *
 * @param failures attempts that have failed so far, from 1
 */
export function failureDelayMs(
  rule: Backoff & Pick<RetryRule, "jitter">,
  failures: number,
  random: Random,
): number {
  const greatestMs = greatestDelayMs(rule, failures);
  return rule.jitter === false ? greatestMs : greatestMs * random.next();
}
