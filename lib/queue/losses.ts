import type { Order } from "./queue.ts";

/**
 * Instances that went to other consumers against this one's will, until it has been told. They are forgotten if nobody
 * listens: then the consumer's next write says so.
 */
export class Losses {
  readonly #ring: () => void;
  readonly #untold = new Set<string>();
  readonly #waiting = new Set<() => void>();
  #listeners = 0;

  /** @param ring wakes the listener */
  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** Notes instances that are lost. At most as many are untold as a consumer holds. */
  add(ids: Iterable<string>): void {
    if (this.#listeners === 0) return;
    for (const id of ids) this.#untold.add(id);
    this.#ring();
  }

  /** An instance is held again: its loss is of no interest any more. */
  regained(id: string): void {
    if (this.#untold.delete(id)) this.#wakeIfTold();
  }

  /** Whether the consumer knows of all that it has lost. */
  get areTold(): boolean {
    return this.#untold.size === 0;
  }

  /** Resolves when the consumer has been told. */
  told(): Promise<void> {
    if (this.areTold) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** Listens from now on. @returns a function that ends it */
  listen(): () => void {
    this.#listeners++;
    return () => {
      if (--this.#listeners > 0) return;
      this.#untold.clear();
      this.#wakeIfTold();
    };
  }

  /** The order that tells of the losses, if there are any; they are told when the next order is asked for. */
  *orders(): Generator<Order> {
    if (this.areTold) return;
    const ids = [...this.#untold];
    yield { kind: "revoked", ids, withinMs: 0 };
    for (const id of ids) this.#untold.delete(id);
    this.#wakeIfTold();
  }

  #wakeIfTold(): void {
    if (!this.areTold) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}
