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
    return this.#events.length === 0 ? Infinity : this.#atMs[0]!;
  }

  /** Moves on to an instant before which nothing is planned. */
  passTo(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
  }

  /** Plans something; what is planned for the past happens now. */
  plan(atMs: number, event: TimedEvent): void {
    const at = Math.max(atMs, this.#nowMs), order = this.#planned++;
    let hole = this.#events.length;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      if (!(at < this.#atMs[parent]!)) break; // it was planned last, so it comes after its equals
      this.#move(parent, hole);
      hole = parent;
    }
    this.#set(hole, at, order, event);
  }

  /** Lets the next thing happen; something must be planned. */
  step(): void {
    const event = this.#events[0]!;
    this.#nowMs = this.#atMs[0]!;
    this.#removeFirst();
    event.happen(this.#nowMs);
  }

  #removeFirst(): void {
    const last = this.#events.length - 1;
    const at = this.#atMs.pop()!, order = this.#orders.pop()!, event = this.#events.pop()!; // faster than a shorter length
    if (last === 0) return;
    let hole = 0;
    for (;;) {
      const first = hole * 4 + 1;
      if (first >= last) break;
      let least = first;
      const end = Math.min(first + 4, last);
      for (let child = first + 1; child < end; child++) {
        if (this.#before(this.#atMs[child]!, this.#orders[child]!, least)) least = child;
      }
      if (this.#before(at, order, least)) break;
      this.#move(least, hole);
      hole = least;
    }
    this.#set(hole, at, order, event);
  }

  #before(at: number, order: number, other: number): boolean {
    const otherAt = this.#atMs[other]!;
    return at < otherAt || (at === otherAt && order < this.#orders[other]!);
  }

  #move(from: number, to: number): void {
    this.#set(to, this.#atMs[from]!, this.#orders[from]!, this.#events[from]!);
  }

  #set(hole: number, at: number, order: number, event: TimedEvent): void {
    this.#atMs[hole] = at;
    this.#orders[hole] = order;
    this.#events[hole] = event;
  }
}
