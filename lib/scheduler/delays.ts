import type { Invocation } from "./invocation.ts";

interface Delay {
  readonly untilMs: number;
  readonly task: Invocation;
}

/** Invocations that wait for the end of a delay, soonest first; a binary heap. */
export class Delays {
  readonly #heap: Delay[] = [];

  /** When the next delay ends; undefined if there is none. */
  get nextMs(): number | undefined {
    this.#prune();
    return this.#heap[0]?.untilMs;
  }

  add(task: Invocation, untilMs: number): void {
    const heap = this.#heap;
    const delay = { untilMs, task };
    let at = heap.length;
    for (let up = (at - 1) >> 1; at > 0 && after(heap[up]!, delay); up = (at - 1) >> 1) {
      heap[at] = heap[up]!;
      at = up;
    }
    heap[at] = delay;
  }

  /** Takes out one invocation whose delay has ended. */
  take(nowMs: number): Invocation | undefined {
    const next = this.nextMs;
    return next !== undefined && next <= nowMs ? this.#removeTop().task : undefined;
  }

  /** Drops those that were cancelled meanwhile. */
  #prune(): void {
    while (this.#heap.length > 0 && this.#heap[0]!.task.phase !== "delayed") this.#removeTop();
  }

  #removeTop(): Delay {
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
function after(a: Delay, b: Delay): boolean {
  return a.untilMs === b.untilMs ? a.task.sequence > b.task.sequence : a.untilMs > b.untilMs;
}
