import type { Clock, Instance } from "../model/mod.ts";
import { type Held, type Progress, type Queue, QueueError, type Result } from "../queue/mod.ts";

/** How long ends are gathered: nobody waits for them but `--wait`, and a write costs as much for many as for one. */
const FINISH_LINGER_MS = 5;
/** A batch is written at once when it has so many items. */
const FULL = 512;

/** Whose write it is: nothing is written any more once that is lost, though this consumer may hold it again by then. */
interface Holder {
  readonly lost: boolean;
}

const NEVER_LOST: Holder = { lost: false };

interface Waiting<T> {
  readonly item: T;
  readonly holder: Holder;
  resolve(lost: boolean): void;
  reject(error: unknown): void;
}

/**
 * Writes what has settled to the queue in batches. Each promise says whether its instance was lost to another consumer
 * meanwhile, once everything else is durable.
 */
export class QueueWriter {
  readonly #checkpoints: Batches<Progress>;
  readonly #results: Batches<Result>;
  readonly #calls: Batches<Held & { readonly instance: Instance }>;
  readonly #releases: Batches<Held>;

  constructor(queue: Queue, clock: Clock) {
    this.#checkpoints = new Batches((batch) => queue.checkpoint(batch), clock, 0);
    this.#results = new Batches((batch) => queue.finish(batch), clock, FINISH_LINGER_MS);
    this.#calls = new Batches((batch) => push(queue, batch.map(({ instance }) => instance)), clock, 0);
    this.#releases = new Batches((batch) => queue.release(batch), clock, 0);
  }

  /** @returns whether the instance was lost */
  checkpoint(progress: Progress, holder?: Holder): Promise<boolean> {
    return this.#checkpoints.add(progress, holder);
  }

  /** Adds an instance that one of those calls which are held. @returns whether the caller was lost */
  call(instance: Instance): Promise<boolean> {
    return this.#calls.add({ instanceId: instance.id, instance });
  }

  /** @returns whether the instance was lost */
  finish(result: Result, holder?: Holder): Promise<boolean> {
    return this.#results.add(result, holder);
  }

  /** Lets others go on with an instance, and with what it has called. */
  async release(held: Held, holder?: Holder): Promise<void> {
    await this.#releases.add(held, holder);
  }
}

/** Pushes those whose callers are held, though others have lost theirs. */
async function push(queue: Queue, instances: readonly Instance[]): Promise<void> {
  try {
    await queue.push(instances);
  } catch (error) {
    if (!(error instanceof QueueError && error.code === "lease-lost")) throw error;
    const lost = new Set(error.ids);
    await push(queue, instances.filter(({ id }) => !lost.has(id)));
    throw error;
  }
}

class Batches<T extends Held> {
  readonly #write: (batch: readonly T[]) => Promise<void>;
  readonly #clock: Clock;
  readonly #lingerMs: number;
  #waiting: Waiting<T>[] = [];
  #planned = () => {};

  constructor(write: (batch: readonly T[]) => Promise<void>, clock: Clock, lingerMs: number) {
    this.#write = write;
    this.#clock = clock;
    this.#lingerMs = lingerMs;
  }

  add(item: T, holder = NEVER_LOST): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, holder, resolve, reject });
      if (this.#waiting.length === 1) this.#plan();
      else if (this.#waiting.length === FULL) this.#flush();
    });
  }

  #plan(): void {
    if (this.#lingerMs > 0) this.#planned = this.#clock.after(this.#lingerMs, () => this.#flush());
    else queueMicrotask(() => this.#flush());
  }

  async #flush(): Promise<void> {
    this.#planned();
    const batch = this.#waiting.filter(({ holder }) => !holder.lost);
    for (const { holder, resolve } of this.#waiting) if (holder.lost) resolve(true);
    this.#waiting = [];
    if (batch.length === 0) return;
    try {
      await this.#write(batch.map(({ item }) => item));
      for (const { resolve } of batch) resolve(false);
    } catch (error) {
      const lost = new Set(
        error instanceof QueueError && error.code === "lease-lost" ? error.ids : undefined,
      );
      for (const { item, resolve, reject } of batch) {
        if (lost.size === 0) reject(error);
        else resolve(lost.has(item.instanceId));
      }
    }
  }
}
