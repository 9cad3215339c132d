import type { Queue } from "../queue/mod.ts";

/** Holds calls back while another consumer may have what this one holds. */
export class HoldGate {
  readonly #queue: Queue;
  readonly #stopping = Promise.withResolvers<void>();
  #isStopped = false;
  /** One wait for all calls that are held back. */
  #opening: Promise<void> | undefined;

  constructor(queue: Queue) {
    this.#queue = queue;
  }

  /** Lets nobody wait any more. */
  stop(): void {
    this.#isStopped = true;
    this.#stopping.resolve();
  }

  /** Whether calls may go out; also true once it is stopped. */
  get isOpen(): boolean {
    if (this.#isStopped) return true;
    const confirmed = this.#queue.confirmHolds();
    if (confirmed === undefined) return true;
    this.#opening ??= Promise.race([confirmed, this.#stopping.promise]).finally(() =>
      this.#opening = undefined
    );
    return false;
  }

  /**
   * Waits until the queue has confirmed what is still held, after the gate was found shut. It may be shut again by then.
   *
   * @throws {QueueError} if that cannot be found out
   */
  async opened(): Promise<void> {
    await this.#opening;
  }
}
