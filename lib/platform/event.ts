import type { FunctionEvent } from "../model/mod.ts";
import type { Call } from "./platform.ts";

/** Where functions report their start and end, if anywhere. */
export interface CollectorAddress {
  readonly ip: string;
  readonly port: number;
}

/** What the original's wrapper puts before its log lines. */
const LOGGER_NAME = "functionSide";

/** The JSON that a function receives. The first four fields are the original's, so its wrapper works unchanged. */
export function eventOf(
  { instance, node, attempt, inputs }: Call,
  collector: CollectorAddress,
): FunctionEvent {
  const { name, args } = instance.chain.nodes[node]!;
  return {
    id: idempotencyKey(instance.id, name),
    name: LOGGER_NAME,
    ip: collector.ip,
    port: collector.port,
    chain: instance.chain.name,
    instance: instance.id,
    node: name,
    attempt,
    args,
    inputs,
  };
}

/** The same for every attempt of an invocation, so that a function can tell that it has done the work before. */
export function idempotencyKey(instanceId: string, nodeName: string): string {
  return `${instanceId}/${nodeName}`;
}

/**
 * The W3C trace context of an attempt (https://www.w3.org/TR/trace-context/): the trace is the instance's, made of its id,
 * the parent is the attempt's.
 */
export function traceparent({ instance, node, attempt }: Call): string {
  return `00-${hex(instance.id, 4)}-${hex(`${instance.id}/${node}/${attempt}`, 2)}-01`;
}

/** So many words of 32 bits out of a text (FNV-1a with different starts), never all zero. */
function hex(text: string, words: number): string {
  let out = "";
  for (let word = 1; word <= words; word++) {
    let value = Math.imul(0x811c9dc5, word);
    for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
    out += ((value >>> 0) || word).toString(16).padStart(8, "0");
  }
  return out;
}
