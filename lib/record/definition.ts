import {
  type Chain,
  type ChainNode,
  checkChain,
  type FunctionSpec,
  isObject,
  stripUndefined,
  WorkloadError,
} from "../model/mod.ts";

/** The options of a function that the log keeps: all that its scheduling depends on. */
type RecordedFunction = Pick<
  FunctionSpec,
  "name" | "timeoutMs" | "retry" | "time" | "priority" | "atMostOnce"
>;

/**
 * A chain as the args of an event, each of its functions once.
 *
 * Where and with what functions are called is left out: args, headers and URLs may hold what must not get around with a
 * log, and change nothing of the order. So is what runs only after a failure.
 */
export function definitionArgs({ name, nodes: all, onFailed }: Chain): Record<string, unknown> {
  const nodes = all.slice(0, onFailed);
  const functions = new Map<string, RecordedFunction>();
  for (const { fn } of nodes) if (!functions.has(fn.name)) functions.set(fn.name, recorded(fn));
  return {
    chain: name,
    functions: [...functions.values()],
    nodes: nodes.map(({ name, fn, after, onFailure, join, when, map, calls }) => ({
      name,
      function: fn.name,
      after,
      onFailure,
      ...join !== undefined && { join },
      ...[when, map, calls].some((option) => option !== undefined) && { decides: true },
    })),
  };
}

/** Stands for any decision that a node takes by the answers before it. */
const DECIDED = "true";

/** The chain out of such args, as POSTs of nothing; undefined if it cannot be run. */
export function definedChain(args: Record<string, unknown>): Chain | undefined {
  const { chain, functions, nodes } = args;
  if (!Array.isArray(functions) || !Array.isArray(nodes)) return undefined;
  const specs = new Map(functions.filter(isObject).map((fn) => [fn.name, specOf(fn)]));
  try {
    return checkChain({ name: chain, nodes: nodes.map((node) => nodeOf(node, specs)) });
  } catch (error) {
    if (error instanceof WorkloadError) return undefined;
    throw error;
  }
}

function recorded({ name, timeoutMs, retry, time, priority, atMostOnce }: FunctionSpec): RecordedFunction {
  return stripUndefined({ name, timeoutMs, retry, time, priority, atMostOnce }) as RecordedFunction;
}

/** Not yet checked, so anything may stand where something is expected. */
function specOf(fn: Record<string, unknown>): FunctionSpec {
  return {
    ...recorded(fn as unknown as FunctionSpec),
    atMostOnce: fn.atMostOnce === true,
    method: "POST",
    payload: "event",
  };
}

function nodeOf(node: unknown, specs: ReadonlyMap<unknown, FunctionSpec>): ChainNode {
  const { name, function: fn, after, onFailure, join, decides } = isObject(node) ? node : {};
  const ends = stripUndefined({ onFailure, join, when: decides === true ? DECIDED : undefined });
  return { name, fn: specs.get(fn), after, args: {}, ...ends } as ChainNode;
}
