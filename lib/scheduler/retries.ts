import type { Outcome, Random } from "../model/mod.ts";
import { failureDelayMs, throttleDelayMs } from "./backoff.ts";
import type { Invocation } from "./invocation.ts";
import { RetryBudget } from "./retry_budget.ts";
import { TimeHeap } from "./time_heap.ts";

/** A delay must end after now, or its wake-up would be asked for again and again. */
const LEAST_DELAY_MS = 1;

/** Asks for no delay. */
const OK: Outcome = { kind: "ok", output: null };

/** What waits to be tried again: after failures, as far as the budget goes, and after throttles. */
export class Retries {
  /** Failed attempts that were, or will be, followed by another. */
  failed = 0;
  /** Throttles since the start. */
  throttled = 0;
  /** How many invocations wait here. */
  waiting = 0;
  readonly #random: Random;
  readonly #budget: RetryBudget | undefined;
  readonly #failed = new TimeHeap(hasLeft);
  readonly #throttled = new TimeHeap(hasLeft);

  /** @param share the most of all attempts that are retries after failures; 1: any number */
  constructor(random: Random, share: number) {
    this.#random = random;
    if (share !== 1) this.#budget = new RetryBudget(share);
  }

  /** An invocation is started. */
  started(task: Invocation): void {
    if (task.attempts === 1) this.#budget?.earn();
  }

  /** Puts off what has failed. @returns when it may be tried again, as far as the budget goes */
  afterFailure(task: Invocation, outcome: Outcome, nowMs: number): number {
    this.failed++;
    task.throttles = 0;
    const delayMs = failureDelayMs(task.spec.retry, ++task.failures, this.#random);
    return this.#putOff(this.#failed, task, delayMs, outcome, nowMs);
  }

  /**
   * Puts off what was refused for capacity.
   *
   * @param heldBack whether a limit sees to it that less is started now
   * @param elsewhere whether another platform takes it at once
   * @returns when it is tried again
   */
  afterThrottle(
    task: Invocation,
    outcome: Outcome,
    { heldBack, elsewhere }: { readonly heldBack: boolean; readonly elsewhere: boolean },
    nowMs: number,
  ): number {
    this.throttled++;
    task.throttles++;
    const delayMs = throttleDelayMs(heldBack ? 1 : task.throttles, this.#random);
    if (elsewhere) return this.#putOff(this.#throttled, task, LEAST_DELAY_MS, OK, nowMs);
    return this.#putOff(this.#throttled, task, delayMs, outcome, nowMs);
  }

  #putOff(
    heap: TimeHeap<Invocation>,
    task: Invocation,
    delayMs: number,
    outcome: Outcome,
    nowMs: number,
  ): number {
    const askedMs = outcome.kind === "ok" ? undefined : outcome.retryAfterMs;
    const untilMs = nowMs + Math.max(delayMs, askedMs ?? 0, LEAST_DELAY_MS);
    task.phase = "delayed";
    this.waiting++;
    heap.add(task, untilMs);
    return untilMs;
  }

  /** Takes out one that is to be tried again now. */
  take(nowMs: number): Invocation | undefined {
    if (this.waiting === 0) return undefined;
    const task = this.#throttled.take(nowMs) ?? this.#takeFailed(nowMs);
    if (task !== undefined) this.waiting--;
    return task;
  }

  #takeFailed(nowMs: number): Invocation | undefined {
    const due = (this.#failed.nextMs ?? Infinity) <= nowMs;
    return due && (this.#budget?.take(nowMs) ?? true) ? this.#failed.take(nowMs) : undefined;
  }

  /** When `take` may answer next; Infinity if nothing waits. */
  get nextMs(): number {
    const failedMs = this.#failed.nextMs;
    return Math.min(
      this.#throttled.nextMs ?? Infinity,
      failedMs === undefined ? Infinity : Math.max(failedMs, this.#budget?.opensAtMs() ?? -Infinity),
    );
  }
}

function hasLeft({ phase }: Invocation): boolean {
  return phase !== "delayed";
}
