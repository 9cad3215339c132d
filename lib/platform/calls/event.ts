import { callKey, generationOf, type JsonText, objectText, writeJson } from "../../model/mod.ts";
import type { Call } from "../platform.ts";

/** Where functions report their start and end, if anywhere. */
export interface CollectorAddress {
  readonly ip: string;
  readonly port: number;
}

/** An address at which nobody listens. */
export const NO_COLLECTOR: CollectorAddress = { ip: "127.0.0.1", port: 0 };

/** The name that the original's wrapper puts before its log lines. */
const LOGGER_NAME = "functionSide";

/**
 * The JSON that a function receives: an event, a {@linkcode FunctionEvent}, or the bare args. The first four fields of the
 * event are the original's, so its wrapper works unchanged. Args and inputs stand in it as they came.
 *
 * @param id its {@linkcode idempotencyKey}, if that is at hand
 */
export function payloadOf(
  call: Call,
  collector: CollectorAddress,
  id: string = idempotencyKey(call),
): JsonText {
  const { spec, instance, node, attempt, args, inputs } = call;
  if (spec.payload === "args") return args;
  const generation = generationOf(instance, node);
  const head = writeJson({
    id,
    name: LOGGER_NAME,
    ip: collector.ip,
    port: collector.port,
    chain: instance.chain.name,
    instance: instance.id,
    node: instance.chain.nodes[node]!.name,
    attempt,
    ...generation > 0 && { generation },
  });
  return `${head.slice(0, -1)},"args":${args},"inputs":${objectText(Object.entries(inputs))}}` as JsonText;
}

/** The key of an invocation, see {@linkcode callKey}. */
export function idempotencyKey({ instance, node, item }: Pick<Call, "instance" | "node" | "item">): string {
  return callKey(instance, item === undefined ? { node } : { node, item });
}

/**
 * The W3C trace context of an attempt (https://www.w3.org/TR/trace-context/): the trace is made of the instance's id, the
 * parent of that, the node, the item of its map, its generation and the attempt.
 */
export function traceparent({ instance, node, item = -1, attempt }: Call): string {
  const { id } = instance;
  let a = FNV_OFFSET, b = Math.imul(FNV_OFFSET, 2), c = Math.imul(FNV_OFFSET, 3);
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i);
    a = Math.imul(a ^ code, FNV_PRIME);
    b = Math.imul(b ^ code, FNV_PRIME);
    c = Math.imul(c ^ code, FNV_PRIME);
  }
  const trace = hex(a) + hex(b) + hex(c) + hex(a ^ Math.imul(b, c));
  const place = Math.imul(node + 1, 0x9e3779b1) ^ Math.imul(item + 1, 0xc2b2ae35);
  const time = Math.imul(attempt, 0x85ebca6b) ^ Math.imul(generationOf(instance, node), 0x27d4eb2f);
  return `00-${trace}-${hex(b ^ place)}${hex(c ^ time)}-01`;
}

/** FNV-1a (RFC 9923): the three hashes of an id begin at different multiples of its offset. */
const FNV_OFFSET = 0x811c9dc5 | 0, FNV_PRIME = 0x01000193;

/** The bytes as two digits each. */
const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Eight digits, never all zero, as that stands for no trace. */
function hex(word: number): string {
  const value = word | 0 || 1;
  return DIGITS[value >>> 24]! + DIGITS[value >>> 16 & 255]! + DIGITS[value >>> 8 & 255]! +
    DIGITS[value & 255]!;
}
