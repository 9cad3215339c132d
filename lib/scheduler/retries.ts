import type { Outcome, Random } from "../model/mod.ts";
import { failureDelayMs } from "./backoff.ts";
import type { Invocation } from "./invocation.ts";
import { RetryBudget } from "./retry_budget.ts";
import { TimeHeap } from "./time_heap.ts";

/** A delay must end after now, or its wake-up would be asked for again and again. */
const LEAST_DELAY_MS = 1;
/** Budgets are kept for at most this many functions; those whose failures wait are kept beyond that. */
const FUNCTIONS_KEPT = 10_000;

/** What has failed of one function and waits to be tried again. */
interface FailedCalls {
  readonly waiting: TimeHeap<Invocation>;
  /** Undefined: any number of retries. */
  readonly budget: RetryBudget | undefined;
  /** When the next of them may go, as the index has it. */
  turn: Turn | undefined;
}

/** An entry of the index over all functions: one of them is due. */
interface Turn {
  readonly of: FailedCalls;
  readonly atMs: number;
  /** Entries of one instant come in the order of their making. */
  readonly sequence: number;
}

interface Due {
  readonly task: Invocation;
  readonly atMs: number;
}

/**
 * What has failed and waits to be tried again, as far as the budget of its function goes. A function whose budget is used up
 * holds nobody else's retries.
 */
export class Retries {
  /** Failed attempts that were, or will be, followed by another. */
  failed = 0;
  /** How many invocations wait here. */
  waiting = 0;
  readonly #random: Random;
  readonly #share: number;
  readonly #failed = new Map<string, FailedCalls>();
  /** When each of those that wait here may go, budget aside. */
  readonly #untilMs = new WeakMap<Invocation, number>();
  readonly #turns = new TimeHeap<Turn>((turn) => turn.of.turn !== turn);
  #sequence = 0;

  /**
   * @param share the most of a function's attempts that are retries after failures; 1: any number
   * @throws {RangeError} if it is not from 0 to 1
   */
  constructor(random: Random, share: number) {
    this.#random = random;
    this.#share = share;
    this.#newBudget();
  }

  #newBudget(): RetryBudget | undefined {
    return this.#share === 1 ? undefined : new RetryBudget(this.#share);
  }

  /** An invocation is started. */
  started(task: Invocation): void {
    if (task.attempts !== 1 || this.#share === 1) return;
    const failed = this.#failedOf(task);
    failed.budget?.earn();
    if (failed.turn !== undefined) this.#plan(failed);
  }

  /** An invocation has gone well. */
  succeeded(task: Invocation): void {
    if (task.failures === 0) return;
    const failed = this.#failedOf(task);
    failed.budget?.reward();
    this.#plan(failed);
  }

  #failedOf({ function: name }: Invocation): FailedCalls {
    let failed = this.#failed.get(name);
    if (failed === undefined) {
      if (this.#failed.size >= FUNCTIONS_KEPT) this.#forgetIdle();
      failed = { waiting: new TimeHeap(hasLeft), budget: this.#newBudget(), turn: undefined };
      this.#failed.set(name, failed);
    }
    return failed;
  }

  #forgetIdle(): void {
    for (const [name, { waiting }] of this.#failed) {
      if (waiting.nextMs === undefined) this.#failed.delete(name);
    }
  }

  /** An attempt that was started was not made. */
  takenBack(task: Invocation): void {
    if (task.attempts !== 1 || this.#share === 1) return;
    const failed = this.#failedOf(task);
    failed.budget?.giveBack();
    this.#plan(failed);
  }

  /** Puts off what has failed. @returns when it may be tried again, as far as the budget goes */
  afterFailure(task: Invocation, outcome: Outcome, nowMs: number): number {
    this.failed++;
    const delayMs = failureDelayMs(task.spec.retry, ++task.failures, this.#random);
    const failed = this.#failedOf(task);
    const untilMs = this.#putOff(failed.waiting, task, delayMs, outcome, nowMs);
    this.#plan(failed);
    return untilMs;
  }

  #putOff(
    heap: TimeHeap<Invocation>,
    task: Invocation,
    delayMs: number,
    outcome: Outcome,
    nowMs: number,
  ): number {
    const askedMs = "retryAfterMs" in outcome ? outcome.retryAfterMs ?? 0 : 0;
    const untilMs = nowMs + Math.max(delayMs, askedMs, LEAST_DELAY_MS);
    this.#add(heap, task, untilMs);
    return untilMs;
  }

  #add(heap: TimeHeap<Invocation>, task: Invocation, untilMs: number): void {
    task.phase = "delayed";
    this.waiting++;
    this.#untilMs.set(task, untilMs);
    heap.add(task, untilMs);
  }

  /** Goes on with the delay after a failure that began elsewhere. */
  goOn(task: Invocation, untilMs: number): void {
    const failed = this.#failedOf(task);
    this.#add(failed.waiting, task, untilMs);
    this.#plan(failed);
  }

  /** When an invocation that waits here may go, budget aside. */
  untilMs(task: Invocation): number {
    return this.#untilMs.get(task)!;
  }

  /** Whether the budget of an invocation's function is used up. */
  isHeldBack(task: Invocation): boolean {
    return (this.#failed.get(task.function)?.budget?.opensAtMs() ?? -Infinity) > -Infinity;
  }

  /** Takes out all that is to be tried again now, the longest due first. */
  take(nowMs: number): readonly Invocation[] {
    if (this.waiting === 0) return NONE;
    const tasks: Invocation[] = [];
    const due: Due[] = [];
    for (let turn = this.#turns.take(nowMs); turn; turn = this.#turns.take(nowMs)) {
      turn.of.turn = undefined;
      due.push(...takeDue(turn.of, nowMs));
      this.#plan(turn.of);
    }
    due.sort((a, b) => a.atMs - b.atMs || a.task.sequence - b.task.sequence);
    for (const { task } of due) tasks.push(task);
    this.waiting -= tasks.length;
    return tasks;
  }

  /** Enters a function in the index, at the instant at which the next of what has failed of it may go. */
  #plan(failed: FailedCalls): void {
    const dueMs = failed.waiting.nextMs;
    const atMs = dueMs === undefined ? undefined : Math.max(dueMs, failed.budget?.opensAtMs() ?? -Infinity);
    if (atMs === failed.turn?.atMs) return;
    failed.turn = atMs === undefined ? undefined : { of: failed, atMs, sequence: this.#sequence++ };
    if (failed.turn !== undefined) this.#turns.add(failed.turn, failed.turn.atMs);
  }

  /** When `take` may answer next; Infinity if nothing waits. */
  get nextMs(): number {
    return this.#nextTurnMs();
  }

  /** What waited first may have been cancelled: then its function is entered again. */
  #nextTurnMs(): number {
    for (;;) {
      const turn = this.#turns.first;
      if (turn === undefined) return Infinity;
      this.#plan(turn.of);
      if (turn.of.turn === turn) return turn.atMs;
    }
  }
}

/** Takes out what is due of a function, as far as its budget goes. */
function takeDue({ waiting, budget }: FailedCalls, nowMs: number): Due[] {
  const due: Due[] = [];
  for (let atMs = waiting.nextMs; atMs !== undefined && atMs <= nowMs; atMs = waiting.nextMs) {
    if (budget !== undefined && !budget.take(nowMs)) break;
    due.push({ atMs, task: waiting.take(nowMs)! });
  }
  return due;
}

function hasLeft({ phase }: Invocation): boolean {
  return phase !== "delayed";
}

const NONE: readonly Invocation[] = [];
