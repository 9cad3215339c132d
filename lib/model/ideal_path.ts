import type { Chain } from "./chain.ts";
import { shapeOf } from "./chain_shape.ts";

/** The time that an instance would have taken had nothing waited: the longest path of the run times of its nodes, as they end. */
export class IdealPath {
  /** The nodes after each node. */
  readonly #successors: readonly (readonly number[])[];
  /** When each node would have started, in milliseconds from the first start; undefined: none has ended that others come after. */
  #startMs: number[] | undefined;
  #idealMs = 0;

  /** Nothing of the instance has run yet, as far as is known here. */
  constructor(chain: Chain) {
    this.#successors = shapeOf(chain).successors;
  }

  /** The longest path so far, in milliseconds. */
  get idealMs(): number {
    return this.#idealMs;
  }

  /** Takes the run time of a node, or of an item of its map, that has ended. The nodes before it have ended, here or unseen. */
  ran(node: number, runMs: number): void {
    const endMs = (this.#startMs?.[node] ?? 0) + runMs;
    if (endMs > this.#idealMs) this.#idealMs = endMs;
    const successors = this.#successors[node]!;
    if (successors.length === 0) return;
    const starts = this.#startMs ??= new Array<number>(this.#successors.length).fill(-0); // kept as numbers that need not be whole
    for (const after of successors) if (endMs > starts[after]!) starts[after] = endMs;
  }
}
