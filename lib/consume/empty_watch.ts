import { type Clock, onAbort } from "../model/mod.ts";
import type { QueueDriver } from "../queue/mod.ts";

/** A consumer that ends with its queue looks at this interval whether the queue is empty, in milliseconds. */
const EMPTY_CHECK_MS = 100;

export interface EmptyWatchParts {
  readonly queue: Pick<QueueDriver, "depth">;
  readonly clock: Pick<Clock, "nowMs" | "until">;
  /** Returns the number of instances that are held here. */
  readonly held: () => number;
  /** Called when nothing is held here, and nothing is queued or running anywhere. */
  readonly empty: () => void;
}

/** Finds out when a queue is empty, for a consumer that ends then. */
export class EmptyWatch {
  readonly #parts: EmptyWatchParts;
  #look = () => {};

  constructor(parts: EmptyWatchParts) {
    this.#parts = parts;
  }

  /** The last instance that was held here has been let go of: looks at once. */
  hint(): void {
    this.#look();
  }

  /** Looks until the signal ends. */
  async run(signal: AbortSignal): Promise<void> {
    const { queue, held, empty } = this.#parts;
    while (!signal.aborted) {
      if (held() === 0) {
        const { queued, running } = await queue.depth();
        if (queued === 0 && running === 0) empty();
      }
      await this.#pause(signal);
    }
  }

  /** Waits for a while, or for a hint. */
  async #pause(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    const pause = new AbortController();
    const forget = onAbort(signal, () => pause.abort());
    this.#look = () => pause.abort();
    await clock.until(clock.nowMs() + EMPTY_CHECK_MS, pause.signal);
    forget();
  }
}
