import type { Arrivals } from "./arrivals.ts";
import { type Callback, readCallback } from "./callback.ts";
import { type Chain, definitionOf } from "./chain.ts";
import { checkChain, checkNodes } from "./check_chain.ts";
import { linkChains } from "./subchains.ts";
import { type Duration, parsePositiveDuration } from "./durations.ts";
import { asWorkloadError, WorkloadError } from "./errors.ts";
import { type FunctionDefinition, isInt32, stripUndefined } from "./function.ts";
import { isObject } from "./json.ts";
import { checkOptions, type OptionNames } from "./options.ts";

/** One chain of a workload, and how its instances are submitted. */
export interface WorkloadChain {
  /** The chain that is submitted. */
  readonly chain: Chain;
  /** The share of the concurrency under fair policies, relative to the others. (Default: 1) */
  readonly weight?: number;
  /** The frequency of the chain's arrivals, relative to the others; 0: only called by them, or asked for by name. (Default: 1) */
  readonly share?: number;
  /** Lower is more urgent, for policies that go by it. (Default: 0) */
  readonly priority?: number;
  /** From its submission, or from when it is due, for policies that go by it; reports count the deadlines that were met. */
  readonly deadlineMs?: number;
  /** Labels of its instances, for shares, limits and filters. (Default: none) */
  readonly labels?: Readonly<Record<string, string>>;
  /** The request that tells the ends of its instances. (Default: none) */
  readonly callback?: Callback;
}

/** A mix of chains and perhaps the times at which they arrive. */
export interface Workload {
  /** The chains; each instance is drawn by their shares. */
  readonly chains: readonly WorkloadChain[];
  /** When instances arrive, unless the command line says so. (Default: one instance, at once) */
  readonly arrivals?: Arrivals;
}

/** The options of a chain in a workload. */
export interface WorkloadChainOptions extends Omit<WorkloadChain, "deadlineMs" | "callback"> {
  /** When an instance should have ended, counted from its submission, or from when it is due, as `"5s"`: for policies that go by it, and for reports. (Default: none) */
  readonly deadline?: Duration;
  /** The request that tells the ends of its instances: its URL, or `{ url, on: ["failed"], secret: "env:NAME" }`. (Default: none) */
  readonly callback?: string | Callback;
}

const WORKLOAD: OptionNames<Workload> = { chains: true, arrivals: true };
const ENTRY: OptionNames<WorkloadChain> = {
  chain: true,
  weight: true,
  share: true,
  priority: true,
  deadlineMs: true,
  labels: true,
  callback: true,
};

/**
 * Mixes chains and sets their arrivals.
 *
 * @throws {WorkloadError} naming the fault and what to write instead
 *
 * @example
 * ```ts
 * import { chain, fn, poisson, workload } from "sequoia";
 * const small = chain("small", ({ call }) => call(fn("s")));
 * const large = chain("large", ({ call }) => call(fn("l")));
 * export default workload({
 *   chains: [{ chain: small, share: 9, deadline: "2s" }, { chain: large, labels: { tenant: "acme" } }],
 *   arrivals: poisson(5),
 * });
 * ```
 */
export function workload(
  options: { readonly chains: readonly WorkloadChainOptions[]; readonly arrivals?: Arrivals },
): Workload {
  if (typeof options !== "object" || options === null || !Array.isArray(options.chains)) {
    throw new WorkloadError(
      "no-chain",
      "workload() was given no chains. Write workload({ chains: [{ chain }] })",
    );
  }
  checkOptions(options, WORKLOAD, { of: "workload()", code: "bad-chain" });
  return checkWorkload(stripUndefined({ chains: options.chains.map(readEntry), arrivals: options.arrivals }));
}

