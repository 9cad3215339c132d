import { type Chain, type ChainNode, define, type Join, type OnFailure } from "./chain.ts";
import { checkNodes } from "./check_chain.ts";
import { type Draft, ordered } from "./chain_order.ts";
import { type Duration, parsePositiveDuration } from "./durations.ts";
import { asWorkloadError, WorkloadError } from "./errors.ts";
import {
  checkDefinition,
  checkName,
  fn as makeFunction,
  type FunctionDefinition,
  type FunctionSpec,
  isServed,
  stripUndefined,
} from "./function.ts";
import { isObject, type JsonObject } from "./json.ts";
import { checkOptions, type OptionNames } from "./options.ts";

/** A node that `call` has added, to be named as a predecessor of others. */
export interface NodeRef {
  /** The node's name. */
  readonly name: string;
  /** Tells a node from functions and chains, which have names too. */
  readonly kind: "node";
}

/** The options of a call. */
export interface CallOptions {
  /** The nodes that must be done before: the result of `call`, a node's name, or a list of these. (Default: none) */
  readonly after?: NodeRef | string | readonly (NodeRef | string)[];
  /** The node's name, unique in its chain. (Default: the function's name, with `_2`, `_3`, … from its second call on) */
  readonly name?: string;
  /** Sent to the function as `args`; texts of the form `{% JSONata %}` are evaluated. (Default: none) */
  readonly args?: JsonObject;
  /**
   * The effect of the node's final failure: "fail" fails the chain; "skip" skips the nodes after it, unless their join says
   * otherwise; "continue" goes on as if it had answered null. Of a map, for each item: fails the chain; leaves the item out;
   * puts `{ error }` in its place. (Default: "fail")
   */
  readonly onFailure?: OnFailure;
  /** The way in which the nodes before it must have ended for it to run: "all", "any" or "settled". (Default: "all") */
  readonly join?: Join;
  /** JSONata, for example `inputs.scan.score > 0.5`: the node is skipped unless that is true. (Default: it runs) */
  readonly when?: string;
  /** JSONata that answers a list, for example `inputs.list.files`: one invocation for each item. (Default: one invocation) */
  readonly map?: string;
  /** With `map`: at most this many of its invocations are in flight at once. (Default: no limit) */
  readonly concurrency?: number;
}

/** The functions with which the body of a chain builds the chain. */
export interface ChainBuilder {
  /** Adds a node that calls a function, or another chain: the chain itself, or its name in the workload. */
  call(target: FunctionDefinition | Chain | string, options?: CallOptions): NodeRef;
  /** Adds the node that runs if the chain has failed or was cancelled, to undo what had been done. */
  onFailed(fn: FunctionDefinition, options?: Pick<CallOptions, "name" | "args">): void;
}

/** The options of a chain as a whole. */
export interface ChainOptions {
  /** Its result: a template, `"{% inputs.sum.total %}"`. (Default: the outputs of its last nodes by name) */
  readonly output?: string;
  /** The instance ends, failed, this long after its submission. (Default: no limit) */
  readonly timeLimit?: Duration;
  /** The instance ends, failed, if its first node has not started this long after its submission. (Default: no limit) */
  readonly ttl?: Duration;
}

const CALL_OPTIONS: OptionNames<CallOptions> = {
  after: true,
  name: true,
  args: true,
  onFailure: true,
  join: true,
  when: true,
  map: true,
  concurrency: true,
};
const ON_FAILED_OPTIONS: OptionNames<Pick<CallOptions, "name" | "args">> = { name: true, args: true };
const CHAIN_OPTIONS: OptionNames<ChainOptions> = { output: true, timeLimit: true, ttl: true };

/**
 * Builds a chain.
 *
 * @param name its name, as on the command line and in reports
 * @param build adds the nodes
 * @throws {WorkloadError} naming chain and node, the fault and what to write instead
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
 *
 * @example A condition, and one call for each item of a list.
 * ```ts
 * import { chain, fn } from "sequoia";
 * const list = fn("list"), convert = fn("convert"), publish = fn("publish");
 * export default chain("documents", ({ call }) => {
 *   const files = call(list);
 *   const pages = call(convert, { after: files, map: "inputs.list.files", args: { file: "{% item %}" } });
 *   call(publish, { after: pages, when: "$count(inputs.convert) > 0" });
 * });
 * ```
 */
export function chain(
  name: string,
  build: (builder: ChainBuilder) => void,
  options: ChainOptions = {},
): Chain {
  checkName("chain", name);
  if (typeof build !== "function") {
    throw new WorkloadError(
      "bad-chain",
      "the second argument is no function. Write chain(name, ({ call }) => { … })",
      { chain: name },
    );
  }
  checkOptions(options, CHAIN_OPTIONS, { of: "chain()", code: "bad-chain", place: { chain: name } });
  const drafts = new Drafts(name);
  build({
    call: (target, options = {}) => drafts.call(target, options),
    onFailed: (fn, options = {}) => drafts.onFailed(fn, options),
  });
  return checkNodes(stripUndefined({
    name,
    ...drafts.finish(),
    output: options.output,
    timeLimitMs: readTime(name, "timeLimit", options.timeLimit),
    ttlMs: readTime(name, "ttl", options.ttl),
  }));
}

