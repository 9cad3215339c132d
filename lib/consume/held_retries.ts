import type { HeldRetries } from "../scheduler/mod.ts";

/** Retries that have been held back for so long, in milliseconds, are said. */
const SAID_AFTER_MS = 1000;

/** Which functions' retries are held back since that was asked last, and of which none are any more. */
export interface HeldRetryNews {
  readonly held: readonly HeldRetries[];
  readonly over: readonly HeldRetries[];
}

interface Known {
  readonly sinceMs: number;
  isSaid: boolean;
}

/** Says once of each function on each platform that its retries are held back, and once that they are not any more. */
export class HeldRetryTeller {
  /** As many as the scheduler keeps budgets of. */
  readonly #known = new Map<string, Known>();

  /** @param now what is held back at present */
  news(now: readonly HeldRetries[], nowMs: number): HeldRetryNews {
    const held: HeldRetries[] = [], over: HeldRetries[] = [];
    const left = new Set(this.#known.keys());
    for (const retries of now) {
      const key = JSON.stringify([retries.function, retries.platform]);
      left.delete(key);
      const known = this.#known.get(key) ?? { sinceMs: nowMs, isSaid: false };
      this.#known.set(key, known);
      if (known.isSaid || nowMs - known.sinceMs < SAID_AFTER_MS) continue;
      known.isSaid = true;
      held.push(retries);
    }
    for (const key of left) {
      const [name, platform] = JSON.parse(key) as [string, string | null];
      if (this.#known.get(key)!.isSaid) {
        over.push({ function: name, ...platform !== null && { platform }, waiting: 0 });
      }
      this.#known.delete(key);
    }
    return { held, over };
  }
}
