import { type Backoff, greatestDelayMs, type Random } from "../model/mod.ts";

/** A throttled invocation is tried again after 50 ms at first; doubled each time, up to 5 s. */
const AFTER_THROTTLES: Backoff = { firstDelayMs: 50, factor: 2, maxDelayMs: 5000 };

/**
 * The delay after a throttle that did not say how long to wait. Half of it is fixed, so that a platform without capacity
 * is not asked again at once ("equal jitter": M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 *
 * @param throttles throttles in a row, from 1
 * @returns milliseconds
 */
export function throttleDelayMs(throttles: number, random: Random): number {
  return greatestDelayMs(AFTER_THROTTLES, throttles) * (0.5 + 0.5 * random.next());
}
