import {
  calledId,
  type Instance,
  isInstanceId,
  type JsonObject,
  type ParentRef,
  subchainOf,
} from "../model/mod.ts";
import type { NodeCall } from "../scheduler/mod.ts";

/** A node of an instance, as what it calls refers to it. */
export function parentRef({ id, chain }: Instance, { node, item }: NodeCall): ParentRef {
  return { instance: id, node: chain.nodes[node]!.name, ...item !== undefined && { item } };
}

/**
 * The instance that a node calls. It is as urgent as its caller, and carries its labels.
 *
 * @throws {RangeError} if its id would be too long
 */
export function calledInstance(
  caller: Instance,
  call: NodeCall,
  args: JsonObject,
  submittedAtMs: number,
): Instance {
  const parent = parentRef(caller, call);
  const id = calledId(parent);
  if (!isInstanceId(id)) {
    throw new RangeError(`the id ${id.slice(0, 100)}… of what it calls would have more than 256 characters`);
  }
  const { chain, labels, priority, weight, deadlineMs } = caller;
  const { calls } = chain.nodes[call.node]!;
  return {
    id,
    chain: subchainOf(chain, calls!),
    args,
    parent,
    labels,
    submittedAtMs,
    priority,
    weight,
    deadlineMs,
  };
}
