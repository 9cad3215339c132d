import { type Chain, type ChainNode, subchainOf } from "../model/mod.ts";

/**
 * A chain as it runs if every condition holds, every map has so many items, and nothing fails: without what is only decided
 * by what functions answer, as they answer nothing in virtual time. The nodes of the chains that it calls stand in the
 * place of those calls; of a map that runs some items at once, each item comes after the one so many before it. Chains
 * that decide nothing stay what they are.
 *
 * @param items how many items each map has, 1 or more
 */
export function unfold(chain: Chain, items: number): Chain {
  const decides = chain.onFailed !== undefined ||
    chain.nodes.some(({ when, map, calls }) => [when, map, calls].some((option) => option !== undefined));
  if (!decides) return chain;
  const nodes: ChainNode[] = [];
  add(chain, "", [], items, nodes);
  return { name: chain.name, nodes };
}

/** Adds the nodes of a chain, after others. @returns the last ones */
function add(
  chain: Chain,
  prefix: string,
  after: readonly number[],
  items: number,
  to: ChainNode[],
): number[] {
  /** What stands for the end of each node. */
  const ends: (readonly number[])[] = [];
  const body = chain.nodes.slice(0, chain.onFailed);
  body.forEach((node, i) => {
    const before = node.after.length === 0 ? after : node.after.flatMap((other) => ends[other]!);
    if (node.map === undefined) {
      ends[i] = addOne(chain, node, `${prefix}${node.name}`, before, items, to);
      return;
    }
    const { concurrency = Infinity } = node.map;
    const copies: number[][] = [];
    for (let item = 0; item < items; item++) {
      const earlier = item >= concurrency ? copies[item - concurrency]! : before;
      copies.push(addOne(chain, node, `${prefix}${node.name}/${item}`, earlier, items, to));
    }
    ends[i] = copies.flat();
  });
  const followed = new Set(body.flatMap(({ after }) => after));
  return body.flatMap((_, i) => followed.has(i) ? [] : ends[i]!);
}

function addOne(
  chain: Chain,
  { fn, onFailure, join, calls }: ChainNode,
  name: string,
  after: readonly number[],
  items: number,
  to: ChainNode[],
): number[] {
  if (calls !== undefined) return add(subchainOf(chain, calls), `${name}/`, after, items, to);
  to.push({ name, fn, after, args: {}, onFailure, ...join !== undefined && { join } });
  return [to.length - 1];
}
