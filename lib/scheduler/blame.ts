/** Least throttles of a function before it is looked at. */
const LEAST_THROTTLES = 3;
/** A function is refused for itself if chance had let this many of the others be refused, where fewer than a tenth of that were. */
const EXPECTED = 5;
const FEWER = 0.1;
/** Throttles that are longer ago than this, in milliseconds, are forgotten, unless more is tried more rarely. */
const FORGOTTEN_MS = 60_000;
/** Functions that are told apart; the attempts of more count as those of others. */
const MOST_FUNCTIONS = 1000;

interface Count {
  started: number;
  throttled: number;
  /** When the last one was started that was refused and counted: of those of one instant, the last ones are refused together. */
  refusedOfMs: number;
}

/**
 * Tells whether a platform refuses calls of one function for a limit of its own: then the others are let in meanwhile, though
 * a limit of all would refuse them as often. The expected number of their refusals is that of a Poisson process: where five
 * are expected, none comes in one case of 150. Only attempts count that were started beside as many others as one that was
 * refused: with less in flight, all would be let in.
 */
export class Blame {
  /** Since the first of the throttles that are counted. */
  readonly #counts = new Map<string, Count>();
  readonly #all = { started: 0, throttled: 0 };
  #lastMs = -Infinity;
  /** The least that was in flight when one was started that was refused. */
  #inFlight = Infinity;

  /** Whether an attempt counts that starts with this number in flight, itself included. */
  counts(inFlight: number): boolean {
    return inFlight >= this.#inFlight;
  }

  /** An attempt starts. @param inFlight itself included */
  started(functionName: string, inFlight: number): void {
    if (!this.counts(inFlight)) return;
    this.#all.started++;
    const count = this.#of(functionName);
    if (count !== undefined) count.started++;
  }

  /**
   * An attempt was refused.
   *
   * @param start when it was, and how many were in flight then
   * @param holdMs time between two trials of more in flight, in milliseconds
   * @returns whether that is for a limit of its function
   */
  throttled(
    functionName: string,
    start: { readonly atMs: number; readonly running: number },
    nowMs: number,
    holdMs = 0,
  ): boolean {
    if (nowMs - this.#lastMs > FORGOTTEN_MS + holdMs) this.forget();
    this.#lastMs = nowMs;
    this.#inFlight = Math.min(this.#inFlight, start.running);
    const count = this.#of(functionName);
    if (count?.refusedOfMs === start.atMs) return false;
    this.#all.throttled++;
    if (count === undefined) return false;
    count.refusedOfMs = start.atMs;
    if (++count.throttled < LEAST_THROTTLES) return false;
    const share = Math.min(1, count.throttled / Math.max(1, count.started));
    const expected = share * (this.#all.started - count.started);
    return expected >= EXPECTED && this.#all.throttled - count.throttled < FEWER * expected;
  }

  #of(functionName: string): Count | undefined {
    let count = this.#counts.get(functionName);
    if (count === undefined) {
      if (this.#counts.size >= MOST_FUNCTIONS) return undefined;
      this.#counts.set(functionName, count = { started: 0, throttled: 0, refusedOfMs: -Infinity });
    }
    return count;
  }

  /** Begins to count again from 0. */
  forget(): void {
    this.#counts.clear();
    this.#all.started = this.#all.throttled = 0;
    this.#inFlight = Infinity;
  }
}
