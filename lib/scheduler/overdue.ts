import type { Backlog } from "./backlog.ts";
import type { Settlement } from "./contract.ts";
import { expiriesOf, type Expiry } from "./expiry.ts";
import type { Consequences, Flow } from "./flow.ts";
import type { InstanceRun, Invocation } from "./invocation.ts";
import { TimeHeap } from "./time_heap.ts";

/** Ends instances that are too late: at the limits of their time, or, where that is shed, before they start in vain. */
export class Overdue {
  readonly #shed: boolean;
  readonly #flow: Flow;
  readonly #expiries = new TimeHeap<Expiry>((expiry) => expiry.dropsOut());
  #news: Settlement[] = [];

  /** @param shed whether instances do not start that are not expected to end by their deadlines */
  constructor(shed: boolean, flow: Flow) {
    this.#shed = shed;
    this.#flow = flow;
  }

  /** Watches the limits of an instance's time from now on. */
  watch(run: InstanceRun): void {
    for (const expiry of expiriesOf(run)) this.#expiries.add(expiry, expiry.atMs);
  }

  /** A chain without a run of any node has not started after all: its limit of time until then is in force again. */
  watchStart(run: InstanceRun): void {
    if (!run.lostTtl) return;
    run.lostTtl = false;
    for (const expiry of expiriesOf(run)) {
      if (expiry.untilStarted) this.#expiries.add(expiry, expiry.atMs);
    }
  }

  /** Ends instances that have come to a limit of their time. */
  expire(nowMs: number): void {
    for (let due = this.#expiries.take(nowMs); due !== undefined; due = this.#expiries.take(nowMs)) {
      this.#news.push(this.#flow.stop(due.run, due.ending, nowMs));
    }
  }

  /** When the next instance comes to a limit of its time; Infinity: none does. */
  get nextMs(): number {
    return this.#expiries.nextMs ?? Infinity;
  }

  /** The time of instances has moved on. */
  retime(): void {
    this.#expiries.retime(({ atMs }) => atMs);
  }

  /** Whether an instance is not to start, as it is not expected to end by its deadline. */
  isTooLate(run: InstanceRun, nowMs: number): boolean {
    return this.#shed && !run.started && run.deadlineMs < nowMs + run.plan.criticalMs();
  }

  /** Ends an instance that is too late where somebody waits for the answer. */
  refuse(run: InstanceRun, nowMs: number): Consequences {
    const [neededMs, leftMs] = [run.plan.criticalMs(), run.deadlineMs - nowMs].map(Math.ceil);
    const reason = `shed: it was expected to take ${neededMs} ms, with ${leftMs} ms to its deadline`;
    return this.#flow.stop(run, { outcome: "cancelled", reason, shed: true }, nowMs);
  }

  /** The first of a backlog that is in time; the instances of those before it end, as news. */
  first(backlog: Backlog, nowMs: number): Invocation | undefined {
    let task = backlog.peek();
    while (task !== undefined && this.isTooLate(task.run, nowMs)) {
      this.#news.push(this.refuse(task.run, nowMs));
      task = backlog.peek();
    }
    return task;
  }

  /** Instances that have ended since this was asked last, but for refused ones. */
  takeNews(): readonly Settlement[] {
    if (this.#news.length === 0) return NO_NEWS;
    const news = this.#news;
    this.#news = [];
    return news;
  }
}

const NO_NEWS: readonly Settlement[] = [];
