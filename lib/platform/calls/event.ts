import type { FunctionEvent } from "../../model/mod.ts";
import type { Call } from "../platform.ts";

/** Where functions report their start and end, if anywhere. */
export interface CollectorAddress {
  readonly ip: string;
  readonly port: number;
}

/** What the original's wrapper puts before its log lines. */
const LOGGER_NAME = "functionSide";

/** The JSON that a function receives. The first four fields are the original's, so its wrapper works unchanged. */
export function eventOf(
  call: Call,
  collector: CollectorAddress,
): FunctionEvent {
  const { instance, node, attempt, args, inputs } = call;
  return {
    id: idempotencyKey(call),
    name: LOGGER_NAME,
    ip: collector.ip,
    port: collector.port,
    chain: instance.chain.name,
    instance: instance.id,
    node: instance.chain.nodes[node]!.name,
    attempt,
    args,
    inputs,
  };
}

/** The same for every attempt of an invocation, so that a function can tell that it has done the work before. */
export function idempotencyKey({ instance, node, item }: Pick<Call, "instance" | "node" | "item">): string {
  const key = `${instance.id}/${instance.chain.nodes[node]!.name}`;
  return item === undefined ? key : `${key}/${item}`;
}

/**
 * The W3C trace context of an attempt (https://www.w3.org/TR/trace-context/): the trace is made of the instance's id, the
 * parent of that, the node, the item of its map and the attempt.
 */
export function traceparent({ instance, node, item = -1, attempt }: Call): string {
  const a = hash(instance.id, 1), b = hash(instance.id, 2), c = hash(instance.id, 3);
  const trace = hex(a) + hex(b) + hex(c) + hex(a ^ Math.imul(b, c));
  return `00-${trace}-${hex(b ^ Math.imul(node + 1, 0x9e3779b1) ^ Math.imul(item + 1, 0xc2b2ae35))}${
    hex(c ^ Math.imul(attempt, 0x85ebca6b))
  }-01`;
}

/** FNV-1a, from another start for each `salt`. */
function hash(text: string, salt: number): number {
  let value = Math.imul(0x811c9dc5, salt);
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value;
}

/** Eight digits, never all zero, as that stands for no trace. */
function hex(word: number): string {
  return ((word >>> 0) || 1).toString(16).padStart(8, "0");
}