function readEntry(entry: WorkloadChainOptions): WorkloadChain {
  if (typeof entry?.chain !== "object" || entry.chain === null) {
    throw new WorkloadError(
      "no-chain",
      "an entry of workload() has no chain. Write { chain: chain(name, …), … }",
    );
  }
  const name = String(entry.chain.name);
  const { deadlineMs: _, ...options } = ENTRY;
  checkOptions(entry, { ...options, deadline: true }, {
    of: "an entry of workload()",
    code: "bad-chain",
    place: { chain: name },
  });
  const { deadline, callback: given, ...others } = entry;
  const rest = given === undefined ? others : { ...others, callback: readCallback(given, `chain "${name}"`) };
  if (deadline === undefined) return rest;
  const deadlineMs = asWorkloadError(
    "bad-duration",
    `chain "${name}": deadline`,
    () => parsePositiveDuration(deadline),
  );
  return { ...rest, deadlineMs };
}

function checkWorkload(given: Workload): Workload {
  checkOptions(given, WORKLOAD, { of: "the workload", code: "bad-chain" });
  for (const entry of given.chains) {
    const place = { chain: String(entry?.chain?.name) };
    checkOptions(entry, ENTRY, { of: "an entry of the workload", code: "bad-chain", place });
  }
  if (given.chains.length === 0) throw new WorkloadError("no-chain", "the workload has no chains");
  const linked = linkChains(given.chains.map(({ chain }) => checkNodes(chain)));
  const isLinked = given.chains.every(({ chain }, i) => chain === linked[i]);
  const w = isLinked
    ? given
    : { ...given, chains: given.chains.map((entry, i) => ({ ...entry, chain: linked[i]! })) };
  const names = new Set<string>();
  for (const { chain, weight, share, priority, labels, callback } of w.chains) {
    checkChain(chain);
    const fail = (text: string): never => {
      throw new WorkloadError("bad-chain", text, { chain: chain.name });
    };
    if (names.has(chain.name)) {
      throw new WorkloadError("duplicate-chain", "two chains have this name. Give one of them another", {
        chain: chain.name,
      });
    }
    names.add(chain.name);
    if (weight !== undefined && !(weight > 0 && weight < Infinity)) {
      fail(`weight is ${weight}. Write a number above 0`);
    }
    if (share !== undefined && !(share >= 0 && share < Infinity)) {
      fail(`share is ${share}. Write 0 or a number above it`);
    }
    if (priority !== undefined && !isInt32(priority)) fail(`priority is ${priority}. Write a whole number`);
    if (labels !== undefined && !isLabels(labels)) {
      fail(`labels are no texts. Write labels: { tenant: "acme" }`);
    }
    if (callback !== undefined) readCallback(callback, `chain "${chain.name}"`);
  }
  return w;
}

/** Whether a value is a set of labels: texts by name, which UTF-8 can hold, and no name that a plain object cannot. */
export function isLabels(value: unknown): value is Readonly<Record<string, string>> {
  return isObject(value) && !Object.hasOwn(value, "__proto__") &&
    Object.entries(value).every(([name, text]) =>
      typeof text === "string" && text.isWellFormed() && name.isWellFormed()
    );
}

/**
 * Makes a workload of what a module default-exports: a chain, a list of chains, or `workload({ … })`.
 *
 * @throws {WorkloadError} if it is none of these
 */
export function asWorkload(exported: unknown): Workload {
  if (Array.isArray(exported)) return checkWorkload({ chains: exported.map((chain) => ({ chain })) });
  if (isObject(exported) && Array.isArray(exported.nodes)) {
    return checkWorkload({ chains: [{ chain: exported as unknown as Chain }] });
  }
  if (isObject(exported) && Array.isArray(exported.chains)) {
    return checkWorkload(exported as unknown as Workload);
  }
  throw new WorkloadError(
    "no-chain",
    "the module's default export is no chain, no list of chains and no workload(). Write export default chain(name, …)",
  );
}

/** The functions of some chains by name, with their bodies where they have one. */
export function functionsOf(chains: Iterable<Chain>): Map<string, FunctionDefinition> {
  const functions = new Map<string, FunctionDefinition>();
  for (const outer of chains) {
    for (const { nodes } of [outer, ...Object.values(outer.subchains ?? {})]) {
      for (const { fn, calls } of nodes) if (calls === undefined) functions.set(fn.name, definitionOf(fn));
    }
  }
  return functions;
}
