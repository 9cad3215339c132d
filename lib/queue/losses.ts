import type { Order } from "./queue.ts";

/**
 * Instances that went to other consumers against this one's will, until this has been reported. They are forgotten if nobody
 * listens: then the consumer's next write says so.
 */
export class Losses {
  readonly #ring: () => void;
  readonly #unreported = new Set<string>();
  readonly #waiting = new Set<() => void>();
  #listeners = 0;

  /** @param ring wakes the listener */
  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** Notes instances that are lost. At most as many are unreported as a consumer holds. */
  add(ids: Iterable<string>): void {
    if (this.#listeners === 0) return;
    for (const id of ids) this.#unreported.add(id);
    this.#ring();
  }

  /** An instance is held again: its loss is of no interest any more. */
  regained(id: string): void {
    if (this.#unreported.delete(id)) this.#wakeIfReported();
  }

  /** Whether the consumer knows of all that it has lost. */
  get areReported(): boolean {
    return this.#unreported.size === 0;
  }

  /** Resolves when all losses have been reported to the consumer. */
  untilReported(): Promise<void> {
    if (this.areReported) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** Listens from now on. @returns a function that ends it */
  listen(): () => void {
    this.#listeners++;
    return () => {
      if (--this.#listeners > 0) return;
      this.#unreported.clear();
      this.#wakeIfReported();
    };
  }

  /** The order that tells of the losses, if there are any; they count as reported when the next order is asked for. */
  *orders(): Generator<Order> {
    if (this.areReported) return;
    const ids = [...this.#unreported];
    yield { kind: "revoked", ids, withinMs: 0 };
    for (const id of ids) this.#unreported.delete(id);
    this.#wakeIfReported();
  }

  #wakeIfReported(): void {
    if (!this.areReported) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}
