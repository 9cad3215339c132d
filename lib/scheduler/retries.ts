import { failureDelayMs, type Outcome, type Random } from "../model/mod.ts";
import { DueRetries } from "./due_retries.ts";
import type { FunctionLoad } from "./function_load.ts";
import type { Invocation } from "./invocation.ts";
import { RetryBudget } from "./retry_budget.ts";
import { TimeHeap } from "./time_heap.ts";

/** A delay must end after now, or its wake-up would be asked for again and again. */
const LEAST_DELAY_MS = 1;
/** Budgets are kept for at most this many functions; those whose failures wait are kept beyond that. */
const FUNCTIONS_KEPT = 10_000;

/** Retries of a function that wait, though their delays are over. */
export interface HeldRetries {
  /** Its name. */
  readonly function: string;
  /** The platform on which they failed, if several are attached. */
  readonly platform?: string;
  /** The number of retries that wait. */
  readonly waiting: number;
}

/** The failed calls of one function on one platform that wait to be tried again: made with the first, as most have none. */
interface FailedCalls {
  readonly function: string;
  readonly platform: string | undefined;
  /** For the ends of their delays, … */
  readonly waiting: TimeHeap<Invocation>;
  /** … and for the budget. */
  readonly due: DueRetries;
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

/** The most of all attempts that are retries, unless something else is said. */
const RETRY_BUDGET = 0.2;

/**
 * The failed invocations that wait to be tried again. Each function has a budget of retries on each platform, which the groups
 * of the policy share. A function whose budget is used up holds nobody else's retries.
 */
export class Retries {
  /** Failed attempts that were, or will be, followed by another. */
  failed = 0;
  /** Number of invocations that wait here. */
  waiting = 0;
  readonly #random: Random;
  readonly #share: number;
  readonly #load: { readonly limit: number };
  /** By function and platform. */
  readonly #budgets = new Map<string, RetryBudget>();
  readonly #failed = new Map<string, FailedCalls>();
  readonly #turns = new TimeHeap<Turn>((turn) => turn.of.turn !== turn);
  /** The budgets that functions remember are in force as long as this is the same object. */
  #found = {};
  #sequence = 0;
  /** When due retries were looked for last. */
  #lookedAtMs = -Infinity;

  /**
   * @param load tells how much may be in flight; Infinity: that is not known
   * @param share the most of a function's attempts that are retries after failures; 1: any number
   * @throws {RangeError} if the share is not from 0 to 1
   */
  constructor(random: Random, load: { readonly limit: number }, share: number = RETRY_BUDGET) {
    this.#random = random;
    this.#share = share;
    this.#load = load;
    if (share !== 1) new RetryBudget(share, load); // which refuses what is no share
  }

