import type { Chain, Instance } from "../../model/mod.ts";

/**
 * The ids of the original's functions, the most urgent first, as its producers' `functionPriorities` name them: its strict
 * policy goes by them, and its priority queues by whether a chain's id is even.
 */
export type OriginalPriorities = readonly number[];

const known = new WeakMap<OriginalPriorities, WeakMap<Chain, Chain>>();

/** The priority of an instance of the original's by the id of its chain: even ones come first. */
export function originalPriority(chainId: number): Pick<Instance, "priority"> {
  return { priority: chainId % 2 === 0 ? 0 : 1 };
}

/** The same chain, its functions with their places in the list as their priorities; those that are not in it come last. */
export function prioritized(chain: Chain, priorities: OriginalPriorities): Chain {
  let chains = known.get(priorities);
  if (chains === undefined) known.set(priorities, chains = new WeakMap());
  let made = chains.get(chain);
  if (made === undefined) chains.set(chain, made = withPriorities(chain, priorities));
  return made;
}

function withPriorities(chain: Chain, priorities: OriginalPriorities): Chain {
  const functions = new Map(chain.nodes.map(({ fn }) => {
    const place = fn.id === undefined ? -1 : priorities.indexOf(fn.id);
    return [fn, { ...fn, priority: place < 0 ? priorities.length : place }];
  }));
  return { ...chain, nodes: chain.nodes.map((node) => ({ ...node, fn: functions.get(node.fn)! })) };
}
