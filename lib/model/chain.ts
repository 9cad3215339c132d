import { WorkloadError } from "./errors.ts";
import {
  checkFunction,
  checkName,
  type FunctionDefinition,
  type FunctionSpec,
  stripUndefined,
} from "./function.ts";
import { isObject, type JsonObject, notJson } from "./json.ts";

/** What a node's final failure does: fail the chain, skip what follows it, or go on as if it had answered null. */
export type OnFailure = "fail" | "skip" | "continue";

/** One node of a chain: a call of one function, after others. */
export interface ChainNode {
  readonly name: string;
  readonly fn: FunctionSpec;
  /** The indices of the nodes that must be settled before this one is ready. */
  readonly after: readonly number[];
  readonly args: JsonObject;
  readonly onFailure: OnFailure;
}

/** A DAG of nodes, as plain data. Nodes stand in an order in which each comes after its predecessors. */
export interface Chain {
  readonly name: string;
  readonly nodes: readonly ChainNode[];
}

/** A node that `call` has added, to be named as a predecessor of others. */
export interface NodeRef {
  readonly name: string;
}

/** What may be said of a call. */
export interface CallOptions {
  /** Which nodes must be done before: what `call` returned, a node's name, or a list of these. (Default: none) */
  readonly after?: NodeRef | string | readonly (NodeRef | string)[];
  /** (Default: the function's name, and `_2`, `_3`, … behind it from its second call on) */
  readonly name?: string;
  /** Sent to the function as `args`. (Default: none) */
  readonly args?: JsonObject;
  /** (Default: "fail") */
  readonly onFailure?: OnFailure;
}

/** What the body of a chain builds with. */
export interface ChainBuilder {
  /** Adds a node that calls a function. */
  call(fn: FunctionDefinition, options?: CallOptions): NodeRef;
}

/** Most nodes a chain may have; they are numbered in 16 bits. */
export const MAX_NODES = 65_535;

interface Draft {
  readonly name: string;
  readonly fn: FunctionSpec;
  readonly after: readonly string[];
  readonly args: JsonObject;
  readonly onFailure: OnFailure;
}

const definitions = new WeakMap<FunctionSpec, FunctionDefinition>();

/** The definition a node's function was built from: it has the body, if there is one. */
export function definitionOf(spec: FunctionSpec): FunctionDefinition {
  return definitions.get(spec) ?? spec;
}

/**
 * Builds a chain.
 *
 * @param name its name, as on the command line and in reports
 * @param build adds the nodes
 * @throws {WorkloadError} naming chain and node, what is wrong and what to write instead
 *
 * @example
 * ```ts
 * import { chain, fn } from "sequoia";
 * const resize = fn("resize"), notify = fn("notify");
 * export default chain("thumbnails", ({ call }) => {
 *   const sizes = ["s", "m", "l"].map((size) => call(resize, { name: `resize_${size}`, args: { size } }));
 *   call(notify, { after: sizes }); // a join: runs when all three are done
 * });
 * ```
 */
export function chain(name: string, build: (builder: ChainBuilder) => void): Chain {
  checkName("chain", name);
  if (typeof build !== "function") {
    throw new WorkloadError(
      "bad-chain",
      "the second argument is no function. Write chain(name, ({ call }) => { … })",
      {
        chain: name,
      },
    );
  }
  const drafts: Draft[] = [];
  const specs = new Map<FunctionDefinition, FunctionSpec>();
  const call = (fn: FunctionDefinition, options: CallOptions = {}): NodeRef => {
    const node = draftNode(name, fn, options, drafts, specs);
    drafts.push(node);
    return { name: node.name };
  };
  build({ call });
  return checkChain({ name, nodes: ordered(name, drafts) });
}

