import type { Chain } from "../../model/mod.ts";
import { isPlain } from "../decisions.ts";

/**
 * The deepest tree that is written as a tree. The original's decoder (Python's protobuf) and ours give up at 100 messages
 * within each other (a node's function or args are the last of them); deeper trees are written as a list.
 */
export const MAX_TREE_DEPTH = 90;

/**
 * The original repeats the ids of the last nodes and of the functions in every node: quadratic in the size of the chain. A
 * tree that would repeat more of them is written as a list, which has no such ids.
 */
const MAX_REPEATED_IDS = 10_000;

/** The same where only the original's way will do: a message of some megabytes. */
export const MAX_ORIGINAL_REPEATED_IDS = 2_000_000;

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

/**
 * Reads a chain as a tree that the original can run, too, and that is no larger for that; undefined if it decides something,
 * has joins or several roots, or is too deep or too large.
 */
export function sharedTree(chain: Chain): Tree | undefined {
  const tree = isPlain(chain) ? treeOf(chain) : undefined;
  if (tree === undefined || tree.depth > MAX_TREE_DEPTH) return undefined;
  return repeatedIds(chain, tree) <= MAX_REPEATED_IDS ? tree : undefined;
}
