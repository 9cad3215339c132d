import type { Random } from "../model/mod.ts";

/** The longest wait before the second attempt, and before any, in milliseconds. */
const FIRST_MS = 5000, LONGEST_MS = 3_600_000;
/** The least wait between two attempts, in milliseconds. */
const LEAST_MS = 250;

/**
 * The wait before the next attempt, in milliseconds: exponential backoff with full jitter, an hour at most, and never shorter than the
 * receiver asks for.
 *
 * @param failed attempts that have failed, 1 or more
 * @param askedMs the wait that the receiver asks for
 */
export function waitMs(failed: number, random: Random, askedMs = 0): number {
  const mostMs = Math.min(FIRST_MS * 2 ** (failed - 1), LONGEST_MS);
  return Math.max(LEAST_MS, random.next() * mostMs, askedMs);
}
