import type { Chain } from "./chain.ts";
import { shapeOf } from "./chain_shape.ts";

/** The time that an instance would have taken had nothing waited: the longest path of the run times of its nodes, as they end. */
export class IdealPath {
  readonly #chain: Chain;
  /** The nodes after each node. */
  readonly #successors: readonly (readonly number[])[];
  /** When each node would have ended that others come after, in milliseconds from the start. */
  #endMs: number[] | undefined;
  #idealMs = 0;

  /** Nothing of the instance has run yet, as far as is known here. */
  constructor(chain: Chain) {
    this.#chain = chain;
    this.#successors = shapeOf(chain).successors;
  }

  /** The longest path so far, in milliseconds. */
  get idealMs(): number {
    return this.#idealMs;
  }

  /** Takes the run time of a node, or of an item of its map, that has ended. The nodes before it have ended, here or unseen. */
  ran(node: number, runMs: number): void {
    const { nodes } = this.#chain;
    let startMs = 0;
    for (const before of nodes[node]!.after) startMs = Math.max(startMs, this.#endMs?.[before] ?? 0);
    const endMs = startMs + runMs;
    if (endMs > this.#idealMs) this.#idealMs = endMs;
    if (this.#successors[node]!.length === 0) return;
    const ends = this.#endMs ??= new Array<number>(nodes.length).fill(-0); // kept as numbers that need not be whole
    if (endMs > ends[node]!) ends[node] = endMs;
  }
}
