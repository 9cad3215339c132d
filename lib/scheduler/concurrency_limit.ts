import type { Obstacle } from "./contract.ts";
import { Limit } from "./tree.ts";

/** At most so many attempts in flight. */
export class ConcurrencyLimit extends Limit {
  #running = 0;
  override readonly reach: Obstacle["reach"];

  /** @param label the value of a label whose limit it is */
  constructor(name: string, readonly max: number, override readonly label?: Obstacle["label"]) {
    super(name);
    this.reach = label === undefined ? "chain" : "labels";
  }

  /** Attempts in flight that count against it. */
  get running(): number {
    return this.#running;
  }

  override get full(): boolean {
    return this.#running >= this.max;
  }

  override enter(): void {
    this.#running++;
  }

  override leave(): void {
    this.#running--;
  }
}
