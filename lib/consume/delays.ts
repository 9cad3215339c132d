/** The records of delays in the queue: of invocations that are tried again later. */
import { type Clock, formatDuration, type NodeRecord, type Outcome, wallAheadMs } from "../model/mod.ts";
import type { Delay, Invocation, Scheduler } from "../scheduler/mod.ts";
import type { HeldInstance } from "./held_instance.ts";
import { isStartKept, startOf } from "./starts.ts";

/** A delay that began under another consumer may be this long, in milliseconds: clocks differ, or have been set. */
const LONGEST_DELAY_MS = 86_400_000;
/** Delays of at least this, in milliseconds, are recorded. */
const LONG_DELAY_MS = 5000;
const PUT_OFF = "it is tried again later";
const NO_DELAYS: readonly Delay[] = [];
const NO_RECORDS: readonly NodeRecord[] = [];

/** The recorded delays of invocations that are tried again, in the own time of a consumer. @param nowMs the present there */
export function delaysIn(progress: readonly NodeRecord[], clock: Clock, nowMs: number): readonly Delay[] {
  if (progress.length === 0) return NO_DELAYS;
  const wallMs = clock.wallMs();
  return progress.filter(({ state, endedAtMs }) => state === "cancelled" && endedAtMs !== undefined)
    .map(({ node, item, attempts: failures, endedAtMs }) => {
      const leftMs = Math.min(Math.max(0, endedAtMs! - wallMs), LONGEST_DELAY_MS);
      return { node, ...item !== undefined && { item }, failures, untilMs: nowMs + leftMs };
    });
}

/** Makes the records of delays, so that whoever goes on with an instance tries no sooner and no more often. */
export class Delays {
  readonly #scheduler: Scheduler;
  readonly #clock: Clock;
  /** The delays of instances that leave; bounded by what is held, as each is forgotten with its instance. */
  readonly #leaving = new Map<HeldInstance, readonly NodeRecord[]>();

  constructor(scheduler: Scheduler, clock: Clock) {
    this.#scheduler = scheduler;
    this.#clock = clock;
  }

  /**
   * Makes the record of why an invocation waits for another attempt, if that may take long: users read it from the queue.
   *
   * @param untilMs when it is tried again, in the consumer's own time
   * @returns undefined, if that is not worth a record
   */
  recordOf(task: Invocation, held: HeldInstance, outcome: Outcome, untilMs: number): NodeRecord | undefined {
    const nowMs = this.#clock.nowMs();
    const isHeldBack = outcome.kind === "failed" && this.#scheduler.isRetryHeldBack(task);
    const isRefused = outcome.kind === "throttled" && isNotable(task.throttles);
    const isLong = untilMs - nowMs >= LONG_DELAY_MS;
    if (outcome.kind === "ok" || !(isLong || isHeldBack || isRefused)) return undefined;
    if (outcome.kind === "failed" && isStartKept(task, held)) return undefined; // its start is what must be known
    const until = isHeldBack
      ? "it waits for the retry budget of its function"
      : `${isRefused && !isLong ? `refused ${task.throttles} times in a row, ` : ""}it is tried again after ${
        formatDuration(Math.round(untilMs - nowMs))
      }`;
    return delayOf(task, `${outcome.reason}; ${until}`, this.#clock.wallMs() + untilMs - nowMs);
  }

  /** Keeps the delays of an instance that leaves, before the scheduler forgets them: they are written when it is released. */
  keep(held: HeldInstance): void {
    const delays = this.#scheduler.delaysOf(held.id);
    if (delays.length === 0) return;
    const aheadMs = wallAheadMs(this.#clock);
    const kept = delays.filter(({ task }) => task.nodeIndex !== held.instance.chain.onFailed); // its start must be known
    this.#leaving.set(held, kept.map(({ task, untilMs }) => delayOf(task, PUT_OFF, untilMs + aheadMs)));
  }

  /** The records that were kept of an instance that leaves. */
  kept(held: HeldInstance): readonly NodeRecord[] {
    return this.#leaving.get(held) ?? NO_RECORDS;
  }

  /** An instance is held no more. */
  forget(held: HeldInstance): void {
    this.#leaving.delete(held);
  }
}

/**
 * The record of an invocation that is tried again.
 *
 * @param atMs when, in milliseconds since 1970
 */
function delayOf(task: Invocation, reason: string, atMs: number): NodeRecord {
  return { ...startOf(task, "cancelled", reason), endedAtMs: atMs };
}

/** Refusals in a row that are recorded: 16 take about a minute where no limit holds back; then twice as many each time. */
function isNotable(refusals: number): boolean {
  return refusals >= 16 && Number.isInteger(Math.log2(refusals));
}
