import type { FunctionDefinition, FunctionSpec } from "./function.ts";
import type { JsonObject } from "./json.ts";
import { type JsonText, writeJson } from "./json_text.ts";

/**
 * The effect of a node's final failure: fail the chain; skip the nodes that follow, unless their join says otherwise; or go on
 * as if the node had answered null. Of a map, it is about each item: fail the chain; leave the item out; or put `{ error: "…"
 * }` in its place.
 */
export type OnFailure = "fail" | "skip" | "continue";

/** One invocation for each item of a list. */
export interface MapRule {
  /** JSONata that answers the list. */
  readonly items: string;
  /** Most of its invocations in flight at once. (Default: no limit) */
  readonly concurrency?: number;
}

/** Most items of a map. */
export const MAX_ITEMS = 10_000;

/** Which ends of the nodes before it let a node run; see `runsAfter`. */
export type Join = "all" | "any" | "settled";

/** The end of a node. */
export type NodeState = "ok" | "failed" | "skipped" | "cancelled";

/** One node of a chain: a call of one function, or of another chain, after others. */
export interface ChainNode {
  /** Unique in its chain. */
  readonly name: string;
  /** The function that it calls. Of a node that calls a chain: a function of the chain's name, for limits and reports. */
  readonly fn: FunctionSpec;
  /** The indices of the nodes that must be settled before this one is ready. */
  readonly after: readonly number[];
  /** Sent to the function as `args`; texts of the form `{% JSONata %}` are replaced by their values. */
  readonly args: JsonObject;
  /** The effect of its final failure. */
  readonly onFailure: OnFailure;
  /** The way in which the nodes before it must have ended for it to run. (Default: "all") */
  readonly join?: Join;
  /** JSONata: it is skipped unless that is true. */
  readonly when?: string;
  /** It is invoked once for each item of a list, and its output is the list of their outputs. */
  readonly map?: MapRule;
  /** The chain of {@linkcode Chain.subchains} that it calls instead of a function. */
  readonly calls?: string;
}

/** A DAG of nodes, as plain data. Nodes stand in an order in which each comes after its predecessors. */
export interface Chain {
  /** Its name, as on the command line and in reports. */
  readonly name: string;
  /** In an order in which each comes after its predecessors. */
  readonly nodes: readonly ChainNode[];
  /** The node, the last one, that runs if the chain has failed or was cancelled, and only then. */
  readonly onFailed?: number;
  /** A template (`{% JSONata %}`) or a constant: the chain's result. (Default: the outputs of its last nodes by name) */
  readonly output?: string;
  /** The time after its submission at which the instance ends, failed, in milliseconds. */
  readonly timeLimitMs?: number;
  /** The time after its submission at which the instance ends, failed, if its first node has not started, in milliseconds. */
  readonly ttlMs?: number;
  /** The chains that its nodes call, and those that these call, by name. */
  readonly subchains?: Readonly<Record<string, Chain>>;
}

/** Most nodes a chain may have; they are numbered in 16 bits. */
export const MAX_NODES = 65_535;

/** Most chains that may call each other in a row. */
export const MAX_CHAIN_DEPTH = 8;

const argsTexts = new WeakMap<ChainNode, JsonText>();

/** The args of a node as text, templates and all; written once for all instances of its chain. */
export function argsText(node: ChainNode): JsonText {
  let text = argsTexts.get(node);
  if (text === undefined) argsTexts.set(node, text = writeJson(node.args));
  return text;
}

/** Sets the text that a node's args are sent as, for one that has numbers which JavaScript would round. */
export function sendArgs(node: ChainNode, text: JsonText): void {
  argsTexts.set(node, text);
}

const definitions = new WeakMap<FunctionSpec, FunctionDefinition>();

/** The definition a node's function was built from: it has the body, if there is one. */
export function definitionOf(spec: FunctionSpec): FunctionDefinition {
  return definitions.get(spec) ?? spec;
}

/** Remembers the definition that a node's function was built from. */
export function define(spec: FunctionSpec, definition: FunctionDefinition): void {
  definitions.set(spec, definition);
}
