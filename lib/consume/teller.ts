import type { Clock } from "../model/mod.ts";
import type { AskedWait, FloorShortage, HeldRetries, Scheduler, UnservedFunction } from "../scheduler/mod.ts";
import { AskedWaitTeller } from "./asked_waits.ts";
import { FloorShortageTeller } from "./floor_shortages.ts";
import { HeldRetryTeller } from "./held_retries.ts";
import type { RefusedFunction, RefusedFunctions } from "./refused_functions.ts";

/** The callbacks for what keeps invocations from going on. */
export interface TellerHooks {
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
}

export interface TellerParts {
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  readonly refused: RefusedFunctions;
}

/** Tells once of each thing that keeps invocations from going on, and once that it is over. */
export class Teller {
  readonly #parts: TellerParts;
  readonly #hooks: TellerHooks;
  readonly #heldRetries = new HeldRetryTeller();
  readonly #floorShortages = new FloorShortageTeller();
  readonly #askedWaits = new AskedWaitTeller();
  /** Functions that were told to be served by nobody. */
  #unserved: ReadonlySet<UnservedFunction> = new Set();

  constructor(parts: TellerParts, hooks: TellerHooks) {
    this.#parts = parts;
    this.#hooks = hooks;
  }

  /** Tells what is new since this was called last. */
  tell(): void {
    const { scheduler, clock, refused } = this.#parts;
    const { onThrottled, onHeldRetries, onAsked, onFloorShortage } = this.#hooks;
    this.#tellUnserved();
    const refusals = refused.news(clock.nowMs());
    for (const fn of refusals.refused) onThrottled?.(fn.function, fn);
    for (const name of refusals.over) onThrottled?.(name, undefined);
    const retries = this.#heldRetries.news(scheduler.heldRetries, clock.nowMs());
    for (const held of [...retries.held, ...retries.over]) onHeldRetries?.(held);
    for (const wait of this.#askedWaits.news(scheduler.asked(clock.nowMs()))) onAsked?.(wait);
    const shortage = this.#floorShortages.news(scheduler.floorShortage, clock.nowMs());
    if (shortage !== undefined) onFloorShortage?.(shortage);
  }

  #tellUnserved(): void {
    const { onUnserved } = this.#hooks;
    const now = new Set(this.#parts.scheduler.unserved), before = this.#unserved;
    this.#unserved = now;
    for (const fn of now.difference(before)) onUnserved?.(fn, false);
    for (const fn of before.difference(now)) onUnserved?.(fn, true);
  }
}
