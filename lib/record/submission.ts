import { dueAt, type Instance } from "../model/mod.ts";
import type { SubmitEvent } from "./events.ts";

/**
 * The event that is recorded for an instance when it is submitted; if it is delayed, when it is due.
 *
 * @param submittedAtMs the instant of the submission, if the time of the record is another than that of the instance
 * @param takenMs the time after that until a consumer took it, in milliseconds, if one has
 */
export function submission(
  instance: Instance,
  submittedAtMs = dueAt(instance),
  takenMs?: number,
): SubmitEvent {
  const { chain, id, labels, weight, priority, deadlineMs, parent } = instance;
  const event = {
    chain: chain.name,
    instance: id,
    submittedAtMs,
    labels,
    weight,
    definition: chain,
  };
  if (parent === undefined && priority === 0 && deadlineMs === Infinity) { // as most are
    return takenMs === undefined ? event : { ...event, takenMs };
  }
  return {
    ...event,
    ...takenMs !== undefined && { takenMs },
    ...parent !== undefined && { parent: parent.instance },
    ...priority !== 0 && { priority },
    ...deadlineMs !== Infinity && { deadlineMs: deadlineMs - dueAt(instance) },
  };
}
