/** The records of invocations and instances that go to the queue, and their meaning. */
import { type NodeRecord, NULL } from "../model/mod.ts";
import type { Held } from "../queue/mod.ts";
import type { Invocation, NodeCall } from "../scheduler/mod.ts";
import type { HeldInstance } from "./held_instance.ts";

/** Starts that were taken back are no progress. */
export function isSettled({ state }: NodeRecord): boolean {
  return state !== "cancelled";
}

/** An instance as the queue knows it to be held. */
export function named({ id, claim }: HeldInstance): Held {
  return { instanceId: id, claim };
}

export function isFinal(verdict: string): verdict is "ok" | "failed" {
  return verdict === "ok" || verdict === "failed";
}

export function callOf({ nodeIndex: node, item }: Invocation): NodeCall {
  return item === undefined ? { node } : { node, item };
}

/** Whether the start of an attempt is durable before its call: for functions that may run only once, and the first to undo. */
export function isStartKept(
  { spec, nodeIndex }: Invocation,
  { instance, mayBeUndone }: HeldInstance,
): boolean {
  return spec.atMostOnce || (nodeIndex === instance.chain.onFailed && !mayBeUndone);
}

export function startOf(task: Invocation, state: "started" | "cancelled", reason?: string): NodeRecord {
  return {
    ...callOf(task),
    state,
    attempts: state === "started" ? task.attempts : task.failures,
    output: NULL,
    ...reason !== undefined && { reason },
  };
}

/** Ends the calls in flight of an instance, and of what it has called; but what undoes is let go on. */
export function abortCalls(root: HeldInstance): void {
  for (const held of root.tree()) if (!held.undoes) held.abortCalls();
}
