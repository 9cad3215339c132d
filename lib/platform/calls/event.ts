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
