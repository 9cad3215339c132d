import type { Random } from "../../model/mod.ts";
import type { MinuteCounts } from "./minute_counts.ts";
import type { Gaps, TracedCall } from "./trace.ts";

const MINUTE_MS = 60_000;

/**
 * The calls of a trace that knows only their number in each minute, in the order of time.
 *
 * - `poisson`: each falls anywhere in its minute with the same probability, as the arrivals of a Poisson process do when their
 *   number is given (Kingman, Poisson Processes, 1993, section 2.4);
 * - `equidistant`: a function's calls of a minute are evenly spaced. Each function has its own phase, from the random source:
 *   else all that are called once a minute would come together.
 *
 * Either way a minute keeps its number of calls.
 */
export function* spread(
  counts: MinuteCounts,
  { gaps, functions, random }: { readonly gaps: Gaps; readonly functions: number; readonly random: Random },
): Generator<TracedCall> {
  const phases = gaps === "poisson"
    ? undefined
    : Float64Array.from({ length: functions }, () => random.next());
  for (let minute = 0; minute < counts.length; minute++) {
    const size = counts.callsAt(minute);
    const parts = new Float64Array(size), fns = new Uint32Array(size);
    let at = 0;
    for (const [fn, count] of phases === undefined ? counts.at(minute) : summed(counts.at(minute))) {
      for (let i = 0; i < count; i++) {
        parts[at] = phases === undefined ? random.next() : (i + phases[fn]!) / count;
        fns[at++] = fn;
      }
    }
    const order = Uint32Array.from(parts, (_, i) => i).sort((a, b) => parts[a]! - parts[b]! || a - b);
    for (const i of order) yield { atMs: (minute + parts[i]!) * MINUTE_MS, fn: fns[i]! };
  }
}

/** Adds the calls of a function up that the file has in several lines, so that all of them are evenly spaced. */
function summed(counts: Iterable<readonly [fn: number, count: number]>): Map<number, number> {
  const sums = new Map<number, number>();
  for (const [fn, count] of counts) sums.set(fn, (sums.get(fn) ?? 0) + count);
  return sums;
}
