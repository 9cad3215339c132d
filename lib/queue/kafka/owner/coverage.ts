interface Item<T> {
  readonly offset: number;
  readonly of: T;
  /** Where in `finished` its end stands; Infinity if it stands in the changelog or needs none; undefined: not covered. */
  resultAt: number | undefined;
}

/**
 * Which messages of a partition are done with. Kafka commits a prefix: the first one that is not covered holds it, however
 * many behind it are.
 */
export class Coverage<T> {
  #items: Item<T>[] = [];
  #first = 0;
  #next: number;
  /** Where in `finished` the first end of the covered messages before `from` stands: needed if something before that was left. */
  #passedResult = Infinity;
  /** The last of the covered messages before `from`. */
  #passedTo = -1;
  /** As `passedResult`, of what is about to be forgotten. */
  #settlingResult = Infinity;

  /** @param from the first offset that was not covered before */
  constructor(from: number) {
    this.#next = from;
  }

  /** The next message has been read. Offsets ascend, with gaps. */
  see(offset: number, of: T): void {
    this.#items.push({ offset, of, resultAt: undefined });
    this.#next = offset + 1;
  }

  /** A message that stands before others has been read again. */
  insert(offset: number, of: T): void {
    const at = this.#find(offset);
    if (this.#items[at]?.offset !== offset) this.#items.splice(at, 0, { offset, of, resultAt: undefined });
  }

  /** Forgets messages, as if they had not been read: whoever keeps them says where they begin. */
  leave(offsets: ReadonlySet<number>): void {
    this.#items = this.#items.slice(this.#first).filter(({ offset }) => !offsets.has(offset));
    this.#first = 0;
    this.#pass();
  }

  /** The known messages from an offset on, covered or not. */
  *known(from: number): Generator<Pick<Item<T>, "offset" | "of">> {
    for (let i = this.#find(from); i < this.#items.length; i++) yield this.#items[i]!;
  }

  /** Reading has come to an offset. */
  reach(next: number): void {
    this.#next = Math.max(this.#next, next);
  }

  /**
   * A message is done with.
   *
   * @param resultAt where in `finished` its end stands, if it does
   */
  cover(offset: number, resultAt = Infinity): void {
    const item = this.#items[this.#find(offset)];
    if (item?.offset !== offset) return;
    item.resultAt = resultAt;
    this.#pass();
    if (this.#first < 1000 || this.#first < this.#items.length / 2) return;
    this.#items = this.#items.slice(this.#first);
    this.#first = 0;
  }

  #pass(): void {
    for (let item = this.#items[this.#first]; item?.resultAt !== undefined; item = this.#items[this.#first]) {
      this.#passedResult = Math.min(this.#passedResult, item.resultAt);
      this.#passedTo = Math.max(this.#passedTo, item.offset);
      this.#first++;
    }
  }

  #find(offset: number): number {
    let low = this.#first, high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#items[middle]!.offset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** All before is covered, or has been left. */
  get from(): number {
    return this.#items[this.#first]?.offset ?? this.#next;
  }

  /**
   * The ends of all that is covered behind `from` stand in `finished` from here on.
   *
   * @param end where `finished` ends
   * @param from all before is over
   */
  resultsFrom(end: number, from = this.from): number {
    if (from > this.#passedTo) this.#passedResult = this.#settlingResult = Infinity;
    let first = Math.min(end, this.#passedResult, this.#settlingResult);
    for (let i = this.#first; i < this.#items.length; i++) {
      first = Math.min(first, this.#items[i]!.resultAt ?? Infinity);
    }
    return first;
  }

  /** The offsets of messages that are not covered. */
  open(): number[] {
    return this.#items.slice(this.#first).filter(({ resultAt }) => resultAt === undefined).map(({ offset }) =>
      offset
    );
  }

  /** @returns what forgets where the ends of all stand that is covered now, once they are not needed any more */
  settle(): () => void {
    const covered = this.#items.slice(this.#first).filter(({ resultAt }) => resultAt !== undefined);
    this.#settlingResult = Math.min(this.#settlingResult, this.#passedResult);
    this.#passedResult = Infinity;
    return () => {
      this.#settlingResult = Infinity;
      for (const item of covered) item.resultAt = Infinity;
    };
  }

  /** Number of messages from the first that is not covered on. */
  get size(): number {
    return this.#items.length - this.#first;
  }

  /** The messages that are not covered, oldest first. */
  *uncovered(): Generator<T> {
    for (let i = this.#first; i < this.#items.length; i++) {
      const { resultAt, of } = this.#items[i]!;
      if (resultAt === undefined) yield of;
    }
  }
}
