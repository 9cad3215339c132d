import {
  type Clock,
  type Instance,
  type LateBound,
  type Pace,
  PaceKeeper,
  type Random,
} from "../model/mod.ts";
import { ENDED, type InstanceView, type QueueDriver } from "../queue/mod.ts";
import { type Recorder, submission } from "../record/mod.ts";
import { instancesOf, type Load } from "./load.ts";

/** The parts and options of a producer. */
export interface ProducerOptions {
  readonly queue: QueueDriver;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** Draws the instances' ids. */
  readonly ids: Random;
  /** The lateness that counts. (Default: a second) */
  readonly lateBound?: LateBound;
  /** Called with the ids of instances that are in the queue now, new or not. (Default: no callback) */
  readonly onDurable?: (ids: readonly string[]) => void;
}

/** The progress of a producer. */
export interface ProducerStats {
  /** Instances that are in the queue now; those that it had before are not counted, if it can tell. */
  readonly submitted: number;
  /** Instances that the queue had before; undefined if it cannot tell. */
  readonly existing: number | undefined;
  /** Instances whose submission is not durable yet. */
  readonly pending: number;
  /** The figures of the times from the intended submissions to their being durable. */
  readonly pace: Pace;
}

/** Submissions under way; with a queue slower than the load, memory stays bounded and the load falls behind, visibly. */
const MAX_PUSHES = 64;
/** The producer asks for the ends of instances at this interval, in milliseconds. */
const WAIT_POLL_MS = 100;
/** Instances asked for at a time. */
const WAIT_BATCH = 1000;

/** Submits the instances of a load to a queue, at their intended times. */
export class Producer {
  readonly #options: ProducerOptions;
  #submitted = 0;
  #existing: number | undefined = 0;
  #pending = 0;
  readonly #pace: PaceKeeper;

  constructor(options: ProducerOptions) {
    this.#options = options;
    this.#pace = new PaceKeeper(options.lateBound);
  }

  stats(): ProducerStats {
    return {
      submitted: this.#submitted,
      existing: this.#existing,
      pending: this.#pending,
      pace: this.#pace.pace(),
    };
  }

  /**
   * Submits a load; resolves when all of it is durable.
   *
   * @param signal ends it early; what was submitted stays
   * @returns the ids of what was submitted, only if `keepIds`
   * @throws {QueueError} if the queue cannot take it: `id-conflict` if it has something else under one of the ids
   */
  async run(load: Load, signal: AbortSignal, keepIds = false): Promise<string[]> {
    const { clock, ids } = this.#options;
    const submitted: string[] = [];
    const pushes = new Set<Promise<void>>();
    const failing = new AbortController();
    const ended = AbortSignal.any([signal, failing.signal]);
    try {
      for await (const batch of instancesOf(load, ids, clock, ended)) {
        if (keepIds) { for (const { id } of batch) submitted.push(id); }
        const push = this.#push(batch)
          .catch((error) => failing.abort(error))
          .finally(() => pushes.delete(push));
        pushes.add(push);
        if (pushes.size >= MAX_PUSHES) await Promise.race(pushes);
      }
    } finally {
      await Promise.all(pushes); // also when an instance could not be named
    }
    failing.signal.throwIfAborted();
    return submitted;
  }

  async #push(batch: readonly Instance[]): Promise<void> {
    const { queue, clock, recorder, onDurable } = this.#options;
    this.#pending += batch.length;
    const { added, existing } = await queue.push(batch).finally(() => this.#pending -= batch.length);
    this.#submitted += added;
    this.#existing = existing && this.#existing! + existing.length;
    const durableAtMs = clock.wallMs();
    onDurable?.(batch.map(({ id }) => id));
    const known = new Set(existing);
    for (const instance of batch) {
      this.#pace.add(instance.submittedAtMs, durableAtMs);
      const lateMs = Math.max(0, durableAtMs - instance.submittedAtMs);
      if (!known.has(instance.id)) recorder.submit({ ...submission(instance), lateMs });
    }
  }

  /**
   * Waits until instances have ended.
   *
   * @yields each that has, once
   */
  async *wait(ids: readonly string[], signal: AbortSignal): AsyncGenerator<InstanceView> {
    const { queue, clock, recorder } = this.#options;
    const open = new Set(ids);
    while (open.size > 0 && !signal.aborted) {
      for (const some of chunks([...open], WAIT_BATCH)) {
        for await (const view of queue.list({ ids: some, states: ENDED })) {
          const { instance: { id, chain }, state, endedAtMs = clock.wallMs(), reason } = view;
          const outcome = state as "completed" | "failed" | "cancelled";
          recorder.end({
            chain: chain.name,
            instance: id,
            endedAtMs,
            outcome,
            ...(reason === undefined ? {} : { reason }),
          });
          open.delete(id);
          yield view;
        }
      }
      if (open.size > 0) await clock.until(clock.nowMs() + WAIT_POLL_MS, signal);
    }
  }
}

function* chunks<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
