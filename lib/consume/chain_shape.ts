import type { Chain } from "../model/mod.ts";

/** What a consumer asks of a chain again and again, for all of its instances. */
export interface ChainShape {
  /** Whether others come after each node. */
  readonly hasSuccessors: readonly boolean[];
  /** The nodes that none come after. */
  readonly last: readonly number[];
}

const shapes = new WeakMap<Chain, ChainShape>();

/** The shape of a chain. */
export function shapeOf(chain: Chain): ChainShape {
  let shape = shapes.get(chain);
  if (shape === undefined) {
    const hasSuccessors = chain.nodes.map(() => false);
    for (const node of chain.nodes) for (const before of node.after) hasSuccessors[before] = true;
    shape = { hasSuccessors, last: hasSuccessors.flatMap((has, i) => has ? [] : [i]) };
    shapes.set(chain, shape);
  }
  return shape;
}
