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

/** At most this number of groups have changed since their weights were added up. */
const MOST_CHANGED = 1000;

/**
 * The weights of the groups that have work, together: strict shares are parts of that. Weights may change with every start and end,
 * and their sum is asked for rarely; so it is reckoned only then.
 */
export class Shares {
  readonly #sum = new ExactSum();
  /** Groups whose weight may be another than what it is in the sum, each once. */
  readonly #changed: Group[] = [];
  #weight = 0;
  #hasGrown = false;
  #max: number;

  /** @param max the global limit */
  constructor(max: number) {
    this.#max = max;
  }

  /** The global limit. */
  get max(): number {
    return this.#max;
  }

  set max(max: number) {
    this.#max = max;
    this.#hasGrown = true;
  }

  /** To be told whenever a group has changed. */
  update(group: Group): void {
    if (group.hasChanged || weightOf(group) === group.sharedWeight) return;
    if (this.#changed.length === MOST_CHANGED) this.#reckon();
    group.hasChanged = true;
    this.#changed.push(group);
  }

  /** The sum of the weights; whatever weights there were before leave nothing in it. */
  get weight(): number {
    this.#reckon();
    return this.#weight;
  }

  /** Whether some share may have grown since this was asked last. */
  takeGrown(): boolean {
    this.#reckon();
    const hasGrown = this.#hasGrown;
    this.#hasGrown = false;
    return hasGrown;
  }

  #reckon(): void {
    if (this.#changed.length === 0) return;
    for (let group = this.#changed.pop(); group !== undefined; group = this.#changed.pop()) {
      const weight = weightOf(group);
      this.#hasGrown ||= weight < group.sharedWeight;
      this.#sum.add(weight);
      this.#sum.add(-group.sharedWeight);
      group.sharedWeight = weight;
      group.hasChanged = false;
    }
    this.#weight = this.#sum.value;
  }
}

/** The weight of a group among those that have work. */
function weightOf(group: Group): number {
  return group.idle ? 0 : group.weight;
}
