import { type EndEvent, noRecorder, type Recorder, type SubmitEvent } from "../record/mod.ts";
import type { FittedLimit } from "./recorded_calls.ts";

/** Factor by which the limit may be above or below the calls that were in flight when calls were refused. */
const MARGIN = 2;

/**
 * Finds the limit of the provider's under which the chains of a recorded run, simulated, take as long as they took: what was in
 * flight when calls were refused tells it within some calls only, as calls and answers are on their way for a while. Under a
 * lower limit chains take longer, so it is found by halving.
 *
 * @param tookMs mean time that the chains took, in milliseconds
 * @param tookUnder simulates them under a limit, and returns their mean time, in milliseconds
 */
export async function fitLimit(
  { from, to }: Pick<FittedLimit, "from" | "to">,
  tookMs: number,
  tookUnder: (limit: number) => Promise<number>,
): Promise<number> {
  let low = Math.max(1, from - MARGIN), high = Math.max(1, to + MARGIN);
  let best = low, bestDifference = Infinity;
  while (low <= high) {
    const limit = (low + high) >> 1, ms = await tookUnder(limit);
    const difference = Math.abs(ms - tookMs);
    if (difference < bestDifference) [best, bestDifference] = [limit, difference];
    if (ms > tookMs) low = limit + 1;
    else high = limit - 1;
  }
  return best;
}

/** Most time that is added to the start of a call, in milliseconds. */
const MOST_DELAY_MS = 64;
/** Number of halvings that find it. */
const HALVINGS = 5;

/**
 * Finds how much longer calls took to start than single calls show, so that the chains of a recorded run, simulated, take as
 * long as they took: a consumer that has much to do at once keeps places free.
 *
 * @param tookMs mean time that the chains took, in milliseconds
 * @param tookWith simulates them with such a delay, and returns their mean time, in milliseconds
 * @returns it in milliseconds
 */
export async function fitDelay(
  tookMs: number,
  tookWith: (moreMs: number) => Promise<number>,
): Promise<number> {
  if (await tookWith(0) >= tookMs) return 0;
  let low = 0, high = 1;
  while (high < MOST_DELAY_MS && await tookWith(high) < tookMs) [low, high] = [high, high * 2];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (await tookWith(middle) < tookMs) low = middle;
    else high = middle;
  }
  return low;
}

/** Measures how long chains take. */
export class ChainTimes implements Recorder {
  readonly attempt = noRecorder.attempt;
  readonly functionRun = noRecorder.functionRun;
  readonly counter = noRecorder.counter;
  readonly setting = noRecorder.setting;
  readonly #submittedAtMs = new Map<string, number>();
  #ended = 0;
  #sumMs = 0;

  submit({ instance, submittedAtMs }: SubmitEvent): void {
    if (!this.#submittedAtMs.has(instance)) this.#submittedAtMs.set(instance, submittedAtMs);
  }

  end({ instance, endedAtMs }: EndEvent): void {
    const submittedAtMs = this.#submittedAtMs.get(instance);
    if (submittedAtMs === undefined) return;
    this.#submittedAtMs.delete(instance);
    this.#ended++;
    this.#sumMs += endedAtMs - submittedAtMs;
  }

  /** The mean of those that have ended, in milliseconds; 0: of none. */
  get meanMs(): number {
    return this.#ended === 0 ? 0 : this.#sumMs / this.#ended;
  }
}
