import { CALL_KINDS } from "./kinds.ts";
import type { Samples } from "./samples.ts";
import type { Fairness } from "./schema.ts";
import { Windows } from "./windows.ts";

/** The fairness of a run, and each chain's part of its fair share (null: it never wanted more while others did). */
export interface Shares extends Fairness {
  /** By the chain's number. */
  readonly byChain: readonly (number | null)[];
}

/**
 * Measures how evenly chains were served while there was not enough for all.
 *
 * The run is cut into windows of a second (twice as long, or four times, …, where there would be more than 400). In a window a
 * chain is *wanting* if during at least half of it some invocation of its waited to be started, or if one was throttled in it.
 * Only windows with two or more wanting chains count: who gets what it wants is not treated unfairly, however little that is.
 * The work that chain c received in a window is x_c, the time its attempts ran in it ÷ its weight (throttled attempts are not
 * work).
 *
 * - `jain` = mean over those windows, by their length, of (Σ x_c)² ÷ (n Σ x_c²) over their n wanting chains: Jain, Chiu
 *   and Hawe, "A Quantitative Measure of Fairness and Discrimination for Resource Allocation in Shared Computer
 *   Systems" (DEC-TR-301, 1984);
 * - the share of a chain = Σ x_c over the windows in which it was wanting ÷ Σ of the mean x of these windows.
 *
 * @param windows the work and the demand of the chains; undefined if nothing happened
 * @param toUs the instant at which the run ended
 * @param weights of the chains, by their numbers
 */
export function sharesOf(windows: Windows | undefined, toUs: number, weights: readonly number[]): Shares {
  const received = new Float64Array(weights.length), fair = new Float64Array(weights.length);
  let jainTime = 0, time = 0;
  const count = windows?.count(toUs) ?? 0;
  for (let w = 0; w < count; w++) {
    const wanting = [...weights.keys()].filter((chain) => windows!.isWanting(w, chain, toUs));
    const x = wanting.map((chain) => windows!.workOf(w, chain) / weights[chain]!);
    const sum = x.reduce((a, b) => a + b, 0);
    if (wanting.length < 2 || sum === 0) continue;
    const squares = x.reduce((a, b) => a + b * b, 0), lengthUs = windows!.lengthUs(w, toUs);
    jainTime += lengthUs * sum * sum / (wanting.length * squares);
    time += lengthUs;
    wanting.forEach((chain, i) => {
      received[chain]! += x[i]!;
      fair[chain]! += sum / wanting.length;
    });
  }
  const byChain = Array.from(received, (got, chain) => fair[chain]! > 0 ? got / fair[chain]! : null);
  const shares = byChain.filter((share) => share !== null);
  if (time === 0) return { jain: 1, minShare: 1, maxShare: 1, byChain };
  return { jain: jainTime / time, minShare: least(shares), maxShare: -least(shares.map((x) => -x)), byChain };
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity);
}

/** The work that the chains of a run received and wanted, by window. */
export function windowsOf({ attempts, starved, span }: Samples): Windows | undefined {
  if (span.durationUs === 0) return undefined;
  const windows = new Windows(span.firstUs);
  const chain = attempts.chain.view(), kind = attempts.kind.view(), queued = attempts.queuedMs.view();
  const start = attempts.startUs.view(), end = attempts.endUs.view();
  for (let i = 0; i < chain.length; i++) {
    noteAttempt(
      windows,
      chain[i]!,
      start[i]!,
      end[i]!,
      queued[i]!,
      CALL_KINDS[kind[i]!]!.outcome === "throttled",
    );
  }
  const starvedFrom = starved.fromUs.view();
  starved.chain.view().forEach((chain, i) => windows.wait(chain, starvedFrom[i]!, span.lastUs));
  return windows;
}

/** Notes what an attempt says of its chain. */
export function noteAttempt(
  windows: Windows,
  chain: number,
  startUs: number,
  endUs: number,
  queuedMs: number,
  isThrottled: boolean,
): void {
  if (queuedMs > 0) windows.wait(chain, startUs - queuedMs * 1000, startUs);
  if (isThrottled) windows.refuse(chain, startUs);
  else windows.work(chain, startUs, endUs);
}
