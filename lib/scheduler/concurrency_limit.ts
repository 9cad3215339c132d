import type { Obstacle } from "./contract.ts";
import type { LimitPart } from "./limit_part.ts";
import { Limit } from "./tree.ts";

/** A limit on the number of attempts in flight. */
export class ConcurrencyLimit extends Limit {
  #running = 0;
  /** The part of it that is in force. */
  #max: number;
  override readonly reach: Obstacle["reach"];

  /**
   * @param whole attempts in flight of all who keep to it together
   * @param label the value of a label whose limit it is
   */
  constructor(name: string, readonly whole: number, override readonly label?: Obstacle["label"]) {
    super(name);
    this.#max = whole;
    this.reach = label === undefined ? "chain" : "labels";
  }

  /** The attempts that may be in flight here. */
  get max(): number {
    return this.#max;
  }

  /** Goes on with another part of it. */
  setPart(part: LimitPart): void {
    this.#max = part.of(this.name, this.whole);
  }

  /** The used part of it: {@linkcode running}. */
  get used(): number {
    return this.#running;
  }

  /** The least part of it that can be kept: {@linkcode running}. */
  get held(): number {
    return this.#running;
  }

  /** Attempts in flight that count against it. */
  get running(): number {
    return this.#running;
  }

  override get full(): boolean {
    return this.#running >= this.#max;
  }

  override enter(): void {
    this.#running++;
  }

  override leave(): void {
    this.#running--;
  }
}
