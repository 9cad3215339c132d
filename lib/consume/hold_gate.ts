import type { Queue } from "../queue/mod.ts";

/** Holds calls back while another consumer may have what this one holds, or its part of the limits. */
export class HoldGate {
  readonly #queue: Queue;
  readonly #sure: () => Promise<void> | undefined;
  readonly #stopping = Promise.withResolvers<void>();
  #isStopped = false;
  /** One wait for all calls that are held back. */
  #opening: Promise<void> | undefined;

  /** @param sure resolves when its part of the limits is this consumer's for sure; undefined: it is now. (Default: it always is) */
  constructor(queue: Queue, sure: () => Promise<void> | undefined = () => undefined) {
    this.#queue = queue;
    this.#sure = sure;
  }

  /** Lets nobody wait any more. */
  stop(): void {
    this.#isStopped = true;
    this.#stopping.resolve();
  }

  /** Whether calls may go out; also true once it is stopped. */
  get isOpen(): boolean {
    if (this.#isStopped) return true;
    const confirmed = this.#queue.confirmHolds() ?? this.#sure();
    if (confirmed === undefined) return true;
    this.#opening ??= Promise.race([confirmed, this.#stopping.promise]).finally(() =>
      this.#opening = undefined
    );
    return false;
  }

  /**
   * Waits until that is confirmed, after the gate was found shut. It may be shut again by then.
   *
   * @throws {QueueError} if that cannot be found out
   */
  async opened(): Promise<void> {
    await this.#opening;
  }
}
