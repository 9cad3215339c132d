import { ExactSum } from "./exact_sum.ts";
import { type Group, Limit } from "./tree.ts";

/**
 * A group's part of the global limit, under strict shares: limit × weight ÷ weights of the groups that have work, rounded
 * down, but one at least (the quotas of the SoCC'20 paper).
 */
export class ShareLimit extends Limit {
  override readonly reach = "instance"; // whatever the policy groups by
  readonly #group: Group;
  readonly #shares: Shares;

  constructor(group: Group, shares: Shares) {
    super(`share of ${group.name}`);
    this.#group = group;
    this.#shares = shares;
  }

  override get full(): boolean {
    const { max, weight } = this.#shares;
    return this.#group.running >= Math.max(1, Math.floor(max * this.#group.weight / weight));
  }
}

/** The whole that strict shares are parts of. */
export class Shares {
  /** The weights of the groups that have work, together; whatever weights there were before leave nothing in it. */
  weight = 0;
  /** Whether some share may have grown since it was asked last. */
  grown = false;
  readonly #sum = new ExactSum();

  /** @param max the global limit */
  constructor(public max: number) {}

  /** To be told whenever a group has changed. */
  update(group: Group): void {
    const weight = group.idle ? 0 : group.weight;
    if (weight === group.sharedWeight) return;
    this.grown ||= weight < group.sharedWeight;
    this.#sum.add(weight);
    this.#sum.add(-group.sharedWeight);
    this.weight = this.#sum.value;
    group.sharedWeight = weight;
  }
}
