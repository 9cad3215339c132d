import type { Chain } from "../model/mod.ts";

/** A chain that is a tree: one root, and every other node after one node. All are indices of the chain's nodes. */
export interface Tree {
  readonly children: readonly (readonly number[])[];
  /** The nodes that nothing comes after, ascending. */
  readonly leaves: readonly number[];
  /** Nodes on the longest path. */
  readonly depth: number;
}

/** Reads a chain as a tree; undefined if it has joins or several roots. */
export function treeOf(chain: Chain): Tree | undefined {
  const children: number[][] = chain.nodes.map(() => []);
  const depths: number[] = [];
  for (const [i, { after }] of chain.nodes.entries()) {
    if (after.length !== (i === 0 ? 0 : 1)) return undefined;
    const parent = after[0];
    if (parent !== undefined) children[parent]!.push(i);
    depths.push(parent === undefined ? 1 : depths[parent]! + 1);
  }
  return {
    children,
    leaves: children.flatMap((list, i) => list.length === 0 ? [i] : []),
    depth: depths.reduce((a, b) => Math.max(a, b), 0),
  };
}

/** The number of ids that the original's way of writing a tree repeats. */
export function repeatedIds(chain: Chain, tree: Tree): number {
  const functions = new Set(chain.nodes.map((node) => node.fn.name));
  return chain.nodes.length * (tree.leaves.length + functions.size);
}
