import type { AttemptEvent, FunctionRunEvent } from "./events.ts";

/** Clocks that differ by less, in milliseconds, count as the same: lines are stamped to the millisecond in places. */
const TOLERANCE_MS = 2;

/** When a function ran, by its own clock, in milliseconds since 1970. */
export interface FunctionTimes {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/**
 * The run of a function within its attempt; a run that does not lie within it shows that the clocks do not agree.
 *
 * @param aheadMs the known lead of the function's clock over the one that attempts go by, in milliseconds
 */
export function functionRunOf(event: AttemptEvent, run: FunctionTimes, aheadMs = 0): FunctionRunEvent {
  const { function: name, chain, instance, node, attempt, outcome, platform, startedAtMs, runMs } = event;
  const { item, generation } = event;
  const before = run.startedAtMs - aheadMs - startedAtMs;
  const after = run.endedAtMs - aheadMs - (startedAtMs + runMs);
  const skewMs = before < -TOLERANCE_MS ? before : after > TOLERANCE_MS ? after : undefined;
  const providerQueuedMs = Math.max(0, before);
  return {
    ...{ function: name, chain, instance, node, attempt, outcome, platform },
    ...(item === undefined ? {} : { item }),
    ...(generation === undefined ? {} : { generation }),
    startedAtMs: skewMs === undefined ? startedAtMs + providerQueuedMs : startedAtMs,
    functionMs: run.endedAtMs - run.startedAtMs,
    ...(skewMs === undefined ? { providerQueuedMs } : { skewMs }),
  };
}
