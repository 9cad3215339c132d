import { onAbort } from "../model/mod.ts";

/**
 * Wakes those who wait for a change within this process. A waiter notes {@linkcode Bell.rings} before it looks for work,
 * so that a ring between the look and the wait is not missed.
 */
export class Bell {
  #rings = 0;
  readonly #waiting = new Set<() => void>();

  /** The number of rings so far. */
  get rings(): number {
    return this.#rings;
  }

  ring(): void {
    this.#rings++;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Calls `wake` at the next ring, unless the returned function is called before. */
  once(wake: () => void): () => void {
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }

  /** Waits until it has rung more than `rings` times, or `signal` is aborted. */
  after(rings: number, signal: AbortSignal): Promise<void> {
    if (this.#rings > rings || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        forget();
        takeBack();
        resolve();
      };
      const forget = this.once(end);
      const takeBack = onAbort(signal, end);
    });
  }
}
