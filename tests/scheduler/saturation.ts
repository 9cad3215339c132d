/** A scheduler under more load than a platform takes, in virtual time. */
import { type Distribution, type Outcome, type Random, sampleMs, seededRandom } from "../../lib/model/mod.ts";
import type { Admission, QueuedStart } from "../../lib/provider/mod.ts";
import type { Invocation, Scheduler } from "../../lib/scheduler/mod.ts";
import { instanceOf, OK, single, THROTTLED } from "./builders.ts";

/** The part that decides which calls run: a {@linkcode Provider}, or a model of the test's own. */
export interface Admitting {
  readonly running: number;
  start(functionName: string, nowMs: number): Admission;
  end(functionName: string, nowMs: number): void;
  /** Of one that lets calls wait: the next that starts, and when another does with no event. */
  take?(nowMs: number): QueuedStart | undefined;
  wakeAtMs?(): number | undefined;
}

/** The load, and the platform that gets it. */
export interface Saturation {
  readonly scheduler: Scheduler;
  readonly provider: Admitting;
  /** The run times of the functions, in turn. */
  readonly times: readonly Distribution[];
  /** The time that a request, and its answer, are on their way. */
  readonly travel: Distribution;
  readonly seed: number;
}

/** The counts from one instant to another. */
export interface Observation {
  /** Attempts in flight, on average over the time. */
  readonly inFlight: number;
  /** Calls that ran on the platform, on average over the time. */
  readonly running: number;
  readonly attempts: number;
  readonly throttled: number;
  readonly completed: number;
}

interface Event {
  readonly atMs: number;
  readonly sequence: number;
  readonly run: () => void;
}

/** Events by time, those of one instant in the order in which they were added; a binary heap. */
class EventHeap {
  readonly #heap: Event[] = [];

  get first(): Event | undefined {
    return this.#heap[0];
  }

