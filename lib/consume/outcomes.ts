import { callFailure, type JsonText, type MadeOutcome, NULL, WorkloadError } from "../model/mod.ts";
import type { ChildEnd } from "../queue/mod.ts";
import type { NodeCall } from "../scheduler/mod.ts";
import { reasonOf } from "./expressions.ts";
import type { HeldInstance } from "./held_instance.ts";

/** The outcome of a failure that is not to be tried again. */
export function failure(reason: string): MadeOutcome {
  return { kind: "failed", reason, retryable: false };
}

/** The end of an instance with a result. */
export function completed(output: JsonText): ChildEnd {
  return { outcome: "completed", output };
}

/** The end of an instance whose result cannot be told. */
export function failedResult(error: unknown): ChildEnd {
  return failedEnd(reasonOf(error, "output"));
}

/**
 * The reason of a node that cannot call a chain: its args have no value, or nothing can have such an id or such args.
 *
 * @throws the error, if it says something else
 */
export function whyNotCalled(error: unknown): string {
  if (error instanceof RangeError || error instanceof WorkloadError) return `cannot-call: ${error.message}`;
  return reasonOf(error, "args");
}

export function failedEnd(reason: string): ChildEnd {
  return { outcome: "failed", reason, output: NULL };
}

/** Why an instance cannot begin whose id another has. */
export function takenBy(id: string): string {
  return `id-conflict: the queue has another instance under the id "${id}"`;
}

/** The outcome of a node, by the end of the instance that it called. */
export function outcomeOf({ outcome, reason, output }: ChildEnd, id: string): MadeOutcome {
  if (outcome === "completed") return { kind: "ok", output };
  return failure(callFailure(id, outcome, reason));
}

/** Turns an output into a failure if it does not fit with the outputs that the items of its map have already. */
export function fitted(held: HeldInstance, { node, item }: NodeCall, outcome: MadeOutcome): MadeOutcome {
  if (item === undefined || outcome.kind !== "ok" || !held.mapOf(node).hasNoRoomFor(outcome.output)) {
    return outcome;
  }
  return failure("output-too-large: the outputs of the map's items are longer than 16 MiB together");
}
