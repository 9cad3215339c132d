import type { FloorShortage } from "../scheduler/mod.ts";

/** A shortage is told once it has lasted this long, in milliseconds: a limit may be lowered for a moment. */
const REPORT_AFTER_MS = 2000;

/** Tells once that more slots are reserved than calls may run at once, and again when another number is reserved. */
export class FloorShortageNotifier {
  #sinceMs: number | undefined;
  #reported: number | undefined;

  /** Returns the shortage, if it is to be told. @param now the present one */
  news(now: FloorShortage | undefined, nowMs: number): FloorShortage | undefined {
    this.#sinceMs = now && (this.#sinceMs ?? nowMs);
    if (now === undefined || nowMs - this.#sinceMs! < REPORT_AFTER_MS || now.reserved === this.#reported) {
      return undefined;
    }
    this.#reported = now.reserved;
    return now;
  }
}
