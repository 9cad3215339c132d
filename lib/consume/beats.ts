import { type Clock, type JsonObject, onAbort } from "../model/mod.ts";
import {
  BEAT_MS,
  type ConsumerRecord,
  type ConsumerView,
  MOST_ASKED,
  MOST_HELD,
  type Queue,
  QueueError,
} from "../queue/mod.ts";
import type { WorkTally } from "../live/mod.ts";
import type { Scheduler } from "../scheduler/mod.ts";
import { idleSlots, loadOf } from "./balance.ts";
import type { DividedLimits } from "./divided_limits.ts";
import type { InForce } from "./in_force.ts";
import type { LimitRounds } from "./limit_rounds.ts";
import { Pause } from "./pause.ts";
import type { RefusedFunctions } from "./refused_functions.ts";

/** The process of a consumer. */
export type About = Pick<ConsumerRecord, "host" | "pid" | "version" | "takesPolicyFiles">;

/** The host and process of a consumer, in words. */
export function placeOf({ host, pid }: About = { host: "a consumer", pid: 0, version: "" }): string {
  return `${host} ${pid}`;
}

/** The parts from which the record of a consumer is made. */
export interface RecordParts {
  readonly scheduler: Scheduler;
  readonly limits: DividedLimits;
  readonly inForce: InForce;
  /** The number of instances that it holds. */
  readonly instances: number;
  /** Whether it starts attempts when some are ready. */
  readonly mayStart: boolean;
  /** Its part of the limits, if consumers divide these among themselves. */
  readonly rounds?: Pick<LimitRounds, "part" | "words" | "capacity"> | undefined;
  /** All that it has done. */
  readonly tally: Pick<WorkTally, "packed">;
  /** The functions whose calls are all refused. */
  readonly refused: Pick<RefusedFunctions, "long">;
}

/** Others are told of a function once all its calls have been refused for this time, in milliseconds. */
const REFUSED_MS = 1000;

/** The record of a consumer's work, which others read. */
export function recordOf(
  { scheduler, limits: { limits, share }, inForce, instances, mayStart, rounds, tally, refused }: RecordParts,
  nowMs: number,
): Omit<OwnRecord, keyof About> {
  const { ready, running, throttled, limit } = scheduler.stats();
  const idle = mayStart ? idleSlots(loadOf(scheduler, instances, rounds?.capacity)) : 0;
  const part = rounds === undefined ? share : rounds.part;
  const { policyName: policy, settings } = inForce;
  const asked = scheduler.asked(nowMs).slice(0, MOST_ASKED)
    .map(({ askedMs: _, untilMs, ...where }) => ({ ...where, leftMs: untilMs - nowMs }));
  const heldRetries = scheduler.heldRetries.toSorted((a, b) => b.waiting - a.waiting).slice(0, MOST_HELD);
  const askedOf = new Set(asked.map((wait) => wait.function));
  const kept = [
    ...scheduler.unserved
      .map(({ function: name, reason }) => ({ function: name, why: "unserved" as const, reason })),
    ...refused.long(nowMs, REFUSED_MS).filter((fn) => !askedOf.has(fn.function))
      .map(({ function: name, reason }) => ({ function: name, why: "refused" as const, reason })),
  ].slice(0, MOST_ASKED);
  return {
    ...{ policy, limits: { ...limits } as JsonObject, instances, running, ready, throttled, settings },
    ...part !== undefined && { part },
    ...rounds !== undefined && rounds.words,
    ...limit < Infinity && { limit },
    ...idle > 0 && { idle },
    ...asked.length > 0 && { asked },
    ...heldRetries.length > 0 && { heldRetries },
    ...kept.length > 0 && { kept },
    work: tally.packed(nowMs),
  };
}

type OwnRecord = Omit<ConsumerRecord, "callsPerS">;

/** The parts of beats. */
export interface BeatsOptions {
  readonly queue: Queue;
  readonly clock: Clock;
  /** The consumer's record at present, without its rate. */
  record(): OwnRecord;
}

/** A rate is measured over at least this time, in milliseconds. */
const LEAST_RATED_MS = BEAT_MS / 2;

/** Writes the record of a consumer to the queue, about once a second. */
export class Beats {
  readonly #options: BeatsOptions;
  #calls = 0;
  #rated: { readonly atMs: number; readonly calls: number };
  #callsPerS = 0;
  #hasNews = false;
  readonly #pause: Pause;

  constructor(options: BeatsOptions) {
    this.#options = options;
    this.#pause = new Pause(options.clock);
    this.#rated = { atMs: options.clock.nowMs(), calls: 0 };
  }

  /** Counts an attempt that has started. */
  count(): void {
    this.#calls++;
  }

  /** The consumer as others see it. */
  view(): ConsumerView {
    return { id: "own", ...this.#options.record(), callsPerS: this.#callsPerS, beatAgoMs: 0 };
  }

  /** Writes the record soon, as somebody waits to see a change of it. */
  hurry(): void {
    this.#hasNews = true;
    this.#pause.end();
  }

  /** Goes on until `over` is aborted. */
  async run(over: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!over.aborted) {
      this.#hasNews = false;
      const startMs = clock.nowMs();
      await unlessOver(this.write(), over);
      if (!this.#hasNews) await this.#pause.until(startMs + BEAT_MS, over);
    }
  }

  /**
   * Writes the record now. A beat that cannot be written is left out: other work on the queue meets the same fault, and reports it.
   *
   * @returns whether it is written
   */
  async write(): Promise<boolean> {
    const { queue, record } = this.#options;
    try {
      await queue.beat({ ...record(), callsPerS: this.#rate() });
      return true;
    } catch (error) {
      if (!(error instanceof QueueError)) throw error;
      return false;
    }
  }

  #rate(): number {
    const atMs = this.#options.clock.nowMs(), passedMs = atMs - this.#rated.atMs;
    if (passedMs >= LEAST_RATED_MS) {
      this.#callsPerS = (this.#calls - this.#rated.calls) / passedMs * 1000;
      this.#rated = { atMs, calls: this.#calls };
    }
    return this.#callsPerS;
  }
}

/** Waits for something that may take long, but not once `over` is aborted. */
export async function unlessOver(work: Promise<unknown>, over: AbortSignal): Promise<void> {
  const left = Promise.withResolvers<void>();
  const forget = onAbort(over, left.resolve);
  await Promise.race([work, left.promise]);
  forget();
}
