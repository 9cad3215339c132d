interface Entry<T> {
  readonly atMs: number;
  readonly value: T;
}

/** Values that are due at instants, soonest first; a binary heap. Values that have become stale meanwhile are passed over. */
export class TimeHeap<T extends { readonly sequence: number }> {
  #heap: Entry<T>[] = [];
  readonly #isStale: (value: T) => boolean;

  /** @param isStale whether nobody waits for a value any more; a stale one is added again when it is to be waited for */
  constructor(isStale: (value: T) => boolean) {
    this.#isStale = isStale;
  }

  /** When the next is due; undefined if there is none. */
  get nextMs(): number | undefined {
    this.#prune();
    return this.#heap[0]?.atMs;
  }

  /** The next, which stays. */
  get first(): T | undefined {
    this.#prune();
    return this.#heap[0]?.value;
  }

  add(value: T, atMs: number): void {
    const heap = this.#heap;
    const entry = { atMs, value };
    let at = heap.length;
    for (let up = (at - 1) >> 1; at > 0 && after(heap[up]!, entry); up = (at - 1) >> 1) {
      heap[at] = heap[up]!;
      at = up;
    }
    heap[at] = entry;
  }

  /** Puts all of them to other instants. */
  retime(atMsOf: (value: T) => number): void {
    const heap = this.#heap;
    this.#heap = [];
    for (const { value } of heap) this.add(value, atMsOf(value));
  }

  /** Takes out one that is due. */
  take(nowMs: number): T | undefined {
    if (this.#heap.length === 0) return undefined; // nearly always, and asked for with every decision
    const next = this.nextMs;
    return next !== undefined && next <= nowMs ? this.#removeTop().value : undefined;
  }

  #prune(): void {
    while (this.#heap.length > 0 && this.#isStale(this.#heap[0]!.value)) this.#removeTop();
  }

  #removeTop(): Entry<T> {
    const heap = this.#heap;
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return top;
    let at = 0;
    for (let child = 1; child < heap.length; child = at * 2 + 1) {
      if (child + 1 < heap.length && after(heap[child]!, heap[child + 1]!)) child++;
      if (!after(last, heap[child]!)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

/** Ties go by sequence, so that the order is total. */
function after<T extends { readonly sequence: number }>(a: Entry<T>, b: Entry<T>): boolean {
  return a.atMs === b.atMs ? a.value.sequence > b.value.sequence : a.atMs > b.atMs;
}
