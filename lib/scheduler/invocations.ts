import type { Outcome } from "../model/mod.ts";
import type { Obstacle } from "./contract.ts";
import { type InstanceRun, Invocation } from "./invocation.ts";
import type { Regime } from "./regime.ts";
import type { Retries } from "./retries.ts";

/**
 * The invocations that the scheduler holds, from being ready to being settled. Each is in one of these states, its
 * {@linkcode Invocation.phase}:
 *
 * | state    | what it waits for                        | what comes next, and why                                    |
 * | -------- | ---------------------------------------- | ----------------------------------------------------------- |
 * | queued   | its turn and room, in the backlog        | running: it starts                                          |
 * | running  | the end of its attempt                   | answered: it went well, but its output is not durable yet; queued: it was refused, or nobody served it; delayed: it failed, and is tried again; settled: it ended in any other way |
 * | answered | its output becoming durable; has no slot | settled                                                     |
 * | delayed  | the end of its delay, and a retry budget | queued                                                      |
 * | settled  | nothing: its instance has it no more     | none                                                        |
 *
 * A queued or delayed invocation is settled at once when its instance is to end; a running or answered one ends first.
 */
export class Invocations {
  readonly #regime: Regime;
  readonly #retries: Retries;

  /**
   * @param regime orders what is queued, and counts what is running
   * @param retries keeps what is delayed
   */
  constructor(regime: Regime, retries: Retries) {
    this.#regime = regime;
    this.#retries = retries;
  }

  /** A node is ready, or an item of its map: queued, or delayed if it failed under another scheduler. */
  ready(run: InstanceRun, node: number, item: number | undefined, nowMs: number): void {
    const task = new Invocation(run, node, item, nowMs);
    run.add(task);
    const delay = run.takeDelay(node, item);
    if (delay === undefined || delay.failures === 0) return this.queue(task);
    task.attempts = task.failures = delay.failures;
    this.#retries.putOff(task, Math.max(delay.untilMs, nowMs));
  }

  /** Anything → queued. */
  queue(task: Invocation): void {
    task.phase = "queued";
    this.#regime.backlog.add(task);
  }

  /** Queued → running. */
  start(task: Invocation, nowMs: number): void {
    const { run } = task;
    this.#regime.start(task, nowMs);
    task.phase = "running";
    task.attempts++;
    run.running++;
    if (run.isSingle) run.starts();
    else if (!run.started) this.chainStarts(run);
  }

  /** The first start of a chain may change the ranks of its other invocations that wait. */
  chainStarts(run: InstanceRun): void {
    run.starts();
    this.#requeueAll(run);
  }

  /** Running → answered: gives its slot back. */
  answered(task: Invocation, outcome: Outcome, nowMs: number, runMs: number | undefined): void {
    checkPhase(task, task.phase === "running", "take the answer of");
    this.#regime.release(task, outcome, nowMs, runMs);
    task.phase = "answered";
  }

  /** Running or answered → none of these: gives its slot back if it still has it. */
  ended(task: Invocation, outcome: Outcome, nowMs: number, runMs: number | undefined): void {
    const { phase } = task;
    checkPhase(task, phase === "running" || phase === "answered", "settle");
    if (phase === "running") this.#regime.release(task, outcome, nowMs, runMs);
    task.run.running--;
  }

  /** An ended attempt was refused: → queued. @returns until when nothing starts there, if it cannot start elsewhere */
  refused(task: Invocation, nowMs: number): number | undefined {
    task.throttles++;
    this.queue(task);
    return this.#regime.closedUntilMs(task, nowMs);
  }

  /** An ended attempt was not made, as nobody serves its function: → queued. @returns whether its chain has not started after all */
  putBack(task: Invocation, reason: string, nowMs: number): boolean {
    const { run } = task;
    task.attempts--;
    const isUnbegun = !run.hasBegun;
    if (isUnbegun) {
      run.takeStartBack();
      this.#requeueAll(run);
    }
    task.phase = "queued";
    this.#regime.putBack(task, reason, nowMs);
    return isUnbegun;
  }

  /** An ended attempt failed and is to be tried again: → delayed. @returns until when */
  putOff(task: Invocation, outcome: Outcome, nowMs: number): number {
    task.throttles = 0;
    return this.#retries.afterFailure(task, outcome, nowMs);
  }

  /** An ended attempt was the last: → settled. */
  settle(task: Invocation): void {
    task.phase = "settled";
    task.run.remove(task);
  }

  /** Queued or delayed → settled, for all of an instance that is to end. */
  clear(run: InstanceRun): void {
    for (const task of run.invocations()) {
      if (task.phase === "queued" || task.phase === "delayed") this.#leave(task);
    }
  }

  #leave(task: Invocation): void {
    const { phase } = task;
    this.settle(task);
    if (phase === "queued") this.#regime.backlog.drop(task);
    else this.#retries.leave(task);
  }

  /** Their successors come first, so that their group is never without work and keeps its turn. */
  #requeueAll(run: InstanceRun): void {
    for (const task of run.invocations()) {
      if (task.phase !== "queued") continue;
      this.ready(run, task.nodeIndex, task.item, task.readyAtMs);
      this.#leave(task);
    }
  }

  /** The obstacle that keeps an instance from going on, as {@linkcode Scheduler.obstacleOf} answers. */
  obstacleOf(run: InstanceRun): Obstacle | "free" | "idle" {
    if (run.running > 0) return "free";
    let first: Obstacle | undefined;
    for (let task = run.first; task !== undefined; task = task.nextOfRun) {
      const obstacle = task.phase === "queued" ? this.#regime.backlog.obstacleOf(task) : retriesOf(task);
      if (obstacle === undefined) return "free";
      first ??= obstacle;
    }
    if (first === undefined) return "idle";
    const { name, label } = first, reach = run.isLikeOthers ? first.reach : "instance";
    return label === undefined ? { name, reach } : { name, reach, label };
  }
}

/** @throws {TypeError} unless an invocation is in the right state for what is to be done with it */
function checkPhase(task: Invocation, isRight: boolean, action: string): void {
  if (isRight) return;
  const { node, instance, phase } = task;
  throw new TypeError(`Cannot ${action} ${node} of instance ${instance}: it is ${phase}`);
}

/** The obstacle of an invocation that waits to be tried again. */
function retriesOf({ function: name }: Invocation): Obstacle {
  return { name: `retries of ${name}`, reach: "instance" };
}