  /** An attempt that was let in has ended; to be called before {@linkcode afterFailure}. */
  ended(task: Invocation, isOk: boolean): void {
    if (this.#share === 1) return;
    const load = loadOf(task);
    if (isOk && load !== undefined && load.budgetOf !== this.#found) return void load.successes++;
    this.#budgetOf(task, load).ended(task.failures > 0, isOk);
    if (this.waiting === 0) return;
    const failed = this.#failed.get(keyOf(task));
    if (failed?.turn !== undefined) this.#plan(failed);
  }

  /**
   * The budget of an invocation's function, which the function's load remembers. It is made when an attempt fails: until then, which
   * is for ever with most functions, the load counts their successes, as each end of an attempt has that at hand.
   */
  #budgetOf(task: Invocation, load = loadOf(task)): RetryBudget {
    if (load === undefined) return this.#findBudget(keyOf(task));
    if (load.budgetOf !== this.#found) {
      load.budget = this.#findBudget(keyOf(task));
      load.budgetOf = this.#found;
      load.budget.succeeded(load.successes);
      load.successes = 0;
    }
    return load.budget!;
  }

  #findBudget(key: string): RetryBudget {
    let budget = this.#budgets.get(key);
    if (budget === undefined) {
      if (this.#budgets.size >= FUNCTIONS_KEPT) this.#forgetIdle();
      this.#budgets.set(key, budget = new RetryBudget(this.#share, this.#load));
    }
    return budget;
  }

  #failedOf(task: Invocation): FailedCalls {
    const key = keyOf(task);
    let failed = this.#failed.get(key);
    if (failed === undefined) {
      if (this.#failed.size >= FUNCTIONS_KEPT) this.#forgetIdle();
      const { function: name, platform } = task, waiting = new TimeHeap<Invocation>(hasLeft);
      const budget = this.#share === 1 ? undefined : this.#budgetOf(task);
      failed = { function: name, platform, waiting, due: new DueRetries(), budget, turn: undefined };
      this.#failed.set(key, failed);
    }
    return failed;
  }

  #forgetIdle(): void {
    for (const [key, { waiting, due }] of this.#failed) {
      if (waiting.nextMs === undefined && due.size === 0) this.#failed.delete(key);
    }
    for (const key of this.#budgets.keys()) if (!this.#failed.has(key)) this.#budgets.delete(key);
    this.#found = {};
  }

  /** Puts off what has failed. @returns when it may be tried again, as far as the budget goes */
  afterFailure(task: Invocation, outcome: Outcome, nowMs: number): number {
    this.failed++;
    task.failures++;
    const known = "delayMs" in outcome ? outcome.delayMs : undefined;
    const delayMs = known ?? failureDelayMs(task.spec.retry, task.failures, this.#random);
    const askedMs = "retryAfterMs" in outcome ? outcome.retryAfterMs ?? 0 : 0;
    const untilMs = nowMs + Math.max(delayMs, askedMs, LEAST_DELAY_MS);
    this.putOff(task, untilMs);
    return untilMs;
  }

  /** An invocation that has failed, here or elsewhere, waits for the end of its delay. */
  putOff(task: Invocation, untilMs: number): void {
    task.phase = "delayed";
    task.delayedUntilMs = untilMs;
    this.waiting++;
    const failed = this.#failedOf(task);
    failed.waiting.add(task, untilMs);
    this.#plan(failed);
  }

  /** Whether the budget of an invocation's function is used up. */
  isHeldBack(task: Invocation): boolean {
    return (this.#failed.get(keyOf(task))?.budget?.opensAtMs() ?? -Infinity) > -Infinity;
  }

  /** One that waits is not to be tried again. */
  leave(task: Invocation): void {
    this.waiting--;
    this.#failed.get(keyOf(task))?.due.drop(task);
  }

  /** Those whose delays are over, and whose budgets are used up. */
  held(): HeldRetries[] {
    const held: HeldRetries[] = [];
    for (const { function: name, platform, due: { size: waiting } } of this.#failed.values()) {
      if (waiting > 0) held.push({ function: name, ...platform !== undefined && { platform }, waiting });
    }
    return held;
  }

  /** Takes out all that is to be tried again now, the longest due first. */
  take(nowMs: number): readonly Invocation[] {
    if (this.waiting === 0) return NONE;
    const taken: Invocation[] = [];
    while (this.nextMs <= nowMs) { // as of now: budgets open earlier when the limit has grown
      const { of } = this.#turns.take(nowMs)!;
      of.turn = undefined;
      this.#takeDue(of, nowMs, taken);
      this.#plan(of);
    }
    taken.sort((a, b) => a.delayedUntilMs - b.delayedUntilMs || a.sequence - b.sequence);
    this.waiting -= taken.length;
    return taken;
  }

  /** Takes out what is due of a function, as far as its budget goes. */
  #takeDue({ waiting, due, budget }: FailedCalls, nowMs: number, taken: Invocation[]): void {
    for (let task = waiting.take(nowMs); task !== undefined; task = waiting.take(nowMs)) due.add(task);
    while (due.size > 0 && (budget === undefined || budget.take(nowMs))) taken.push(due.take()!);
    this.#lookedAtMs = nowMs;
  }

  /** Enters a function in the index, at the instant at which the next of its failed calls may go. */
  #plan(failed: FailedCalls): void {
    const dueMs = failed.due.size > 0 ? this.#lookedAtMs : failed.waiting.nextMs;
    const atMs = dueMs === undefined ? undefined : Math.max(dueMs, failed.budget?.opensAtMs() ?? -Infinity);
    if (atMs === failed.turn?.atMs) return;
    failed.turn = atMs === undefined ? undefined : { of: failed, atMs, sequence: this.#sequence++ };
    if (failed.turn !== undefined) this.#turns.add(failed.turn, failed.turn.atMs);
  }

  /** When `take` may answer next; Infinity if nothing waits. */
  get nextMs(): number {
    for (;;) {
      const turn = this.#turns.first;
      if (turn === undefined) return Infinity;
      this.#plan(turn.of); // what waited first may have been cancelled: then its function is entered again
      if (turn.of.turn === turn) return turn.atMs;
    }
  }
}

/** The load of a function that is on no platform by name. */
function loadOf({ planned, platform }: Invocation): FunctionLoad | undefined {
  return platform === undefined ? planned.load : undefined;
}

function keyOf({ function: name, platform }: Invocation): string {
  return platform === undefined ? name : `${name}\n${platform}`;
}

function hasLeft({ phase }: Invocation): boolean {
  return phase !== "delayed";
}

const NONE: readonly Invocation[] = [];
