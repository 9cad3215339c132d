import { type Instance, isInstanceId, type JsonObject, subchainOf } from "../model/mod.ts";
import type { NodeCall } from "../scheduler/mod.ts";

/** The id of the instance that a node calls: the same each time, so that it is run once. */
export function calledId({ id, chain }: Instance, { node, item }: NodeCall): string {
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
  call: NodeCall,
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
