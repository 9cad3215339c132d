import type { FloorShortage } from "../scheduler/mod.ts";

/** A shortage that has lasted for so long, in milliseconds, is said: a limit may be lowered for a moment. */
const SAID_AFTER_MS = 2000;

/** Says once that more slots are reserved than the platform runs calls at once, and again when other floors are in force. */
export class FloorShortageTeller {
  #sinceMs: number | undefined;
  #saidOf: number | undefined;

  /** The shortage, if it is to be said. @param now the present one */
  news(now: FloorShortage | undefined, nowMs: number): FloorShortage | undefined {
    this.#sinceMs = now && (this.#sinceMs ?? nowMs);
    if (now === undefined || nowMs - this.#sinceMs! < SAID_AFTER_MS || now.reserved === this.#saidOf) {
      return undefined;
    }
    this.#saidOf = now.reserved;
    return now;
  }
}
