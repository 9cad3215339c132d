/** The items of one map of one instance while they run: which are to come, and how many have not settled. */
export class MapRun {
  /** Items that have not settled. */
  open: number;
  readonly #count: number;
  readonly #done: ReadonlySet<number>;
  #next = 0;

  /** @param done the items, below `count`, that had settled before */
  constructor(count: number, done: ReadonlySet<number>) {
    this.#count = count;
    this.#done = done;
    this.open = count - done.size;
  }

  /** The next items to run, at most `most`. */
  next(most: number): number[] {
    const items: number[] = [];
    for (; items.length < most && this.#next < this.#count; this.#next++) {
      if (!this.#done.has(this.#next)) items.push(this.#next);
    }
    return items;
  }
}
