import type { Clock } from "../model/mod.ts";
import type { AskedWait, FloorShortage, HeldRetries, Scheduler, UnservedFunction } from "../scheduler/mod.ts";
import { AskedWaitNotifier } from "./asked_waits.ts";
import type { FailureGroup, FailureGroups } from "./failure_groups.ts";
import { FloorShortageNotifier } from "./floor_shortages.ts";
import { HeldRetryNotifier } from "./held_retries.ts";
import type { RefusedFunction, RefusedFunctions } from "./refused_functions.ts";

/** The callbacks for what keeps invocations from going on. */
export interface NotifierHooks {
  /** Called once for each function that nobody serves, and again when somebody does. (Default: no callback) */
  readonly onUnserved?: (fn: UnservedFunction, isServed: boolean) => void;
  /** Called once for each function whose calls were all refused for a minute, and again when one is let in, or none is made. */
  readonly onThrottled?: (name: string, refused: RefusedFunction | undefined) => void;
  /** Called when retries have been held back for a second, and again when none of that function are. (Default: no callback) */
  readonly onHeldRetries?: (retries: HeldRetries) => void;
  /** Called when a platform asks callers to wait for long. (Default: no callback) */
  readonly onAsked?: (wait: AskedWait) => void;
  /** Called once floors have been short for two seconds, as a limit was found out that is lower. (Default: no callback) */
  readonly onFloorShortage?: (shortage: FloorShortage) => void;
  /** Called with failures of calls and chains, grouped, in bounded numbers. (Default: no callback) */
  readonly onFailures?: (group: FailureGroup) => void;
}

export interface NotifierParts {
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  readonly refused: RefusedFunctions;
  readonly failures: FailureGroups;
}

/** Time from one look at what is new to the next, in milliseconds. */
const LOOK_MS = 250;

/** Tells once of each thing that keeps invocations from going on, and once that it is over; and of failures, in groups. */
export class Notifier {
  readonly #parts: NotifierParts;
  readonly #hooks: NotifierHooks;
  readonly #heldRetries = new HeldRetryNotifier();
  readonly #floorShortages = new FloorShortageNotifier();
  readonly #askedWaits = new AskedWaitNotifier();
  /** Functions that were told to be served by nobody. */
  #unserved: ReadonlySet<UnservedFunction> = new Set();

  constructor(parts: NotifierParts, hooks: NotifierHooks) {
    this.#parts = parts;
    this.#hooks = hooks;
  }

  /** Tells what is new, several times a second, until `over` is aborted. */
  async run(over: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    while (!over.aborted) {
      this.#notify();
      await clock.until(clock.nowMs() + LOOK_MS, over);
    }
  }

  /** Tells of all failures that have not been told. */
  end(): void {
    const { failures, clock } = this.#parts;
    for (const group of failures.rest(clock.nowMs())) this.#hooks.onFailures?.(group);
  }

  #notify(): void {
    const { scheduler, clock, refused, failures } = this.#parts;
    const { onThrottled, onHeldRetries, onAsked, onFloorShortage, onFailures } = this.#hooks;
    this.#notifyUnserved();
    for (const group of failures.due(clock.nowMs())) onFailures?.(group);
    const refusals = refused.news(clock.nowMs());
    for (const fn of refusals.refused) onThrottled?.(fn.function, fn);
    for (const name of refusals.over) onThrottled?.(name, undefined);
    const retries = this.#heldRetries.news(scheduler.heldRetries, clock.nowMs());
    for (const held of [...retries.held, ...retries.over]) onHeldRetries?.(held);
    for (const wait of this.#askedWaits.news(scheduler.asked(clock.nowMs()))) onAsked?.(wait);
    const shortage = this.#floorShortages.news(scheduler.floorShortage, clock.nowMs());
    if (shortage !== undefined) onFloorShortage?.(shortage);
  }

  #notifyUnserved(): void {
    const { onUnserved } = this.#hooks;
    const now = new Set(this.#parts.scheduler.unserved), before = this.#unserved;
    this.#unserved = now;
    for (const fn of now.difference(before)) onUnserved?.(fn, false);
    for (const fn of before.difference(now)) onUnserved?.(fn, true);
  }
}
