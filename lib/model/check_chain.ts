import { type Chain, type ChainNode, MAX_CHAIN_DEPTH, MAX_ITEMS, MAX_NODES } from "./chain.ts";
import { duplicateNode } from "./chain_order.ts";
import { parsePositiveDuration } from "./durations.ts";
import { asWorkloadError, atPlace, WorkloadError, type WorkloadPlace } from "./errors.ts";
import { checkFunction, checkName, type FunctionSpec } from "./function.ts";
import { JOINS } from "./join.ts";
import { isObject, notJson } from "./json.ts";
import { nearest } from "./nearest.ts";
import { ownOf } from "./own.ts";

/**
 * Checks a chain's data, whoever wrote it: the builder, or a message from a queue.
 *
 * @throws {WorkloadError} naming chain, node and fault
 */
export function checkChain(value: unknown): Chain {
  const chain = checkNodes(value);
  checkSubchains(chain);
  return chain;
}

/**
 * As {@linkcode checkChain}, for a chain whose calls of other chains are not known yet.
 *
 * @throws {WorkloadError} naming chain, node and fault
 */
export function checkNodes(value: unknown): Chain {
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
  atPlace({ chain: c.name }, () => checkWhole(c));
  return c;
}

function checkWhole({ nodes, onFailed, output, timeLimitMs, ttlMs }: Chain): void {
  for (const [option, ms] of [["timeLimitMs", timeLimitMs], ["ttlMs", ttlMs]] as const) {
    if (ms !== undefined) asWorkloadError("bad-duration", option, () => parsePositiveDuration(ms));
  }
  if (output !== undefined && !(typeof output === "string" && output.isWellFormed())) {
    throw new WorkloadError("bad-chain", 'the output is no text. Write output: "{% … %}"');
  }
  if (onFailed === undefined) return;
  const node = nodes[onFailed];
  if (nodes.length < 2 || onFailed !== nodes.length - 1 || node!.after.length > 0) {
    throw new WorkloadError("bad-chain", "onFailed is not the last node, or comes after others, or is alone");
  }
  const plain = [node!.when, node!.map, node!.join, node!.calls].every((option) => option === undefined);
  if (!plain) throw new WorkloadError("bad-chain", "the node onFailed can have no when, map, join or chain");
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
  checkDecisions(node);
}

function checkDecisions({ join, when, map, calls }: ChainNode): void {
  if (join !== undefined && !JOINS.includes(join)) {
    throw new WorkloadError(
      "bad-chain",
      `join is ${JSON.stringify(join)}. Write "all", "any" or "settled"`,
    );
  }
  if (when !== undefined && !isExpression(when)) {
    throw new WorkloadError(
      "bad-chain",
      'when is no expression. Write JSONata, for example "inputs.a.score > 0.5"',
    );
  }
  if (calls !== undefined) checkName("chain", calls);
  if (map === undefined) return;
  if (!isObject(map) || !isExpression(map.items)) {
    throw new WorkloadError(
      "bad-chain",
      'map is no expression. Write JSONata, for example "inputs.list.files"',
    );
  }
  const { concurrency } = map;
  if (
    concurrency !== undefined &&
    !(Number.isInteger(concurrency) && concurrency > 0 && concurrency <= MAX_ITEMS)
  ) {
    throw new WorkloadError(
      "bad-chain",
      `concurrency is ${concurrency}. Write a whole number from 1 to ${MAX_ITEMS}`,
    );
  }
}

/** Whether a value may be JSONata, as far as can be seen without reading it. */
function isExpression(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "" && value.isWellFormed();
}

/** The chains that a chain's nodes call are there, can be run, and do not call each other in a circle or too deep. */
function checkSubchains(chain: Chain): void {
  const { subchains = {} } = chain;
  if (!isObject(subchains)) {
    throw new WorkloadError("bad-chain", "subchains is no object", { chain: chain.name });
  }
  for (const [name, inner] of Object.entries(subchains)) {
    if (checkNodes(inner).name !== name) {
      throw new WorkloadError("bad-chain", `the chain it calls "${name}" is named "${inner.name}"`, {
        chain: chain.name,
      });
    }
  }
  const heights = new Map<string, number>();
  const heightOf = (of: Chain, path: readonly string[]): number => {
    if (path.includes(of.name)) {
      const circle = [...path.slice(path.indexOf(of.name)), of.name].map((name) => `"${name}"`).join(" → ");
      throw new WorkloadError("cycle", `the chains call each other: ${circle}. Take one of these calls out`);
    }
    const known = heights.get(of.name);
    if (known !== undefined) return known;
    let height = 1;
    for (const { name, calls } of of.nodes) {
      if (calls === undefined) continue;
      const inner = ownOf(subchains, calls);
      if (inner === undefined) {
        throw unknownChain(calls, Object.keys(subchains), { chain: of.name, node: name });
      }
      height = Math.max(height, 1 + heightOf(inner, [...path, of.name]));
    }
    if (height > MAX_CHAIN_DEPTH) {
      throw new WorkloadError("bad-chain", `chains call each other more than ${MAX_CHAIN_DEPTH} deep`, {
        chain: of.name,
      });
    }
    heights.set(of.name, height);
    return height;
  };
  heightOf(chain, []);
}

/** A node calls a chain that is not there. */
export function unknownChain(name: string, known: readonly string[], place: WorkloadPlace): WorkloadError {
  const hint = nearest(name, known);
  return new WorkloadError(
    "unknown-chain",
    `it calls the chain "${name}", which the workload has not${
      hint === undefined ? "" : `; did you mean "${hint}"?`
    }`,
    place,
  );
}
