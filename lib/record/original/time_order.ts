/**
 * Sorts values that come in about the order of their times: exactly up to twice a window's length, beyond that if nothing
 * stands a window from its place. Holds no more than two windows; of equal times the first to come is first.
 */
export class TimeOrder<T extends { readonly atMs: number }> {
  readonly #window: number;
  #held: T[] = [];

  constructor(window: number) {
    this.#window = window;
  }

  /** Adds one, which returns those that are due, if any. */
  add(item: T): T[] {
    this.#held.push(item);
    return this.#held.length < 2 * this.#window ? [] : this.#take(this.#window);
  }

  /** Those that are left. */
  rest(): T[] {
    return this.#take(this.#held.length);
  }

  #take(count: number): T[] {
    this.#held.sort((a, b) => a.atMs - b.atMs);
    return this.#held.splice(0, count);
  }
}
