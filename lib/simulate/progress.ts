import type { Instance } from "../model/mod.ts";

/** How far a simulated instance has come, as far as its slowdown needs it. */
export class Progress {
  readonly #instance: Instance;
  /** When each node would have ended had nothing waited, from the start. */
  #pathMs: number[] | undefined;
  #idealMs = 0;

  constructor(instance: Instance) {
    this.#instance = instance;
  }

  /** How long it would have taken had nothing waited: the longest path of its run times. */
  get idealMs(): number {
    return this.#idealMs;
  }

  /** A node has ended that ran for so long. */
  ran(node: number, runMs: number): void {
    const { nodes } = this.#instance.chain;
    let pathMs = runMs;
    if (nodes.length > 1) {
      const paths = this.#pathMs ??= [];
      let before = 0;
      for (const i of nodes[node]!.after) before = Math.max(before, paths[i] ?? 0);
      pathMs += before;
      paths[node] = pathMs;
    }
    if (pathMs > this.#idealMs) this.#idealMs = pathMs;
  }
}
