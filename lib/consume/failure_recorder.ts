import type { Clock } from "../model/mod.ts";
import { type AttemptEvent, type EndEvent, handingOn, type Recorder } from "../record/mod.ts";
import type { Failed, FailureGroups } from "./failure_groups.ts";

const NO_REASON = "no reason is known";

/** A recorder that also counts the failures among what it records; but not calls that their caller has stopped. */
export function countingFailures(
  recorder: Recorder,
  groups: Pick<FailureGroups, "add">,
  clock: Pick<Clock, "nowMs">,
): Recorder {
  return handingOn(recorder, {
    attempt: (event) => {
      if (event.outcome === "failed" && !event.stopped) groups.add(failedCall(event), clock.nowMs());
      recorder.attempt(event);
    },
    end: (event) => {
      const failed = failedChain(event);
      if (failed !== undefined) groups.add(failed, clock.nowMs());
      recorder.end(event);
    },
  });
}

function failedCall(
  { function: name, platform, status, reason = NO_REASON, instance, chain, traceId, spanId }: AttemptEvent,
): Failed {
  return { kind: "calls-failed", name, chain, platform, status, reason, instance, traceId, spanId };
}

function failedChain(
  { chain, outcome, reason = NO_REASON, instance, traceId, spanId }: EndEvent,
): Failed | undefined {
  if (outcome !== "failed" && outcome !== "cancelled" && outcome !== "shed") return undefined;
  return { kind: `chains-${outcome}`, name: chain, chain, reason, instance, traceId, spanId };
}
