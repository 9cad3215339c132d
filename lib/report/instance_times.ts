import type { EndEvent } from "./events.ts";
import type { InstanceTimes } from "./figure_types.ts";
import { type DeadlineState, instanceKind } from "./kinds.ts";

/** The times of an instance that was lost, or that had not ended when the log ended. */
export const NEVER: InstanceTimes = { chainMs: Infinity, slowdown: Infinity };
/** The times of a completed instance whose submission the log lacks. */
export const UNKNOWN: InstanceTimes = { chainMs: NaN, slowdown: NaN };

/** The times of an instance that has ended. @param sinceMs from its submission to its end; NaN: not known */
export function timesOf({ outcome, idealMs = 0 }: EndEvent, sinceMs: number): InstanceTimes {
  if (outcome !== "completed") return NEVER;
  if (!(sinceMs >= 0)) return UNKNOWN;
  return { chainMs: sinceMs, slowdown: idealMs > 0 ? sinceMs / idealMs : NaN };
}

/** Whether an instance completed before it was submitted, as a clock was set. */
export function isBackwards({ outcome }: EndEvent, sinceMs: number): boolean {
  return outcome === "completed" && sinceMs < 0;
}

/** The state of the deadline of an instance that has ended: a lost one did not do its work in time. */
export function deadlineOf(deadlineMs: number | undefined, { chainMs }: InstanceTimes): DeadlineState {
  if (deadlineMs === undefined || Number.isNaN(chainMs)) return "open";
  return chainMs <= deadlineMs ? "met" : "missed";
}

/**
 * The state of the deadline of an instance that had not ended when the log ended.
 *
 * @param sinceMs from its submission to the end of the log
 */
export function deadlineOfUnfinished(deadlineMs: number | undefined, sinceMs: number): DeadlineState {
  return deadlineMs !== undefined && deadlineMs < sinceMs ? "missed" : "open";
}

/** The number of the kind of an instance under way. @param toUs the end of the log, in microseconds */
export function unfinishedKind(
  { submittedUs, deadlineMs, parent }: {
    readonly submittedUs: number;
    readonly deadlineMs: number | undefined;
    readonly parent: string | undefined;
  },
  toUs: number,
): number {
  const deadline = deadlineOfUnfinished(deadlineMs, (toUs - submittedUs) / 1000);
  return instanceKind({ outcome: "unfinished", deadline, pace: "unknown", isCalled: parent !== undefined });
}