function draftNode(
  chain: string,
  fn: FunctionDefinition,
  options: CallOptions,
  drafts: readonly Draft[],
  specs: Map<FunctionDefinition, FunctionSpec>,
): Draft {
  if (!isObject(fn) || typeof fn.name !== "string") {
    throw new WorkloadError(
      "bad-function",
      "call() was not given a function. Write call(fn(name, { … }), { … })",
      {
        chain,
      },
    );
  }
  const name = options.name ?? freeName(fn.name, drafts);
  return {
    name,
    fn: specOf(fn, specs),
    after: predecessors(options.after, { chain, node: name }),
    args: options.args ?? {},
    onFailure: options.onFailure ?? "fail",
  };
}

function specOf(fn: FunctionDefinition, specs: Map<FunctionDefinition, FunctionSpec>): FunctionSpec {
  let spec = specs.get(fn);
  if (!spec) {
    const { run, ...data } = fn;
    spec = stripUndefined(data) as FunctionSpec;
    specs.set(fn, spec);
    if (run) definitions.set(spec, fn);
  }
  return spec;
}

function freeName(base: string, drafts: readonly Draft[]): string {
  const taken = new Set(drafts.map((draft) => draft.name));
  if (!taken.has(base)) return base;
  for (let i = 2;; i++) {
    if (!taken.has(`${base}_${i}`)) return `${base}_${i}`;
  }
}

function predecessors(after: CallOptions["after"], place: { chain: string; node: string }): string[] {
  const list = after === undefined ? [] : Array.isArray(after) ? after : [after];
  return list.map((item: unknown) => {
    const name = typeof item === "string" ? item : isObject(item) ? item.name : undefined;
    if (typeof name === "string") return name;
    throw new WorkloadError(
      "unknown-predecessor",
      `after names ${JSON.stringify(item)}, which is no node. Write what call() returned, or a node's name`,
      place,
    );
  });
}

/** Puts nodes behind their predecessors (Kahn, Topological sorting of large networks, 1962), else in call order. */
function ordered(chain: string, drafts: readonly Draft[]): ChainNode[] {
  const byName = uniqueByName(chain, drafts);
  const waiting = drafts.map((draft) => new Set(draft.after).size);
  const successors: number[][] = drafts.map(() => []);
  drafts.forEach((draft, i) => {
    for (const before of new Set(draft.after)) successors[known(chain, draft, before, byName)]!.push(i);
  });
  const order: number[] = drafts.flatMap((_, i) => waiting[i] === 0 ? [i] : []);
  for (let at = 0; at < order.length; at++) {
    for (const next of successors[order[at]!]!) if (--waiting[next]! === 0) order.push(next);
  }
  if (order.length < drafts.length) throw cycle(chain, drafts, waiting, byName);
  const position = new Map(order.map((draft, at) => [draft, at]));
  return order.map((i) => {
    const { after, ...rest } = drafts[i]!;
    return {
      ...rest,
      after: [...new Set(after)].map((name) => position.get(byName.get(name)!)!).sort((a, b) => a - b),
    };
  });
}

function uniqueByName(chain: string, drafts: readonly Draft[]): Map<string, number> {
  const byName = new Map<string, number>();
  drafts.forEach((draft, i) => {
    if (byName.has(draft.name)) throw duplicateNode(chain, draft.name);
    byName.set(draft.name, i);
  });
  return byName;
}

function duplicateNode(chain: string, node: string): WorkloadError {
  return new WorkloadError(
    "duplicate-node",
    "two nodes have this name. Give one of them another: call(…, { name: … })",
    {
      chain,
      node,
    },
  );
}

function known(chain: string, draft: Draft, before: string, byName: ReadonlyMap<string, number>): number {
  const index = byName.get(before);
  if (index !== undefined) return index;
  throw new WorkloadError(
    "unknown-predecessor",
    `after names "${before}", which the chain has not. Its nodes are ${
      [...byName.keys()].slice(0, 20).join(", ")
    }`,
    { chain, node: draft.name },
  );
}

