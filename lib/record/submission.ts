import type { Instance } from "../model/mod.ts";
import type { SubmitEvent } from "./events.ts";

/** What is recorded of an instance when it is submitted. */
export function submission(instance: Instance): SubmitEvent {
  const { chain, id, submittedAtMs, labels, weight, priority, deadlineMs, parent } = instance;
  return {
    chain: chain.name,
    instance: id,
    submittedAtMs,
    labels,
    weight,
    definition: chain,
    ...(parent === undefined ? {} : { parent: parent.instance }),
    ...(priority === 0 ? {} : { priority }),
    ...(deadlineMs === Infinity ? {} : { deadlineMs: deadlineMs - submittedAtMs }),
  };
}
