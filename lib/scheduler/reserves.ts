import { ConcurrencyLimit } from "./concurrency_limit.ts";
import type { Obstacle } from "./contract.ts";
import type { Invocation } from "./invocation.ts";
import type { LimitPart, LimitUse } from "./limit_part.ts";
import { type Above, type Lane, type Limit, OwnRoot, type Parent, Root, type TreeNode } from "./tree.ts";

/**
 * A value with a floor: while it holds fewer slots than that, its work goes first. Its load is the part of the floor that it
 * holds: the least goes first, and of equal ones the one that was served longest ago, as among groups.
 */
export class Floor extends ConcurrencyLimit {
  /** Where its work hangs a second time. */
  readonly tree: Root<Invocation>;
  /** When it was served last: no two floors have the same. */
  turn: number;
  readonly #whole: number;
  /** The part of its slots that is in force. */
  #least: number;
  readonly #reserves: Reserves;

  /** @param least the number of slots that are reserved */
  constructor(
    name: string,
    max: number,
    label: Obstacle["label"] | undefined,
    least: number,
    reserves: Reserves,
  ) {
    super(name, max, label);
    this.#whole = this.#least = least;
    this.#reserves = reserves;
    this.turn = reserves.takeTurn();
    this.tree = new FloorRoot(reserves.below, this);
  }

  override setPart(part: LimitPart): void {
    super.setPart(part);
    this.#least = Math.min(part.of(this.#partName, this.#whole), this.max);
    this.#settle();
  }

  /** Its slots among the parts of limits. */
  get #partName(): string {
    return `floor ${this.name}`;
  }

  /**
   * The use of its slots, which are divided as limits are: a part that is not used is lent. Undefined: nothing of its work runs or
   * waits.
   */
  get use(): LimitUse | undefined {
    const whole = this.#whole, used = Math.min(this.running, whole), isWaiting = !this.tree.empty;
    if (used === 0 && !isWaiting) return undefined;
    const isShort = isWaiting && !this.isBelow && used < whole;
    return { name: this.#partName, whole, used, held: 0, isShort };
  }

  /** The slots that its work needs at present, up to its floor. */
  get needed(): number {
    return this.tree.empty ? Math.min(this.running, this.#least) : this.#least;
  }

  /** The part of the floor that it holds. */
  get load(): number {
    return this.running / this.#least;
  }

  /** Whether it holds less than its floor. */
  get isBelow(): boolean {
    return this.running < this.#least;
  }

  override enter(): void {
    super.enter();
    this.turn = this.#reserves.takeTurn();
    this.#settle();
  }

  override leave(): void {
    super.leave();
    this.#settle();
  }

  /** Puts its tree among those of floors that are not met, or takes it out. */
  #settle(): void {
    const { tree } = this;
    if (!this.isBelow) return void tree.parent?.remove(tree);
    if (tree.parent !== undefined) tree.parent.changed(tree);
    else if (!tree.empty) this.#reserves.below.hang(tree);
  }
}

/** The tree of work that counts for a floor: it hangs among others only while the floor is not met. */
class FloorRoot extends OwnRoot<Invocation> {
  readonly #floor: Floor;

  constructor(above: Above, floor: Floor) {
    super(above, floor);
    this.#floor = floor;
  }

  protected override rise(): void {
    if (this.#floor.isBelow) super.rise();
  }
}

/** A tree of work that counts for the same floors: it hangs where all work does, and under each of the floors. */
class Reserve extends Root {
  constructor(above: readonly Root[]) {
    super(new Places(above));
  }
}

/** All the places of one tree. */
class Places implements Above {
  readonly #places: readonly Place[];

  constructor(above: readonly Root[]) {
    this.#places = above.map((root) => new Place(root));
  }

  hang(tree: TreeNode): void {
    tree.parent = this;
    for (const place of this.#places) place.take(tree);
  }

  reread(): void {
    this.changed();
  }

  changed(): void {
    for (const place of this.#places) place.parent!.changed(place);
  }

  remove(tree: TreeNode): void {
    tree.parent = undefined;
    for (const place of this.#places) place.parent!.remove(place);
  }
}

/** Stands for a tree in one of its places. */
class Place implements TreeNode {
  parent: Parent | undefined;
  at = -1;
  #tree!: TreeNode;
  readonly #above: Root;

  constructor(above: Root) {
    this.#above = above;
  }

  take(tree: TreeNode): void {
    this.#tree = tree;
    this.#above.hang(this);
  }

  get best(): Lane {
    return this.#tree.best;
  }

  get below(): readonly TreeNode[] {
    return [this.#tree];
  }

  writeKey(keys: number[], at: number): void {
    this.#tree.writeKey(keys, at);
  }
}

/**
 * Slots that are reserved for the work of some values. While a value holds fewer than its floor, its work goes before all other
 * work, whatever group or rank that has; when nothing of it waits, others borrow the slots. So floors are ordered as the queues of
 * Hadoop YARN's Fair Scheduler are: those below their minimum share first, by the part of it that they use.
 *
 * Work that counts for the same floors has a tree of its own, which hangs from the tree of all and, a second time, from that of
 * each of its floors. So the best work of a floor is always on top of its tree, whatever is blocked, and a decision looks at
 * one more top: that of the floors that are not met. A start and an end cost the logarithm of what it chooses from, once more
 * for each floor that counts the attempt, and once for each tree in which something of its group waits.
 */
export class Reserves {
  /** Of all work that may start. */
  readonly all = new Root<Invocation>();
  /** Of floors that are not met, and have work that may start. */
  readonly below = new Root<Invocation>();
  /** As many as there are sets of floors for which something is known to count; {@linkcode keepOnly} forgets the others. */
  readonly #trees = new Map<string, Reserve>();
  #turns = 0;

  /** The lane of the work that is to start next; undefined: nothing may. */
  get best(): Lane<Invocation> | undefined {
    return (this.below.top ?? this.all.top)?.best;
  }

  /** The tree of work that counts against some limits; undefined: it is that of all, as they have no floors. */
  of(limits: readonly Limit[]): Root | undefined {
    if (this.#turns === 0) return undefined; // there are no floors
    const floors = limits.filter((limit) => limit instanceof Floor);
    if (floors.length === 0) return undefined;
    const key = JSON.stringify(floors.map(({ name }) => name));
    let tree = this.#trees.get(key);
    if (tree === undefined) {
      this.#trees.set(key, tree = new Reserve([this.all, ...floors.map(({ tree }) => tree)]));
    }
    return tree;
  }

  /** Forgets the trees but some; nothing may wait in the others. */
  keepOnly(trees: ReadonlySet<Root | undefined>): void {
    for (const [key, tree] of this.#trees) if (!trees.has(tree)) this.#trees.delete(key);
  }

  /** Sets a floor behind all others that hold the same part. */
  takeTurn(): number {
    return ++this.#turns;
  }
}
