import type { HeldRetries } from "../scheduler/mod.ts";

/** Retries are told once they have been held back for this long, in milliseconds. */
const REPORT_AFTER_MS = 1000;

/** The functions whose retries are newly told as held back, and those whose retries are held back no more. */
export interface HeldRetryNews {
  readonly held: readonly HeldRetries[];
  readonly over: readonly HeldRetries[];
}

interface Known {
  readonly sinceMs: number;
  isReported: boolean;
}

/** Tells once for each function on each platform that its retries are held back, and once that they no longer are. */
export class HeldRetryNotifier {
  /** As many as the scheduler keeps budgets of. */
  readonly #known = new Map<string, Known>();

  /** @param now the retries that are held back at present */
  news(now: readonly HeldRetries[], nowMs: number): HeldRetryNews {
    const held: HeldRetries[] = [], over: HeldRetries[] = [];
    const left = new Set(this.#known.keys());
    for (const retries of now) {
      const key = JSON.stringify([retries.function, retries.platform]);
      left.delete(key);
      const known = this.#known.get(key) ?? { sinceMs: nowMs, isReported: false };
      this.#known.set(key, known);
      if (known.isReported || nowMs - known.sinceMs < REPORT_AFTER_MS) continue;
      known.isReported = true;
      held.push(retries);
    }
    for (const key of left) {
      const [name, platform] = JSON.parse(key) as [string, string | null];
      if (this.#known.get(key)!.isReported) {
        over.push({ function: name, ...platform !== null && { platform }, waiting: 0 });
      }
      this.#known.delete(key);
    }
    return { held, over };
  }
}
