import {
  type Chain,
  type ChainNode,
  type FunctionSpec,
  type Join,
  type JsonObject,
  type MapRule,
  type OnFailure,
  stripUndefined,
} from "../model/mod.ts";
import { WireError } from "./errors.ts";
import { functionOf } from "./function_message.ts";
import type { ChainNode as NodeMessage, ChainState } from "./messages.ts";
import { originalFunctions, originalNodeNames } from "./original/mod.ts";

type Node = NodeMessage.$Properties;
type FunctionOf = (node: Node) => FunctionSpec;
type Whole = Pick<
  ChainState.$Properties,
  "chain" | "functions" | "nodes" | "output" | "timeLimitMs" | "ttlMs" | "onFailed"
>;

/**
 * The chain out of a message, not yet checked.
 *
 * @param chainId the original's number: a chain of the original is named after it
 * @throws {WireError} if there is none
 */
export function chainOf(state: ChainState.$Properties, chainId: number): Chain {
  const list = state.nodes ?? [];
  const root = state.currentNode;
  if (root && list.length > 0) throw undecodable("it has two chains, a tree and a list");
  if (!root && list.length === 0) throw undecodable("it has no chain");
  return stripUndefined({
    name: state.chain || `chain${chainId}`,
    nodes: root ? treeNodes(root, functionsOf(state)) : listedNodes(state),
    ...wholeOf(state),
    subchains: subchainsOf(state),
  });
}

function subchainsOf({ subchains = [] }: ChainState.$Properties): Chain["subchains"] {
  const list = subchains ?? [];
  if (list.length === 0) return undefined;
  const chains = list.map((message): Chain =>
    stripUndefined({ name: message.chain ?? "", nodes: listedNodes(message), ...wholeOf(message) })
  );
  if (new Set(chains.map(({ name }) => name)).size < chains.length) {
    throw undecodable("two of the chains that it calls have the same name");
  }
  return Object.fromEntries(chains.map((chain) => [chain.name, chain]));
}

function listedNodes(message: Whole): ChainNode[] {
  const fnOf = functionsOf(message);
  return (message.nodes ?? []).map((node) => ({
    ...nodeOf(node, node.name ?? "", fnOf),
    after: (node.after ?? []).map((place) => place - 1),
  }));
}

function wholeOf({ output, timeLimitMs, ttlMs, onFailed }: Whole) {
  return {
    output: output ?? undefined,
    timeLimitMs: timeLimitMs ?? undefined,
    ttlMs: ttlMs ?? undefined,
    onFailed: onFailed ? onFailed - 1 : undefined,
  };
}

function functionsOf(message: Whole): FunctionOf {
  const table = (message.functions ?? []).map(functionOf);
  if (new Set(table.map((fn) => fn.name)).size < table.length) {
    throw undecodable("two of its functions have the same name");
  }
  const original = originalFunctions();
  return ({ functionNumber, function: fn }) => {
    if (!functionNumber) return original(fn);
    const known = table[functionNumber - 1];
    if (known) return known;
    throw undecodable(`a node calls function ${functionNumber} of ${table.length}`);
  };
}

interface Placed {
  readonly node: Node;
  readonly parent: Placed | undefined;
}

/** A tree's nodes in the order of their ids, if parents come first in it as they should, else parents first. */
function treeNodes(root: Node, fnOf: FunctionOf): ChainNode[] {
  const placed: Placed[] = [];
  const waiting: Placed[] = [{ node: root, parent: undefined }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    placed.push(next);
    for (const node of (next.node.children ?? []).toReversed()) waiting.push({ node, parent: next });
  }
  const idOf = ({ node }: Placed) => node.nodeID ?? 0;
  const ordered = new Set(placed.map(idOf)).size === placed.length &&
    placed.every((item) => !item.parent || idOf(item) > idOf(item.parent));
  if (ordered) placed.sort((a, b) => idOf(a) - idOf(b));
  const places = new Map(placed.map((item, i) => [item, i]));
  const nameOf = originalNodeNames();
  return placed.map((item) => ({
    ...nodeOf(item.node, item.node.name || nameOf(idOf(item)), fnOf),
    after: item.parent ? [places.get(item.parent)!] : [],
  }));
}

function nodeOf(node: Node, name: string, fnOf: FunctionOf): Omit<ChainNode, "after"> {
  return stripUndefined({
    name,
    fn: fnOf(node),
    args: node.argsJson ? parseArgs(node.argsJson) : { ...node.args },
    onFailure: (node.onFailure || "fail") as OnFailure,
    when: node.when || undefined,
    join: (node.join || undefined) as Join | undefined,
    map: node.map ? mapOf(node.map) : undefined,
    calls: node.calls || undefined,
  });
}

function mapOf({ items, concurrency }: NonNullable<Node["map"]>): MapRule {
  return stripUndefined({ items: items ?? "", concurrency: concurrency ?? undefined });
}

/**
 * A node's arguments out of their JSON text; whether they are an object is not checked.
 *
 * @throws {WireError} if they are no JSON
 */
function parseArgs(text: string): JsonObject {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw undecodable("a node's args are no JSON", cause);
  }
}

function undecodable(what: string, cause?: unknown): WireError {
  return new WireError("undecodable", `Cannot read the message: ${what}`, { cause });
}
