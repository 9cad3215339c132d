import { type Counter, COUNTERS, type Numbers, numbersBy } from "./columns.ts";
import { TimeHistogram } from "./histogram.ts";
import { SlidingHistogram } from "./sliding.ts";
import { Snapshots } from "./snapshots.ts";

const MINUTE_MS = 60_000;
/** Rates are measured over this time, in milliseconds. */
const RATE_MS = 5000;
/** Slots of the last minute of one name. */
const SLOTS = 6;

/** The counters whose latest past is asked for, too. */
const TOLD = ["started", "throttled", "failed", "busyMs", "instancesCompleted", "instancesFailed"] as const;

/** All that is counted of one name: a chain, a function, or a value of a label. */
export class Counts {
  readonly #counters = numbersBy(COUNTERS, () => 0);
  /** Queueing times since it began. */
  readonly queueing = new TimeHistogram();
  /** Those of the last minute. */
  readonly minute = new SlidingHistogram(MINUTE_MS, SLOTS);
  readonly #past: Snapshots<typeof TOLD[number]>;
  #ready = 0;
  #running = 0;
  /** Until when the time in flight is counted. */
  #atMs: number;

  constructor(nowMs: number) {
    this.#atMs = nowMs;
    this.#past = new Snapshots(TOLD, nowMs);
  }

  /** Nothing waits or is in flight any more. */
  restart(nowMs: number): void {
    this.change(-this.#ready, -this.#running, nowMs);
  }

  /** More or fewer wait, or are in flight. */
  change(ready: number, running: number, nowMs: number): void {
    this.#ready += ready;
    if (running === 0) return;
    this.#pass(nowMs);
    this.#running += running;
  }

  /** Counts something that has happened. */
  count(counter: Counter): void {
    this.#counters[counter]++;
  }

  /** Counts the queueing time of an invocation. @param place that of its bucket */
  queued(ms: number, place: number, nowMs: number): void {
    this.#counters.queuedMs += ms;
    this.queueing.add(ms, place);
    this.minute.add(ms, nowMs, place);
  }

  /** Attempts that have started within the last minute, as far as it has been looked at. */
  get lately(): number {
    return this.#counters.started - this.#past.at(this.#past.latestMs - MINUTE_MS).started;
  }

  /** The numbers now. To be asked for about once a second, as rates are measured from one time to another. */
  numbers(nowMs: number): Numbers {
    this.#pass(nowMs);
    this.#past.add(this.#counters, nowMs);
    const before = this.#past.at(nowMs - RATE_MS), overS = Math.max(1, (nowMs - before.atMs) / 1000);
    const minuteAgo = this.#past.at(nowMs - MINUTE_MS);
    const perS = (counter: typeof TOLD[number]) => (this.#counters[counter] - before[counter]) / overS;
    return {
      ...{ ready: this.#ready, running: this.#running, ...this.#counters },
      minuteBusyMs: this.#counters.busyMs - minuteAgo.busyMs,
      startedPerS: perS("started"),
      throttledPerS: perS("throttled"),
      failedPerS: perS("failed"),
      completedPerS: perS("instancesCompleted"),
      instancesFailedPerS: perS("instancesFailed"),
    };
  }

  #pass(nowMs: number): void {
    if (nowMs <= this.#atMs) return;
    this.#counters.busyMs += this.#running * (nowMs - this.#atMs);
    this.#atMs = nowMs;
  }
}
