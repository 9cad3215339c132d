import {
  type Chain,
  type ChainNode,
  DEFAULT_RETRY,
  DEFAULT_TIMEOUT_MS,
  type FunctionSpec,
  type Instance,
} from "../../model/mod.ts";
import { elsewhere, nodeDecision } from "../decisions.ts";
import { WireError } from "../errors.ts";
import { functionNumbers } from "./ids.ts";
import { MAX_ORIGINAL_REPEATED_IDS, MAX_TREE_DEPTH, repeatedIds, type Tree, treeOf } from "./tree.ts";

/** Where functions without a URL of their own are, for the original, which has no local platform. */
export type UrlOf = (fn: FunctionSpec) => string | undefined;

/**
 * Checks that a chain can be written as the original's messages. The options that decide which calls are made, what they carry
 * and what their failure does must fit in; options that only decide when and how often calls are made are dropped, as the
 * original has rules of its own for that (no retry, 300 s, policies by tables in its code).
 *
 * @param urlOf where a function is (Default: at its url)
 * @returns the options that would be dropped, in words, each once: `node and function names`, `retry rules`, …
 * @throws {WireError} `not-original`, naming chain and node, the option that does not fit in and what to do
 */
export function checkOriginal(chain: Chain, urlOf: UrlOf = (fn) => fn.url): string[] {
  const whole = wholeReason(chain);
  if (whole !== undefined) throw refusal(chain, whole);
  const decided = chain.nodes.find((node) => nodeDecision(node) !== undefined);
  if (decided) {
    throw refusal(chain, `node "${decided.name}": it has no ${nodeDecision(decided)}. Leave that out`);
  }
  originalTree(chain);
  const numbers = functionNumbers(chain);
  const dropped = new Set<string>();
  for (const node of chain.nodes) {
    const reason = nodeReason(node) ?? functionReason(node.fn, urlOf, numbers.get(node.fn.name)!);
    if (reason !== undefined) throw refusal(chain, `node "${node.name}": ${reason}`);
    for (const part of droppedParts(node.fn)) dropped.add(part);
  }
  return [...dropped];
}

/**
 * The same of an instance: of its chain, and of what else it carries.
 *
 * @throws {WireError} `not-original`
 */
export function checkOriginalInstance(
  { chain, args, parent }: Pick<Instance, "chain" | "args" | "parent">,
  urlOf?: UrlOf,
): string[] {
  if (args !== undefined) throw refusal(chain, "its instances have no args. Leave them out");
  if (parent !== undefined) throw refusal(chain, "its instances have no parent. Submit the chain by itself");
  return checkOriginal(chain, urlOf);
}

/** A chain as the tree that the original's messages hold. */
export function originalTree(chain: Chain): Tree {
  const tree = treeOf(chain);
  if (!tree) throw refusal(chain, notTree(chain));
  if (tree.depth > MAX_TREE_DEPTH) {
    throw refusal(
      chain,
      `${tree.depth} nodes stand behind each other, and its decoder takes ${MAX_TREE_DEPTH}. Split the chain`,
    );
  }
  if (repeatedIds(chain, tree) > MAX_ORIGINAL_REPEATED_IDS) {
    throw refusal(
      chain,
      `its messages grow with the square of the ${chain.nodes.length} nodes. Split the chain`,
    );
  }
  return tree;
}

function notTree({ nodes }: Chain): string {
  const join = nodes.find((node) => node.after.length > 1);
  if (join) {
    return `node "${join.name}" comes after ${join.after.length} nodes, and its chains are trees. Take the join out`;
  }
  const roots = nodes.filter((node) => node.after.length === 0);
  return `it starts with ${roots.length} nodes ("${roots[0]!.name}", "${
    roots[1]!.name
  }"), and its chains are trees. ` +
    "Put one node before them";
}

function wholeReason({ output, timeLimitMs, ttlMs, onFailed }: Chain): string | undefined {
  const said = { onFailed, output, timeLimit: timeLimitMs, ttl: ttlMs };
  const found = Object.entries(said).find(([, value]) => value !== undefined);
  return found && `it has no ${found[0]}. Leave ${found[0]} out`;
}

function nodeReason({ args, onFailure }: ChainNode): string | undefined {
  const other = Object.entries(args).find(([, value]) => typeof value !== "string");
  if (other) {
    return `the argument ${JSON.stringify(other[0])} is no text, and its arguments are. Write it as a text`;
  }
  if (onFailure !== "fail") return `it has no onFailure: "${onFailure}". Leave onFailure out`;
}

function functionReason(fn: FunctionSpec, urlOf: UrlOf, number: number): string | undefined {
  const of = (text: string) => `function "${fn.name}": ${text}`;
  if (elsewhere(fn) !== undefined) return of(`it has no ${elsewhere(fn)}. Write a url of http or https`);
  if (urlOf(fn) === undefined) return of("it has no local platform. Give the function a url");
  if (fn.method !== "POST") return of(`it calls with POST only, not with ${fn.method}. Leave method out`);
  if (fn.payload !== "event") return of(`it cannot send the bare args. Leave payload out`);
  if (fn.atMostOnce) return of("its messages cannot say atMostOnce. Leave it out");
  if (fn.headers !== undefined && Object.keys(fn.headers).length > 0) {
    return of("it sends no headers. Leave headers out");
  }
  if (fn.retry.on !== undefined) return of("it has no retry.on. Leave it out");
  if (fn.retry.jitter !== undefined) return of("it has no retry.jitter. Leave it out");
  if (number < 0) return of(`it cannot read the negative id ${number}. Write an id from 0 on`);
}

function droppedParts(fn: FunctionSpec): string[] {
  const { attempts, firstDelayMs, factor, maxDelayMs } = fn.retry;
  const usualRetry = attempts === DEFAULT_RETRY.attempts && firstDelayMs === DEFAULT_RETRY.firstDelayMs &&
    factor === DEFAULT_RETRY.factor && maxDelayMs === DEFAULT_RETRY.maxDelayMs;
  return [
    "names",
    ...fn.timeoutMs === DEFAULT_TIMEOUT_MS ? [] : ["timeouts"],
    ...usualRetry ? [] : ["retry rules"],
    ...fn.time === undefined ? [] : ["expected run times"],
    ...fn.priority === undefined ? [] : ["function priorities"],
  ];
}

function refusal(chain: Chain, reason: string): WireError {
  return new WireError(
    "not-original",
    `Cannot write chain "${chain.name}" in the original's messages: ${reason}, or use Sequoia's own messages`,
  );
}
