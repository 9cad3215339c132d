import type { Chain } from "../model/mod.ts";

const known = new WeakMap<Chain, readonly number[]>();

/** The nodes of a chain that none come after; found once for all of its instances. */
export function lastNodes(chain: Chain): readonly number[] {
  let last = known.get(chain);
  if (last === undefined) {
    const before = new Set(chain.nodes.flatMap(({ after }) => after));
    known.set(chain, last = [...chain.nodes.keys()].filter((node) => !before.has(node)));
  }
  return last;
}
