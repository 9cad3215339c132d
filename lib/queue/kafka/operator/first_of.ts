/** Items that are kept beyond those that are wanted, until all are sorted again: few sorts, of few items. */
const MORE = 1000;

/** The first few of many items, in an order. */
export class FirstOf<T> {
  readonly #count: number;
  readonly #order: (a: T, b: T) => number;
  #kept: T[] = [];
  /** The last one that is wanted, of those that were sorted; undefined: there are too few. */
  #last: T | undefined;

  /** @param count the number that is wanted, 1 at least */
  constructor(count: number, order: (a: T, b: T) => number) {
    this.#count = count;
    this.#order = order;
  }

  /** Whether an item may be one of the first. */
  takes(item: T): boolean {
    return this.#last === undefined || this.#order(item, this.#last) < 0;
  }

  /** Adds an item. */
  add(item: T): void {
    if (this.#kept.push(item) >= this.#count + MORE) this.#sort();
  }

  /** The first ones, in their order. */
  list(): readonly T[] {
    this.#sort();
    return this.#kept;
  }

  #sort(): void {
    this.#kept.sort(this.#order);
    if (this.#kept.length < this.#count) return;
    this.#kept.length = this.#count;
    this.#last = this.#kept.at(-1);
  }
}
