import type { Clock, Outcome } from "../model/mod.ts";
import { type Invocation, mayStartAhead, type Scheduler, type Verdict } from "../scheduler/mod.ts";
import type { ExecutionSteps } from "./execution_steps.ts";
import type { Delays } from "./delays.ts";
import { type Departures, LEAVES } from "./departures.ts";
import type { HeldInstance } from "./held_instance.ts";
import type { Holdings } from "./holdings.ts";
import { failure } from "./outcomes.ts";
import type { ProgressWriter } from "./progress_writer.ts";
import type { RefusedFunctions } from "./refused_functions.ts";
import { callOf, isFinal, isStartKept, startOf } from "./starts.ts";

export interface SettlingParts {
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  readonly holdings: Holdings;
  readonly progress: ProgressWriter;
  readonly delays: Delays;
  readonly departures: Departures;
  readonly refused: RefusedFunctions;
}

/** Settles attempts that have ended: their outputs are durable before the scheduler starts their successors. */
export class Settling {
  readonly #parts: SettlingParts;
  readonly #course: ExecutionSteps;
  /** Invocations whose places others have taken while their outputs become durable: at most half of what is in flight. */
  #ahead = 0;

  constructor(parts: SettlingParts, course: ExecutionSteps) {
    this.#parts = parts;
    this.#course = course;
  }

  /** Judges an outcome: in an instance that leaves, an attempt that its next consumer will make again has not failed here. */
  judge(task: Invocation, held: HeldInstance, outcome: Outcome): Verdict {
    if (!held.leaving || outcome.kind === "ok") return this.#parts.scheduler.judge(task, outcome);
    if (outcome.kind === "throttled" || outcome.kind === "unserved") return outcome.kind;
    return task.spec.atMostOnce ? "failed" : "retry";
  }

  /**
   * Settles an attempt.
   *
   * @param runMs from its start to its answer
   * @param ownMs the run time without its wait at the provider, if that is known
   * @returns undefined, if nothing had to be written before the next may start
   */
  settle(
    task: Invocation,
    held: HeldInstance,
    outcome: Outcome,
    runMs: number,
    ownMs = runMs,
  ): Promise<void> | undefined {
    const { clock, holdings, progress } = this.#parts;
    const verdict = this.judge(task, held, outcome);
    let written: Promise<void> | undefined;
    if (isFinal(verdict)) {
      held.settled(callOf(task), verdict, task.attempts, outcome, runMs, clock.wallMs(), ownMs);
      holdings.weigh(held);
      if (held.open > 0 || held.leaving) written = this.#makeDurable(task, held, outcome, runMs); // else with the end
    } else if (isStartKept(task, held)) {
      // What was refused has not run: it may be called again after a crash, and nothing has been undone.
      if (outcome.kind === "throttled") written = progress.write(held, startOf(task, "cancelled"));
      else held.mayBeUndone = true;
    }
    if (written !== undefined) return written.then(() => this.#goOn(task, held, outcome, runMs));
    this.#goOn(task, held, outcome, runMs);
  }

  /** Settles an attempt that ended before its call, as its instance leaves. */
  takenBack(task: Invocation, held: HeldInstance): void {
    const { scheduler, clock } = this.#parts;
    this.#course.follow(held, scheduler.settle(task, failure(LEAVES), clock.nowMs()));
    held.root.place?.ends();
    this.#course.changed();
  }

  /** Lets the scheduler know how an attempt has ended, and starts what may start then. */
  #goOn(task: Invocation, held: HeldInstance, outcome: Outcome, runMs: number): void {
    const { scheduler, clock, refused, departures } = this.#parts;
    const nowMs = clock.nowMs(), settlement = scheduler.settle(task, outcome, nowMs, runMs);
    const { retryAtMs } = settlement;
    refused.ended(task.function, outcome, nowMs, retryAtMs);
    if (retryAtMs !== undefined) this.#noteDelay(task, held, outcome, retryAtMs);
    this.#course.follow(held, settlement);
    held.root.place?.ends();
    departures.giveBackExcess();
    this.#course.changed();
  }

  #noteDelay(task: Invocation, held: HeldInstance, outcome: Outcome, untilMs: number): void {
    const { delays, progress } = this.#parts;
    const delay = delays.recordOf(task, held, outcome, untilMs);
    if (delay !== undefined) this.#course.track(progress.write(held, delay));
  }

  /**
   * Writes an output before a successor starts. Meanwhile others start in the place of its invocation, if many are in flight: waiting
   * for the disk takes as long as a short call.
   */
  async #makeDurable(
    task: Invocation,
    held: HeldInstance,
    outcome: Outcome,
    runMs: number,
  ): Promise<void> {
    const { scheduler, clock, progress } = this.#parts;
    if (outcome.kind !== "ok" || !mayStartAhead(scheduler.running, this.#ahead)) {
      return await progress.write(held);
    }
    scheduler.answered(task, outcome, clock.nowMs(), runMs);
    this.#course.changed();
    this.#ahead++;
    try {
      await progress.write(held);
    } finally {
      this.#ahead--;
    }
  }
}
