import { type Chain, type NodeRecord, shapeOf } from "../model/mod.ts";

/** What a retry forgets of an instance. */
export interface Forgotten {
  /** Nodes of which everything goes: their records, those of their items, and what they had called. */
  readonly nodes: ReadonlySet<number>;
  /** Whether a record of another node goes. */
  isForgotten(record: NodeRecord): boolean;
}

/**
 * What is forgotten of an instance of a chain that is retried: what is not ok, what had been undone, and, from a node on,
 * that node and all that come after it.
 *
 * @param from a node's name
 * @returns undefined if there is no such node
 */
export function forgottenByRetry(chain: Chain, from: string | undefined): Forgotten | undefined {
  const nodes = new Set<number>();
  if (from !== undefined) {
    const first = chain.nodes.findIndex(({ name }) => name === from);
    if (first < 0) return undefined;
    nodes.add(first);
    const { successors } = shapeOf(chain);
    for (const node of nodes) for (const next of successors[node]!) nodes.add(next); // grows on the way
  }
  if (chain.onFailed !== undefined) nodes.add(chain.onFailed);
  return { nodes, isForgotten: ({ node, state }) => nodes.has(node) || state !== "ok" };
}
