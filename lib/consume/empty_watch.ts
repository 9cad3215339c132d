import type { Clock } from "../model/mod.ts";
import type { QueueDepth, QueueDriver } from "../queue/mod.ts";
import { Pause } from "./pause.ts";

/** A consumer that ends with its queue looks at this interval whether the queue is empty, in milliseconds. */
const EMPTY_CHECK_MS = 100;

export interface EmptyWatchParts {
  readonly queue: Pick<QueueDriver, "depth">;
  readonly clock: Pick<Clock, "nowMs" | "wallMs" | "until">;
  /** Returns the number of instances that are held here. */
  readonly held: () => number;
  /** Called when nothing is held here, and nothing is delayed, queued or running anywhere. */
  readonly empty: () => void;
  /** Called once, when nothing but what is delayed is left. */
  readonly onlyDelayed: (wait: DelayedWait) => void;
}

/** Delayed instances that are waited for. */
export interface DelayedWait {
  /** The number of these instances. */
  readonly count: number;
  /** The time until the next of them is due, in milliseconds. */
  readonly dueInMs: number;
}

/** Finds out when a queue is empty, for a consumer that ends then. */
export class EmptyWatch {
  readonly #parts: EmptyWatchParts;
  readonly #pause: Pause;
  #isTold = false;

  constructor(parts: EmptyWatchParts) {
    this.#parts = parts;
    this.#pause = new Pause(parts.clock);
  }

  /** The last instance that was held here has been let go of: looks at once. */
  hint(): void {
    this.#pause.end();
  }

  /** Looks until the signal ends. */
  async run(signal: AbortSignal): Promise<void> {
    const { queue, clock, held, empty } = this.#parts;
    while (!signal.aborted) {
      if (held() === 0) {
        const depth = await queue.depth();
        if (depth.queued === 0 && depth.running === 0) {
          if (depth.delayed === 0) empty();
          else this.#tell(depth);
        }
      }
      await this.#pause.until(clock.nowMs() + EMPTY_CHECK_MS, signal);
    }
  }

  #tell({ delayed: count, nextDueAtMs = 0 }: QueueDepth): void {
    if (this.#isTold) return;
    this.#isTold = true;
    const { clock, onlyDelayed } = this.#parts;
    onlyDelayed({ count, dueInMs: Math.max(0, Math.round(nextDueAtMs - clock.wallMs())) });
  }
}
