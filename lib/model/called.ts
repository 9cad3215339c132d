import { generationOf, type Instance, isInstanceId, type NodeRecord } from "./instance.ts";
import type { InstanceOutcome } from "./instance_outcome.ts";
import { traceOf, traceparentOf } from "./instance_trace.ts";
import type { JsonText } from "./json_text.ts";
import { subchainOf } from "./subchains.ts";

/** The node, or the item of a map, that calls. */
export type Calling = Pick<NodeRecord, "node" | "item">;

/**
 * The key of a call: `INSTANCE/NODE`, of an item of a map `INSTANCE/NODE/ITEM`. It is the same for every attempt, so that a
 * function can tell that it has done the work before, and the id of the instance if the node calls a chain, so that it runs
 * once. A node that has been begun again has another key each time: `INSTANCE/NODE~GENERATION`. No name of a node has a `~`.
 */
export function callKey(instance: Pick<Instance, "id" | "chain" | "generations">, call: Calling): string {
  const { node, item } = call;
  const generation = generationOf(instance, node);
  const key = `${instance.id}/${instance.chain.nodes[node]!.name}${generation === 0 ? "" : `~${generation}`}`;
  return item === undefined ? key : `${key}/${item}`;
}

/** The ids of instances that may call others under an id, by its form. */
export function possibleCallers(id: string): string[] {
  if (!id.includes("/")) return [];
  return [...id.matchAll(/\//g)].map(({ index }) => id.slice(0, index));
}

/** The names of the nodes of a chain that call chains. */
export function callingNodes({ nodes }: Pick<Instance["chain"], "nodes">): string[] {
  return nodes.filter(({ calls }) => calls !== undefined).map(({ name }) => name);
}

/** Whether an id is that of an instance which a node of another one calls, or may come to call. */
export function isIdOfCall(id: string, caller: Pick<Instance, "id" | "chain">): boolean {
  return isIdOfCallBy(id, caller.id, callingNodes(caller.chain));
}

/**
 * As {@linkcode isIdOfCall}.
 *
 * @param calling the names of the nodes that call
 */
export function isIdOfCallBy(id: string, callerId: string, calling: readonly string[]): boolean {
  if (!id.startsWith(`${callerId}/`)) return false;
  const call = id.slice(callerId.length + 1);
  return calling.some((name) => call.startsWith(name) && /^(~\d+)?(\/\d+)?$/.test(call.slice(name.length)));
}

/**
 * The instance that a node calls. It is as urgent as its caller, carries its labels, and belongs to its trace.
 *
 * @param flags those of the trace, if somebody has decided whether it is recorded (Default: as the caller's)
 * @throws {RangeError} if its id would be too long
 */
export function calledInstance(
  caller: Instance,
  call: Calling,
  args: JsonText,
  submittedAtMs: number,
  flags?: string,
): Instance {
  const id = callKey(caller, call);
  if (!isInstanceId(id)) {
    throw new RangeError(`the id ${id.slice(0, 100)}… of what it calls would have more than 256 characters`);
  }
  const { chain, labels, priority, weight, deadlineMs, tracestate } = caller;
  const { name: node, calls } = chain.nodes[call.node]!, trace = traceOf(caller);
  return {
    id,
    chain: subchainOf(chain, calls!),
    args,
    parent: { instance: caller.id, node, ...call.item !== undefined && { item: call.item } },
    traceparent: traceparentOf({ ...trace, ...flags !== undefined && { flags } }, trace.spanId),
    ...tracestate !== undefined && { tracestate },
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
