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
  /** Unique in its chain. */
  readonly name: string;
  /** What it calls. */
  readonly fn: FunctionSpec;
  /** The indices of the nodes that must be settled before this one is ready. */
  readonly after: readonly number[];
  /** Sent to the function as `args`. */
  readonly args: JsonObject;
  /** What its final failure does. */
  readonly onFailure: OnFailure;
}

/** A DAG of nodes, as plain data. Nodes stand in an order in which each comes after its predecessors. */
export interface Chain {
  /** Its name, as on the command line and in reports. */
  readonly name: string;
  /** In an order in which each comes after its predecessors. */
  readonly nodes: readonly ChainNode[];
}

/** A node that `call` has added, to be named as a predecessor of others. */
export interface NodeRef {
  /** The node's name. */
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
  const names = new Names();
  const specs = new Map<FunctionDefinition, FunctionSpec>();
  const call = (fn: FunctionDefinition, options: CallOptions = {}): NodeRef => {
    const node = draftNode(name, fn, options, names, specs);
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
  names: Names,
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
  const name = options.name === undefined ? names.takeFree(fn.name) : names.take(options.name);
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

/** The names given so far, and per function the number that was given last: a chain may call one 65,535 times. */
class Names {
  readonly #taken = new Set<string>();
  readonly #last = new Map<string, number>();

  take(name: string): string {
    this.#taken.add(name);
    return name;
  }

  takeFree(base: string): string {
    for (let i = (this.#last.get(base) ?? 0) + 1;; i++) {
      const name = i === 1 ? base : `${base}_${i}`;
      if (this.#taken.has(name)) continue;
      this.#last.set(base, i);
      return this.take(name);
    }
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

/** Puts nodes behind their predecessors, else in call order: a walk back along `after`, without recursion. */
function ordered(chain: string, drafts: readonly Draft[]): ChainNode[] {
  const byName = uniqueByName(chain, drafts);
  const before = drafts.map((draft) =>
    [...new Set(draft.after)].map((name) => known(chain, draft, name, byName))
  );
  const unseen = before.map((list) => list.values());
  const position = new Map<number, number>();
  const onPath = new Set<number>();
  for (const start of drafts.keys()) {
    for (const path = [start]; path.length > 0;) {
      const at = path.at(-1)!;
      onPath.add(at);
      const next = position.has(at) ? undefined : unseen[at]!.next().value;
      if (next === undefined) {
        if (!position.has(at)) position.set(at, position.size);
        onPath.delete(path.pop()!);
      } else if (onPath.has(next)) {
        throw cycle(chain, path.slice(path.indexOf(next)).map((i) => drafts[i]!.name));
      } else path.push(next);
    }
  }
  return [...position.keys()].map((i) => {
    const { after: _, ...rest } = drafts[i]!;
    return { ...rest, after: before[i]!.map((other) => position.get(other)!).sort((a, b) => a - b) };
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

/** @param loop nodes of which each comes after the next one, and the last after the first */
function cycle(chain: string, loop: readonly string[]): WorkloadError {
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
  if (node.after.some((p, i) => i > 0 && p <= node.after[i - 1]!)) {
    throw new WorkloadError("unknown-predecessor", "its predecessors are not in ascending order, each once");
  }
  const bad = isObject(node.args) ? notJson(node.args, "args") : "args";
  if (bad !== undefined) {
    throw new WorkloadError(
      "bad-arguments",
      `${bad} is not JSON, or more than 100 levels deep. Write an object of strings, numbers, lists and objects`,
    );
  }
  if (!["fail", "skip", "continue"].includes(node.onFailure)) {
    throw new WorkloadError(
      "bad-chain",
      `onFailure is ${JSON.stringify(node.onFailure)}. Write "fail", "skip" or "continue"`,
    );
  }
}