function readTime(chain: string, option: string, value: Duration | undefined): number | undefined {
  if (value === undefined) return undefined;
  return asWorkloadError("bad-duration", `chain "${chain}": ${option}`, () => parsePositiveDuration(value));
}

/** The nodes of a chain that is being built. */
class Drafts {
  readonly #chain: string;
  readonly #drafts: Draft[] = [];
  readonly #names = new Names();
  readonly #specs = new Map<FunctionDefinition, FunctionSpec>();
  readonly #subchains = new Map<string, Chain>();
  #onFailed: ChainNode | undefined;

  constructor(chain: string) {
    this.#chain = chain;
  }

  call(target: FunctionDefinition | Chain | string, options: CallOptions): NodeRef {
    const callee = this.#calleeOf(target);
    this.#check("call()", options, CALL_OPTIONS, callee.fn);
    const name = this.#nameOf(callee.fn, options);
    const { map, concurrency, join, when } = options;
    if (map === undefined && concurrency !== undefined) {
      throw new WorkloadError("bad-chain", "concurrency goes with map only", {
        chain: this.#chain,
        node: name,
      });
    }
    this.#drafts.push(stripUndefined({
      name,
      ...callee,
      after: predecessors(options.after, { chain: this.#chain, node: name }),
      args: options.args ?? {},
      onFailure: options.onFailure ?? "fail",
      join: join === "all" ? undefined : join,
      when,
      map: map === undefined ? undefined : stripUndefined({ items: map, concurrency }),
    }) as Draft);
    return { name, kind: "node" };
  }

  onFailed(fn: FunctionDefinition, options: Pick<CallOptions, "name" | "args">): void {
    if (this.#onFailed !== undefined) {
      throw new WorkloadError("bad-chain", "onFailed() was called twice", { chain: this.#chain });
    }
    const callee = this.#calleeOf(fn);
    this.#check("onFailed()", options, ON_FAILED_OPTIONS, callee.fn);
    const name = this.#nameOf(callee.fn, options);
    this.#onFailed = { name, ...callee, after: [], args: options.args ?? {}, onFailure: "continue" };
  }

  finish(): Pick<Chain, "nodes" | "onFailed" | "subchains"> {
    const nodes = ordered(this.#chain, this.#drafts);
    return {
      nodes: this.#onFailed === undefined ? nodes : [...nodes, this.#onFailed],
      ...(this.#onFailed === undefined ? {} : { onFailed: nodes.length }),
      ...(this.#subchains.size === 0 ? {} : { subchains: Object.fromEntries(this.#subchains) }),
    };
  }

  #check<T>(of: string, options: T, known: OptionNames<T>, fn: FunctionSpec): void {
    const { name = fn.name } = isObject(options) ? options as { name?: string } : {};
    checkOptions(options, known, {
      of,
      code: "bad-chain",
      place: { chain: this.#chain, node: String(name) },
    });
  }

  #nameOf(fn: FunctionSpec, { name }: CallOptions): string {
    return name === undefined ? this.#names.takeFree(fn.name) : this.#names.take(name);
  }

  #calleeOf(target: unknown): { readonly fn: FunctionSpec; readonly calls?: string } {
    if (typeof target === "string") return { fn: this.#specOf(makeFunction(target)), calls: target };
    if (isObject(target) && typeof target.name === "string") {
      if (!Array.isArray(target.nodes)) return { fn: this.#specOf(target as unknown as FunctionDefinition) };
      const chain = target as unknown as Chain;
      for (const inner of [chain, ...Object.values(chain.subchains ?? {})]) {
        this.#subchains.set(inner.name, inner);
      }
      return { fn: this.#specOf(makeFunction(chain.name)), calls: chain.name };
    }
    throw new WorkloadError(
      "bad-function",
      "call() was not given a function. Write call(fn(name, { … }), { … })",
      { chain: this.#chain },
    );
  }

  #specOf(fn: FunctionDefinition): FunctionSpec {
    let spec = this.#specs.get(fn);
    if (!spec) {
      checkDefinition(fn, { chain: this.#chain });
      const { run, served: _, ...data } = fn;
      spec = stripUndefined({ ...data, served: isServed(fn) || undefined }) as FunctionSpec;
      this.#specs.set(fn, spec);
      if (run) define(spec, fn);
    }
    return spec;
  }
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
    if (typeof item === "string") return item;
    if (isNodeRef(item)) return item.name;
    throw new WorkloadError(
      "unknown-predecessor",
      `after names ${described(item)}, which is no node. Write what call() returned, or a node's name`,
      place,
    );
  });
}

function isNodeRef(item: unknown): item is NodeRef {
  return isObject(item) && item.kind === "node" && typeof item.name === "string";
}

/** Names a value that stands in the place of a node. */
function described(item: unknown): string {
  if (!isObject(item) || typeof item.name !== "string") return String(JSON.stringify(item));
  return `the ${Array.isArray(item.nodes) ? "chain" : "function"} "${item.name}"`;
}
