/** Something that is to happen at an instant. */
export interface TimedEvent {
  /** Makes it happen. */
  happen(nowMs: number): void;
}

/**
 * Virtual time: what is to happen, soonest first, and among equals in the order of planning, so that a run is the same
 * every time. A heap of four children a node, with the keys in arrays of numbers of their own.
 */
export class Timeline {
  readonly #atMs: number[] = [];
  readonly #orders: number[] = [];
  readonly #events: TimedEvent[] = [];
  #planned = 0;
  #nowMs: number;

  /** @param nowMs where time begins */
  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  /** The present instant. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** When something happens next; Infinity: nothing is planned. */
  get nextAtMs(): number {
    return this.#atMs.length === 0 ? Infinity : this.#atMs[0]!;
  }

  /** Moves on to an instant before which nothing is planned. */
  passTo(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
  }

  /** Plans something; what is planned for the past happens now. */
  plan(atMs: number, event: TimedEvent): void {
    const times = this.#atMs, orders = this.#orders, events = this.#events;
    const at = Math.max(atMs, this.#nowMs), order = this.#planned++;
    let hole = events.length;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      if (!(at < times[parent]!)) break; // it was planned last, so it comes after its equals
      times[hole] = times[parent]!;
      orders[hole] = orders[parent]!;
      events[hole] = events[parent]!;
      hole = parent;
    }
    times[hole] = at;
    orders[hole] = order;
    events[hole] = event;
  }

  /** Lets the next thing happen; something must be planned. */
  step(): void {
    const event = this.#events[0]!;
    this.#nowMs = this.#atMs[0]!;
    this.#removeFirst();
    event.happen(this.#nowMs);
  }

  /** Everything in one place: with calls for its parts it takes twice as long. */
  #removeFirst(): void {
    const times = this.#atMs, orders = this.#orders, events = this.#events;
    const at = times.pop()!, order = orders.pop()!, event = events.pop()!; // faster than a shorter length
    const { length } = events;
    if (length === 0) return;
    let hole = 0;
    for (;;) {
      const first = hole * 4 + 1;
      if (first >= length) break;
      let least = first, leastAt = times[first]!;
      const end = Math.min(first + 4, length);
      for (let child = first + 1; child < end; child++) {
        const childAt = times[child]!;
        if (childAt > leastAt || (childAt === leastAt && orders[child]! > orders[least]!)) continue;
        least = child;
        leastAt = childAt;
      }
      if (at < leastAt || (at === leastAt && order < orders[least]!)) break;
      times[hole] = leastAt;
      orders[hole] = orders[least]!;
      events[hole] = events[least]!;
      hole = least;
    }
    times[hole] = at;
    orders[hole] = order;
    events[hole] = event;
  }
}
