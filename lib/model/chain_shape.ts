import type { Chain } from "./chain.ts";

/** The facts that follow from a chain's nodes; nodes are told by their indices. */
export interface ChainShape {
  /** Those that come after nothing; not the one that undoes. */
  readonly roots: readonly number[];
  /** Those that nothing comes after; not the one that undoes. */
  readonly last: readonly number[];
  /** Those after each node. */
  readonly successors: readonly (readonly number[])[];
  /** The number of nodes that each node comes after. */
  readonly predecessorCounts: readonly number[];
}

const known = new WeakMap<Chain, ChainShape>();

/** The shape of a chain; found once for all of its instances. */
export function shapeOf(chain: Chain): ChainShape {
  let shape = known.get(chain);
  if (shape === undefined) known.set(chain, shape = findShape(chain));
  return shape;
}

function findShape({ nodes, onFailed }: Chain): ChainShape {
  const successors: number[][] = nodes.map(() => []);
  nodes.forEach(({ after }, i) => after.forEach((before) => successors[before]!.push(i)));
  return {
    roots: nodes.flatMap(({ after }, i) => after.length === 0 && i !== onFailed ? [i] : []),
    last: successors.flatMap((next, i) => next.length === 0 && i !== onFailed ? [i] : []),
    successors,
    predecessorCounts: nodes.map(({ after }) => after.length),
  };
}
