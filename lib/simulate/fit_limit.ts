import type { Recorder } from "../record/mod.ts";
import { noRecorder } from "../record/mod.ts";
import type { FittedLimit } from "./recorded_calls.ts";

/** Beyond what was in flight when calls were refused, the limit may be so much higher or lower. */
const MARGIN = 2;

/**
 * Finds the limit of the provider's under which the recorded run, simulated, has as many calls refused as it had: what was in
 * flight when calls were refused tells it within some calls only, as calls and answers are on their way for a while. More are
 * refused under a lower limit, so it is found by halving.
 *
 * @param refusedUnder how many calls are refused in a simulation under a limit
 */
export async function fitLimit(
  { from, to, refused }: Pick<FittedLimit, "from" | "to" | "refused">,
  refusedUnder: (limit: number) => Promise<number>,
): Promise<number> {
  let low = Math.max(1, from - MARGIN), high = Math.max(1, to + MARGIN);
  let best = low, bestDifference = Infinity;
  while (low <= high) {
    const limit = (low + high) >> 1, count = await refusedUnder(limit);
    const difference = Math.abs(count - refused);
    if (difference < bestDifference) [best, bestDifference] = [limit, difference];
    if (count > refused) low = limit + 1;
    else high = limit - 1;
  }
  return best;
}

/** Counts the calls that are refused. */
export class RefusalCounter implements Recorder {
  count = 0;
  readonly functionRun = noRecorder.functionRun;
  readonly submit = noRecorder.submit;
  readonly end = noRecorder.end;
  readonly counter = noRecorder.counter;

  attempt({ outcome }: Parameters<Recorder["attempt"]>[0]): void {
    if (outcome === "throttled") this.count++;
  }
}
