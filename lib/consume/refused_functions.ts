import type { Outcome } from "../model/mod.ts";

/** A function counts as refused once all its calls have been refused for this long, in milliseconds. */
export const REFUSED_LONG_MS = 60_000;
/** A function that is not called any more is forgotten this long after its next attempt was due, in milliseconds. */
const FORGOTTEN_MS = 60_000;
/** Most functions that are known to be refused; the one refused first is forgotten. */
const MOST_KNOWN = 1000;

/** A function whose calls have all been refused for long. */
export interface RefusedFunction {
  /** Its name. */
  readonly function: string;
  /** When the first of the refusals in a row came, in milliseconds of the consumer's clock. */
  readonly sinceMs: number;
  /** Why the last call was refused. */
  readonly reason: string;
}

interface Refusals extends RefusedFunction {
  /** When a call of it is due again. */
  readonly againAtMs: number;
  readonly isReported: boolean;
}

/** The changes among the refused functions since the last call. */
export interface RefusalNews {
  readonly refused: readonly RefusedFunction[];
  /** Those whose calls are let in again, or not made any more. */
  readonly over: readonly string[];
}

/**
 * Knows the functions whose calls are all refused for want of capacity. What is refused is tried again as often as it takes,
 * so a load balancer whose servers are all gone, which answers as a full platform does, would be waited for in silence.
 */
export class RefusedFunctions {
  readonly #known = new Map<string, Refusals>();
  readonly #over: string[] = [];

  /** A call has ended. @param retryAtMs when it is made again */
  ended(name: string, outcome: Outcome, nowMs: number, retryAtMs = nowMs): void {
    if (outcome.kind === "unserved") return;
    if (outcome.kind !== "throttled") return this.#forget(name);
    const { sinceMs = nowMs, againAtMs = 0, isReported = false } = this.#known.get(name) ?? {};
    if (this.#known.size >= MOST_KNOWN && !this.#known.has(name)) {
      this.#forget(this.#known.keys().next().value!);
    }
    const { reason } = outcome;
    this.#known.set(name, {
      ...{ function: name, sinceMs, reason, isReported },
      againAtMs: Math.max(againAtMs, retryAtMs),
    });
  }

  /** Those that have been refused for long. @param leastMs for this time at least, in milliseconds */
  long(nowMs: number, leastMs = REFUSED_LONG_MS): readonly RefusedFunction[] {
    return [...this.#known.values()].filter(({ sinceMs }) => nowMs - sinceMs >= leastMs)
      .map(({ function: name, sinceMs, reason }) => ({ function: name, sinceMs, reason }));
  }

  /** Returns each function once when it has been refused for long, and once when it no longer is. */
  news(nowMs: number): RefusalNews {
    for (const { function: name, againAtMs } of this.#known.values()) {
      if (nowMs - againAtMs > FORGOTTEN_MS) this.#forget(name);
    }
    const refused = this.long(nowMs).filter((fn) => !this.#known.get(fn.function)!.isReported);
    for (const { function: name } of refused) {
      this.#known.set(name, { ...this.#known.get(name)!, isReported: true });
    }
    return { refused, over: this.#over.splice(0) };
  }

  #forget(name: string): void {
    if (this.#known.get(name)?.isReported) this.#over.push(name);
    this.#known.delete(name);
  }
}
