import type { FloorShortage } from "../scheduler/mod.ts";

/** A shortage is told once it has lasted this long, in milliseconds: a limit may be lowered for a moment. */
const SAID_AFTER_MS = 2000;

/** Tells once that more slots are reserved than calls may run at once, and again when another number is reserved. */
export class FloorShortageTeller {
  #sinceMs: number | undefined;
  #saidOf: number | undefined;

  /** Returns the shortage, if it is to be told. @param now the present one */
  news(now: FloorShortage | undefined, nowMs: number): FloorShortage | undefined {
    this.#sinceMs = now && (this.#sinceMs ?? nowMs);
    if (now === undefined || nowMs - this.#sinceMs! < SAID_AFTER_MS || now.reserved === this.#saidOf) {
      return undefined;
    }
    this.#saidOf = now.reserved;
    return now;
  }
}
