import { type Instance, type InstanceOutcome, isInstanceId, type NodeRecord } from "./instance.ts";
import type { JsonObject } from "./json.ts";
import { subchainOf } from "./subchains.ts";

/** The node, or the item of a map, that calls. */
export type Calling = Pick<NodeRecord, "node" | "item">;

/** The id of the instance that a node calls: the same each time, so that it is run once. */
export function calledId({ id, chain }: Instance, { node, item }: Calling): string {
  const called = `${id}/${chain.nodes[node]!.name}`;
  return item === undefined ? called : `${called}/${item}`;
}

/**
 * The instance that a node calls. It is as urgent as its caller, and carries its labels.
 *
 * @throws {RangeError} if its id would be too long
 */
export function calledInstance(
  caller: Instance,
  call: Calling,
  args: JsonObject,
  submittedAtMs: number,
): Instance {
  const id = calledId(caller, call);
  if (!isInstanceId(id)) {
    throw new RangeError(`the id ${id.slice(0, 100)}… of what it calls would have more than 256 characters`);
  }
  const { chain, labels, priority, weight, deadlineMs } = caller;
  const { name: node, calls } = chain.nodes[call.node]!;
  return {
    id,
    chain: subchainOf(chain, calls!),
    args,
    parent: { instance: caller.id, node, ...call.item !== undefined && { item: call.item } },
    labels,
    submittedAtMs,
    priority,
    weight,
    deadlineMs,
  };
}

/** Why a node has failed whose called instance has not completed. */
export function callFailure(id: string, outcome: Exclude<InstanceOutcome, "completed">, reason = ""): string {
  return `${id} ${outcome === "failed" ? "has failed" : "was cancelled"}: ${reason}`;
}
