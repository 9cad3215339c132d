import { type Chain, type ChainNode, checkChain, type Instance, type JsonObject } from "../../model/mod.ts";
import type { ChainNode as NodeMessage, ChainState } from "../messages.ts";
import { checkOriginalInstance, originalTree, type UrlOf } from "./check.ts";
import { chainNumber, functionNumbers, instanceNumber, type OriginalIds } from "./ids.ts";
import { invokeTime } from "./invoke_time.ts";
import type { Tree } from "./tree.ts";

type Node = NodeMessage.$Properties;

/** The fields that a format adds to a node of a tree. */
export type NodeExtras = (node: ChainNode) => Node;

/** The options of writing an instance for the original. */
interface OriginalOptions {
  /** (Default: derived from the names) */
  readonly ids?: OriginalIds;
  /** Where a function is. (Default: at its url) */
  readonly urlOf?: UrlOf;
}

/**
 * The message of an instance with nothing that the original does not know.
 *
 * @throws {WireError} `not-original`, as {@linkcode checkOriginalInstance}
 */
export function originalState(
  instance: Instance,
  { ids = {}, urlOf = (fn) => fn.url }: OriginalOptions,
): ChainState.$Properties {
  const { chain } = instance;
  checkChain(chain);
  checkOriginalInstance(instance, urlOf);
  return {
    currentNode: treeMessage(chain, originalTree(chain), (node) => argsMessage(node.args), urlOf),
    instanceID: ids.instanceId ?? instanceNumber(instance),
    chainID: ids.chainId ?? chainNumber(chain.name),
    flags: { hybrid: "", ...instance.labels }, // the original's producers always write this one
    invokeTime: invokeTime(instance.submittedAtMs),
  };
}

/** The root with all that comes after it, as the original reads it, and what `extras` adds to each node. */
export function treeMessage(chain: Chain, tree: Tree, extras: NodeExtras, urlOf: UrlOf): Node {
  const numbers = functionNumbers(chain);
  const lastNodeIDs = tree.leaves.map((i) => i + 1);
  const chainFunctionIDs = [...new Set(numbers.values())];
  const message = (i: number): Node => {
    const node = chain.nodes[i]!;
    return {
      ...extras(node),
      function: { url: urlOf(node.fn) ?? "", id: numbers.get(node.fn.name)! },
      nodeID: i + 1,
      children: tree.children[i]!.map(message),
      lastNodeIDs,
      chainFunctionIDs,
    };
  };
  return message(0);
}

/** Arguments as the original's map of texts if they are that, else as JSON text. */
export function argsMessage(args: JsonObject): Node {
  const entries = Object.entries(args);
  const texts = entries.every(([key, value]) => isText(key) && typeof value === "string" && isText(value));
  return texts
    ? { args: Object.fromEntries(entries) as Record<string, string> }
    : { argsJson: JSON.stringify(args) };
}

/** Half a surrogate pair cannot be written as UTF-8; JSON text escapes it. */
function isText(text: string): boolean {
  return text.isWellFormed();
}
