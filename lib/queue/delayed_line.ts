import TinyQueue from "tinyqueue";

/** Something that is not due yet. */
interface Delayed {
  readonly instance: { readonly dueAtMs?: number };
}

/** Fewer that have left are not cleared away. */
const FEW = 1000;

/** Those that wait in memory until they are due, the next one first. */
export class DelayedLine<T extends Delayed> {
  readonly #waiting = new Set<T>();
  /** Some may wait no more: at most twice as many as do, and {@linkcode FEW}. */
  #line = new TinyQueue<T>([], byDue);

  add(delayed: T): void {
    this.#waiting.add(delayed);
    this.#line.push(delayed);
  }

  /** It waits no more, as it was cancelled. */
  leave(delayed: T): void {
    if (!this.#waiting.delete(delayed)) return;
    if (this.#line.length > FEW + 2 * this.#waiting.size) {
      this.#line = new TinyQueue([...this.#waiting], byDue);
    }
  }

  /** The number of entries in memory; some may wait no more. */
  get size(): number {
    return this.#line.length;
  }

  /** When the next one is due, in milliseconds since 1970; undefined: none waits. */
  get nextMs(): number | undefined {
    const next = this.#first;
    return next === undefined ? undefined : dueOf(next);
  }

  get #first(): T | undefined {
    for (let first = this.#line.peek(); first !== undefined; first = this.#line.peek()) {
      if (this.#waiting.has(first)) return first;
      this.#line.pop();
    }
    return undefined;
  }

  /** Takes out those that are due by an instant. */
  *take(nowMs: number): Generator<T> {
    for (let first = this.#first; first !== undefined && dueOf(first) <= nowMs; first = this.#first) {
      this.#waiting.delete(this.#line.pop()!);
      yield first;
    }
  }
}

function dueOf({ instance: { dueAtMs = 0 } }: Delayed): number {
  return dueAtMs;
}

function byDue(a: Delayed, b: Delayed): number {
  return dueOf(a) - dueOf(b);
}
