import type { Clock, Instance } from "../model/mod.ts";
import {
  type Held,
  type Progress,
  type Queue,
  QueueError,
  type Released,
  type Result,
} from "../queue/mod.ts";

/**
 * Ends are written at most once in this time, in milliseconds: one write of many costs as much as of one. The first after a
 * pause is written at once, as somebody may wait for it.
 */
const FINISH_EVERY_MS = 5;
/** A batch is written at once when it has this many items. */
const FULL = 512;

/** Whose write it is: nothing is written any more once that is lost, though this consumer may hold it again by then. */
interface Holder {
  readonly lost: boolean;
}

const NEVER_LOST: Holder = { lost: false };

/**
 * Why something was not written though the queue works: it is another consumer's now, its id is known as something else's, or
 * the queue takes nothing for that long.
 */
export type NotWritten = Extract<QueueError["code"], "lease-lost" | "id-conflict" | "too-large">;

interface Waiting<T> {
  readonly item: T;
  readonly holder: Holder;
  resolve(why: NotWritten | undefined): void;
  reject(error: unknown): void;
}

/**
 * Writes what has settled to the queue in batches. Each promise tells whether its instance was lost to another consumer
 * meanwhile (of a call, why it was not added), once everything else is durable.
 */
export class QueueWriter {
  readonly #checkpoints: Batches<Progress>;
  readonly #results: Batches<Result>;
  readonly #calls: Batches<Held & { readonly instance: Instance }>;
  readonly #releases: Batches<Released>;

  constructor(queue: Queue, clock: Clock) {
    this.#checkpoints = new Batches((batch) => heldOnly(queue.checkpoint(batch)), clock, 0);
    this.#results = new Batches((batch) => heldOnly(queue.finish(batch)), clock, FINISH_EVERY_MS);
    this.#calls = new Batches((batch) => push(queue, batch.map(({ instance }) => instance)), clock, 0);
    this.#releases = new Batches((batch) => heldOnly(queue.release(batch)), clock, 0);
  }

  /** @returns why it was not written: the instance was lost */
  checkpoint(progress: Progress, holder?: Holder): Promise<NotWritten | undefined> {
    return this.#checkpoints.add(progress, holder);
  }

  /**
   * Adds an instance that one of those calls which are held.
   *
   * @returns why it was not added: the caller was lost, or the queue knows something else by its id
   */
  call(instance: Instance): Promise<NotWritten | undefined> {
    return this.#calls.add({ instanceId: instance.id, instance });
  }

  /** @returns why it was not written: the instance was lost */
  finish(result: Result, holder?: Holder): Promise<NotWritten | undefined> {
    return this.#results.add(result, holder);
  }

  /** Lets others go on with an instance, and with what it has called. */
  async release(held: Released, holder?: Holder): Promise<void> {
    await this.#releases.add(held, holder);
  }
}

/** The items of a batch that were not written, by id, with the reasons. */
type Refusals = ReadonlyMap<string, NotWritten>;

const NONE: Refusals = new Map();

/** The items that were not written, by an error that means all others were. @throws any other error */
function refusalsOf(error: unknown): Refusals {
  const { code, ids = [] } = error instanceof QueueError ? error : {} as Partial<QueueError>;
  if ((code !== "lease-lost" && code !== "id-conflict") || ids.length === 0) throw error;
  return new Map(ids.map((id) => [id, code]));
}

/** Pushes all that can be: the queue keeps nothing of a push if it refuses an item. */
async function push(queue: Queue, instances: readonly Instance[]): Promise<Refusals> {
  if (instances.length === 0) return NONE;
  try {
    await queue.push(instances);
    return NONE;
  } catch (error) {
    if (error instanceof QueueError && error.code === "too-large") return await pushEach(queue, instances);
    const refused = refusalsOf(error);
    const left = instances.filter(({ id }) => !refused.has(id));
    if (left.length === instances.length) throw error;
    return new Map([...refused, ...await push(queue, left)]);
  }
}

/** Finds out which of several instances is too long. */
async function pushEach(queue: Queue, instances: readonly Instance[]): Promise<Refusals> {
  const [first, ...others] = instances;
  if (first === undefined) return NONE;
  if (others.length === 0) return new Map([[first.id, "too-large"]]);
  return new Map([...await push(queue, [first]), ...await push(queue, others)]);
}

/** A write of all that has not been lost. */
async function heldOnly(write: Promise<void>): Promise<Refusals> {
  try {
    await write;
    return NONE;
  } catch (error) {
    return refusalsOf(error);
  }
}

class Batches<T extends Held> {
  readonly #write: (batch: readonly T[]) => Promise<Refusals>;
  readonly #clock: Clock;
  readonly #everyMs: number;
  #nextMs = -Infinity;
  #waiting: Waiting<T>[] = [];
  #planned = () => {};

  constructor(write: (batch: readonly T[]) => Promise<Refusals>, clock: Clock, everyMs: number) {
    this.#write = write;
    this.#clock = clock;
    this.#everyMs = everyMs;
  }

  add(item: T, holder = NEVER_LOST): Promise<NotWritten | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, holder, resolve, reject });
      if (this.#waiting.length === 1) this.#plan();
      else if (this.#waiting.length === FULL) this.#flush();
    });
  }

  #plan(): void {
    const inMs = this.#nextMs - this.#clock.nowMs();
    if (inMs > 0) {
      this.#planned = this.#clock.after(inMs, () => this.#flush());
      return;
    }
    let isPlanned = true;
    this.#planned = () => isPlanned = false;
    queueMicrotask(() => isPlanned && this.#flush()); // with what settles in this turn
  }

  async #flush(): Promise<void> {
    this.#planned();
    const batch = this.#waiting.filter(({ holder }) => !holder.lost);
    for (const { holder, resolve } of this.#waiting) if (holder.lost) resolve("lease-lost");
    this.#waiting = [];
    if (batch.length === 0) return;
    this.#nextMs = this.#clock.nowMs() + this.#everyMs;
    try {
      const refused = await this.#write(batch.map(({ item }) => item));
      for (const { item, resolve } of batch) resolve(refused.get(item.instanceId));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
