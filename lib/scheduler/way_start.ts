import type { Outcome } from "../model/mod.ts";
import type { AdaptiveStart } from "./adaptive_limit.ts";

/** A platform that has asked callers to wait, until then. */
export interface AskedWait {
  /** Its name, if several are attached. */
  readonly platform?: string;
  /** The function whose calls are to wait. (Default: those of all) */
  readonly function?: string;
  /** Time for which it has asked, in milliseconds. */
  readonly askedMs: number;
  /** Until when nothing starts there, or one call that asks again. */
  readonly untilMs: number;
}

/** An attempt, as far as ways out are interested; its function's name is only read where that matters. */
export interface Attempt {
  readonly function: string;
}

/** An attempt as the way out knew it that it was started by. */
export interface StartBy<Way> {
  readonly way: Way;
  readonly of: Attempt;
  readonly atMs: number;
  /** Undefined: its limit is fixed. */
  readonly adaptive: AdaptiveStart | undefined;
  /** As the wider way out knew it that this one leads to. */
  readonly outer: StartBy<Way> | undefined;
}

/** Calls that failed may have ended early; those that took too long took that long at least. */
export function tellsTime(outcome: Outcome): boolean {
  return outcome.kind === "ok" || (outcome.kind === "failed" && outcome.cause === "timeout");
}
