import {
  type Callback,
  type Chain,
  checkChain,
  checkSubmission,
  concatenated,
  type FunctionSpec,
  type Instance,
  MAX_NODES,
  stripUndefined,
} from "../model/mod.ts";
import { versionOf } from "./decisions.ts";
import { WireError } from "./errors.ts";
import { functionMessage } from "./function_message.ts";
import { MAX_MESSAGE_BYTES } from "./limits.ts";
import {
  type Callback as CallbackMessage,
  type ChainNode as NodeMessage,
  ChainState,
  type Subchain,
} from "./messages.ts";
import {
  argsMessage,
  chainNumber,
  instanceNumber,
  type NodeExtras,
  type OriginalIds,
  originalState,
  sharedTree,
  treeMessage,
  type UrlOf,
} from "./original/mod.ts";

/** Sequoia's own messages, which say everything, or the original's fields only. */
export type WireFormat = "sequoia" | "original";

/** The options of writing an instance. */
export interface EncodeOptions {
  /** (Default: "sequoia") */
  readonly format?: WireFormat;
  /** The original's numbers. (Default: derived from the names) */
  readonly ids?: OriginalIds;
  /** In the original's format: where a function is. (Default: at its url) */
  readonly urlOf?: UrlOf;
  /** The largest message that may come of it, in bytes. (Default: 16 MiB) */
  readonly maxBytes?: number;
}

type Node = NodeMessage.$Properties;

/**
 * Writes an instance as a message.
 *
 * In the format `sequoia`, `decodeInstance` gives back an equal instance, and the original reads a chain that is a tree (of at
 * most 90 nodes in depth and of moderate size) and decides nothing as a chain of its own. In the format `original` there is
 * nothing that the original does not know: {@linkcode checkOriginalInstance} lists the options that are refused; priority,
 * weight, deadline and the instance's id are dropped, labels become flags.
 *
 * @throws {WireError} if the original's format cannot hold it, or if the message is larger than `maxBytes`
 * @throws {WorkloadError} if the instance cannot be run
 */
export function encodeInstance(instance: Instance, options: EncodeOptions = {}): Uint8Array<ArrayBuffer> {
  checkSubmission(instance);
  const { maxBytes = MAX_MESSAGE_BYTES } = options;
  const parts = options.format === "original"
    ? [ChainState.encode(originalState(instance, options)).finish()]
    : [chainBytes(instance), ChainState.encode(instanceState(instance, options.ids)).finish()];
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  if (bytes > maxBytes) {
    throw new WireError(
      "too-large",
      `Cannot write an instance of chain "${instance.chain.name}": its message of ${bytes} bytes is larger than ` +
        `${maxBytes}. Split the chain, or hand over large arguments by reference`,
    );
  }
  return concatenated(parts); // a message may be cut in two between fields: the chain is encoded once for all instances
}

/** Chains as trees where they can be, and all others as lists: for all instances, and for those that chains have called. */
const encoded = { asTree: new WeakMap<Chain, Uint8Array>(), asList: new WeakMap<Chain, Uint8Array>() };

function chainBytes({ chain, parent }: Instance): Uint8Array {
  const known = parent === undefined ? encoded.asTree : encoded.asList;
  let bytes = known.get(chain);
  if (!bytes) {
    bytes = ChainState.encode(chainState(checkChain(chain), parent !== undefined)).finish();
    known.set(chain, bytes);
  }
  return bytes;
}

function chainState(chain: Chain, asList: boolean): ChainState.$Properties {
  const subchains = Object.values(chain.subchains ?? {});
  checkSize(chain, subchains);
  const specs = new Map(chain.nodes.map(({ fn }) => [fn.name, fn]));
  const own = extrasOf(specs);
  const tree = asList ? undefined : sharedTree(chain);
  return {
    chain: chain.name,
    functions: [...specs.values()].map(functionMessage),
    ...tree ? { currentNode: treeMessage(chain, tree, own, (fn) => fn.url) } : { nodes: listOf(chain, own) },
    ...wholeOf(chain),
    ...(subchains.length === 0 ? {} : { subchains: subchains.map(subchainMessage) }),
  };
}

function subchainMessage(chain: Chain): Subchain.$Properties {
  const specs = new Map(chain.nodes.map(({ fn }) => [fn.name, fn]));
  return {
    chain: chain.name,
    functions: [...specs.values()].map(functionMessage),
    nodes: listOf(chain, extrasOf(specs)),
    ...wholeOf(chain),
  };
}

/** Readers bound the nodes of a message, those of all its chains together. */
function checkSize(chain: Chain, subchains: readonly Chain[]): void {
  const nodes = subchains.reduce((sum, inner) => sum + inner.nodes.length, chain.nodes.length);
  if (nodes <= MAX_NODES) return;
  throw new WireError(
    "too-large",
    `Cannot write an instance of chain "${chain.name}": it and the chains that it calls have ${nodes} nodes, more ` +
      `than ${MAX_NODES}. Split the chain`,
  );
}

function listOf(chain: Chain, own: NodeExtras): Node[] {
  return chain.nodes.map((node) => ({ ...own(node), after: node.after.map((i) => i + 1) }));
}

/** The fields of a chain as a whole. */
function wholeOf(
  { output, timeLimitMs, ttlMs, onFailed }: Chain,
): ChainState.$Properties & Subchain.$Properties {
  return stripUndefined({
    output,
    timeLimitMs,
    ttlMs,
    onFailed: onFailed === undefined ? undefined : onFailed + 1,
  });
}

/** Returns the fields that Sequoia writes for a node, beside the nodes that it comes after. */
function extrasOf(specs: ReadonlyMap<string, FunctionSpec>): NodeExtras {
  const numberOf = new Map([...specs.keys()].map((name, i) => [name, i + 1]));
  return (node) => ({
    name: node.name,
    ...argsMessage(node.args),
    functionNumber: numberOf.get(node.fn.name)!,
    onFailure: node.onFailure === "fail" ? "" : node.onFailure,
    ...stripUndefined({ when: node.when, join: node.join, map: node.map, calls: node.calls }),
  });
}

function callbackMessage({ url, on, secret }: Callback): CallbackMessage.$Properties {
  return { url, ...on !== undefined && { on: [...on] }, ...secret !== undefined && { secret } };
}

function instanceState(instance: Instance, ids: OriginalIds = {}): ChainState.$Properties {
  return {
    instanceID: ids.instanceId ?? instanceNumber(instance),
    chainID: ids.chainId ?? chainNumber(instance.chain.name),
    flags: { ...instance.labels },
    id: instance.id,
    submittedAtMs: instance.submittedAtMs,
    ...Object.is(instance.priority, 0) ? {} : { priority: instance.priority },
    ...instance.weight === 1 ? {} : { weight: instance.weight },
    ...instance.deadlineMs === Infinity ? {} : { deadlineMs: instance.deadlineMs },
    ...instance.dueAtMs === undefined ? {} : { dueAtMs: instance.dueAtMs },
    ...versionOf(instance) === 0 ? {} : { version: versionOf(instance) },
    ...instance.args === undefined ? {} : { argsJson: instance.args },
    ...instance.parent === undefined ? {} : { parent: instance.parent },
    ...instance.generations === undefined ? {} : { generations: [...instance.generations] },
    ...instance.retriedAtMs === undefined ? {} : { retriedAtMs: [...instance.retriedAtMs] },
    ...instance.traceparent === undefined ? {} : { traceparent: instance.traceparent },
    ...instance.tracestate === undefined ? {} : { tracestate: instance.tracestate },
    ...instance.callback === undefined ? {} : { callback: callbackMessage(instance.callback) },
  };
}
