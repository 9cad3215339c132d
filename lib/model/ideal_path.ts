import type { Chain } from "./chain.ts";

/** The time that an instance would have taken had nothing waited: the longest path of the run times of its nodes, as they end. */
export class IdealPath {
  readonly #chain: Chain;
  /** When each node would have ended, in milliseconds from the start. */
  #endMs: number[] | undefined;
  #idealMs = 0;

  /** Nothing of the instance has run yet, as far as is known here. */
  constructor(chain: Chain) {
    this.#chain = chain;
  }

  /** The longest path so far, in milliseconds. */
  get idealMs(): number {
    return this.#idealMs;
  }

  /** Takes the run time of a node, or of an item of its map, that has ended. The nodes before it have ended, here or unseen. */
  ran(node: number, runMs: number): void {
    const { nodes } = this.#chain;
    const ends = this.#endMs ??= new Array<number>(nodes.length).fill(0);
    let startMs = 0;
    for (const before of nodes[node]!.after) startMs = Math.max(startMs, ends[before]!);
    const endMs = Math.max(startMs + runMs, ends[node]!);
    ends[node] = endMs;
    if (endMs > this.#idealMs) this.#idealMs = endMs;
  }
}