  push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    for (let up = (at - 1) >> 1; at > 0 && later(heap[up]!, event); up = (at - 1) >> 1) {
      heap[at] = heap[up]!;
      at = up;
    }
    heap[at] = event;
  }

  pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (let child = 1; child < heap.length; child = at * 2 + 1) {
      if (child + 1 < heap.length && later(heap[child]!, heap[child + 1]!)) child++;
      if (!later(last, heap[child]!)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

function later(a: Event, b: Event): boolean {
  return a.atMs === b.atMs ? a.sequence > b.sequence : a.atMs > b.atMs;
}

const QUEUED = 200;

function indexOf({ function: name }: Invocation): number {
  return Number(name.slice(1));
}

/** Keeps a scheduler supplied with work, and time going. */
export class SaturatedLoad {
  readonly #of: Saturation;
  readonly #random: Random;
  readonly #chains;
  /** Invocations of each function that wait here. */
  readonly #queued: number[];
  #nowMs = 0;
  #sequence = 0;
  readonly #events = new EventHeap();
  #submitted = 0;
  #wakeAtMs = Infinity;
  #runningMs = 0;
  #inFlightMs = 0;
  #attempts = 0;
  #throttled = 0;
  #completed = 0;
  /** Calls that wait at the platform, by their tickets. */
  readonly #waiting = new Map<number, Invocation>();
  #takeAtMs: number | undefined;

  constructor(of: Saturation) {
    this.#of = of;
    this.#random = seededRandom(of.seed);
    this.#chains = of.times.map((_, i) => single(`f${i}`));
    this.#queued = of.times.map(() => 0);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Lets time pass. @returns what happened meanwhile */
  run(forMs: number): Observation {
    const endMs = this.#nowMs + forMs;
    const before = {
      inFlightMs: this.#inFlightMs,
      runningMs: this.#runningMs,
      attempts: this.#attempts,
      throttled: this.#throttled,
      completed: this.#completed,
    };
    this.#pump();
    for (
      let event = this.#events.first;
      event !== undefined && event.atMs <= endMs;
      event = this.#events.first
    ) {
      this.#events.pop();
      this.#pass(event.atMs);
      event.run();
    }
    this.#pass(endMs);
    return {
      inFlight: (this.#inFlightMs - before.inFlightMs) / forMs,
      running: (this.#runningMs - before.runningMs) / forMs,
      attempts: this.#attempts - before.attempts,
      throttled: this.#throttled - before.throttled,
      completed: this.#completed - before.completed,
    };
  }

  #pass(untilMs: number): void {
    this.#inFlightMs += this.#of.scheduler.stats().running * (untilMs - this.#nowMs);
    this.#runningMs += this.#of.provider.running * (untilMs - this.#nowMs);
    this.#nowMs = untilMs;
  }

  #at(atMs: number, run: () => void): void {
    this.#events.push({ atMs, sequence: this.#sequence++, run });
  }

  #pump(): void {
    const { scheduler } = this.#of;
    do {
      this.#fillUp();
    } while (this.#startSome());
    const wakeAtMs = scheduler.wakeAtMs() ?? Infinity;
    if (wakeAtMs <= this.#nowMs) {
      throw new Error(`It is to be woken at ${wakeAtMs}, and it is ${this.#nowMs}`);
    }
    if (wakeAtMs === this.#wakeAtMs) return;
    this.#wakeAtMs = wakeAtMs;
    if (wakeAtMs < Infinity) this.#at(wakeAtMs, () => wakeAtMs === this.#wakeAtMs && this.#pump());
  }

  /** Submits in turn what there is less of than a part for each function: what is held back keeps no others from coming. */
  #fillUp(): void {
    const part = QUEUED / this.#chains.length;
    while (this.#queued.some((queued) => queued < part)) {
      this.#chains.forEach((chain, i) => {
        if (this.#queued[i]! >= part) return;
        this.#queued[i]!++;
        this.#of.scheduler.submit(instanceOf(chain, `${this.#submitted++}`), this.#nowMs);
      });
    }
  }

  /** Starts what may start of what is queued. @returns whether there may be more */
  #startSome(): boolean {
    for (let left = QUEUED / 2; left > 0; left--) {
      const task = this.#of.scheduler.next(this.#nowMs);
      if (task === undefined) return false;
      this.#attempt(task);
    }
    return true;
  }

  #attempt(task: Invocation): void {
    const { provider, travel } = this.#of;
    this.#attempts++;
    this.#queued[indexOf(task)]!--;
    this.#later(travel, () => {
      const admission = provider.start(task.function, this.#nowMs);
      if (admission.kind === "refused") {
        this.#throttled++;
        const { retryAfterMs } = admission;
        this.#later(travel, () => this.#settle(task, { ...THROTTLED, retryAfterMs }));
        return;
      }
      if (admission.kind === "started") return this.#run(task, admission.delayMs);
      this.#waiting.set(admission.ticket, task);
      this.#planTake();
    });
  }

  /** A call runs at the platform. */
  #run(task: Invocation, delayMs: number): void {
    const { provider, travel, times } = this.#of;
    const ms = delayMs + sampleMs(times[indexOf(task)]!, this.#random);
    this.#at(this.#nowMs + ms, () => {
      provider.end(task.function, this.#nowMs);
      this.#completed++;
      this.#take();
      this.#later(travel, () => this.#settle(task, OK));
    });
  }

  /** Calls that waited at the platform run. */
  #take(): void {
    const { provider } = this.#of;
    for (let next = provider.take?.(this.#nowMs); next !== undefined; next = provider.take?.(this.#nowMs)) {
      const task = this.#waiting.get(next.ticket)!;
      this.#waiting.delete(next.ticket);
      this.#run(task, next.delayMs);
    }
    this.#planTake();
  }

  #planTake(): void {
    const wakeAtMs = this.#of.provider.wakeAtMs?.();
    if (wakeAtMs === undefined || wakeAtMs === this.#takeAtMs) return;
    this.#takeAtMs = wakeAtMs;
    this.#at(wakeAtMs, () => {
      if (this.#takeAtMs === wakeAtMs) this.#takeAtMs = undefined;
      this.#take();
    });
  }

  #later(travel: Distribution, run: () => void): void {
    this.#at(this.#nowMs + sampleMs(travel, this.#random), run);
  }

  #settle(task: Invocation, outcome: Outcome): void {
    if (outcome.kind === "throttled") this.#queued[indexOf(task)]!++;
    this.#of.scheduler.settle(task, outcome, this.#nowMs);
    this.#pump();
  }
}