function cycle(
  chain: string,
  drafts: readonly Draft[],
  waiting: readonly number[],
  byName: ReadonlyMap<string, number>,
): WorkloadError {
  const path: string[] = [];
  for (let i = waiting.findIndex((count) => count > 0); !path.includes(drafts[i]!.name);) {
    path.push(drafts[i]!.name);
    i = drafts[i]!.after.map((name) => byName.get(name)!).find((before) => waiting[before]! > 0)!;
  }
  const loop = path.slice(path.indexOf(lastBefore(drafts, path, byName, waiting)));
  const words = [...loop, loop[0]!].reverse().map((name) => `"${name}"`).join(" → ");
  return new WorkloadError(
    "cycle",
    `the nodes wait for each other: ${words}. Take one of these out of "after"`,
    {
      chain,
      node: loop[0]!,
    },
  );
}

/** The node at which the walk back along predecessors met itself again. */
function lastBefore(
  drafts: readonly Draft[],
  path: readonly string[],
  byName: ReadonlyMap<string, number>,
  waiting: readonly number[],
): string {
  const last = drafts[byName.get(path.at(-1)!)!]!;
  return last.after.find((name) => waiting[byName.get(name)!]! > 0)!;
}

/**
 * Checks a chain's data, whoever wrote it: the builder, or a message from a queue.
 *
 * @throws {WorkloadError} naming chain and node and what is wrong
 */
export function checkChain(value: unknown): Chain {
  if (!isObject(value) || !Array.isArray(value.nodes)) {
    throw new WorkloadError("bad-chain", "this is no chain. Write chain(name, ({ call }) => { … })");
  }
  const c = value as unknown as Chain;
  checkName("chain", c.name);
  if (c.nodes.length === 0) {
    throw new WorkloadError("bad-chain", "the chain has no nodes. Add one: call(fn(…))", { chain: c.name });
  }
  if (c.nodes.length > MAX_NODES) {
    throw new WorkloadError("bad-chain", `${c.nodes.length} nodes are more than ${MAX_NODES}`, {
      chain: c.name,
    });
  }
  const names = new Set<string>();
  const functions = new Map<string, FunctionSpec>();
  const checked = new Set<FunctionSpec>();
  c.nodes.forEach((node, i) => {
    try {
      checkNode(c, node, i, names, functions, checked);
    } catch (error) {
      throw error instanceof WorkloadError
        ? error.at({ chain: c.name, node: String(node?.name ?? `#${i + 1}`) })
        : error;
    }
  });
  return c;
}

function checkNode(
  chain: Chain,
  node: ChainNode,
  index: number,
  names: Set<string>,
  functions: Map<string, FunctionSpec>,
  checked: Set<FunctionSpec>,
): void {
  checkName("node", node?.name);
  if (names.has(node.name)) throw duplicateNode(chain.name, node.name);
  names.add(node.name);
  if (!checked.has(node.fn)) checked.add(checkFunction(node.fn));
  const other = functions.get(node.fn.name);
  if (other !== undefined && other !== node.fn && JSON.stringify(other) !== JSON.stringify(node.fn)) {
    throw new WorkloadError(
      "duplicate-function",
      `two different functions of the chain are named "${node.fn.name}". Give one of them another name`,
    );
  }
  functions.set(node.fn.name, other ?? node.fn);
  if (!Array.isArray(node.after) || !node.after.every((p) => Number.isInteger(p) && p >= 0 && p < index)) {
    throw new WorkloadError("unknown-predecessor", "a predecessor does not stand before the node");
  }
  const bad = isObject(node.args) ? notJson(node.args, "args") : "args";
  if (bad !== undefined) {
    throw new WorkloadError(
      "bad-arguments",
      `${bad} is not JSON. Write an object of strings, numbers, lists and objects`,
    );
  }
  if (!["fail", "skip", "continue"].includes(node.onFailure)) {
    throw new WorkloadError(
      "bad-chain",
      `onFailure is ${JSON.stringify(node.onFailure)}. Write "fail", "skip" or "continue"`,
    );
  }
}
