import type { Clock } from "../../lib/model/mod.ts";
import type { QueueDriver } from "../../lib/queue/mod.ts";

/** Looks regularly how much waits in a queue for a consumer, until its scope ends. */
export class Backlog implements Disposable {
  readonly #stop = new AbortController();
  #queued: number | undefined;

  /** @param everyMs time between looks at the queue, in milliseconds */
  constructor(queue: Pick<QueueDriver, "depth">, clock: Clock, everyMs: number) {
    void this.#run(queue, clock, everyMs);
  }

  /** Instances that no consumer has taken yet; undefined: not known, or not any more. */
  get queued(): number | undefined {
    return this.#queued;
  }

  async #run(queue: Pick<QueueDriver, "depth">, clock: Clock, everyMs: number): Promise<void> {
    const { signal } = this.#stop;
    for (;;) {
      await clock.until(clock.nowMs() + everyMs, signal); // first: a look may take long, and work begins meanwhile
      if (signal.aborted) return;
      // Who consumes tells of faults with the queue.
      this.#queued = await queue.depth().then(({ queued }) => queued, () => undefined);
    }
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }
}
