/** Functions that are told apart. */
const MOST_FUNCTIONS = 100;

/** A call as it was started. */
interface Start {
  readonly atMs: number;
  /** Attempts in flight at its start, itself included. */
  readonly running: number;
}

/**
 * Functions that a platform has asked to wait for long, and its limit before: it is lowered meanwhile, in case that all are meant. The
 * wait was for these alone if others are let in since, with as many in flight. That one of these is let in says nothing: it has
 * waited, and less was in flight.
 */
export class Doubt {
  readonly #functions = new Set<string>();
  readonly #sinceMs: number;
  #lastMs: number;
  /** The least that was in flight when one was started that was answered so. */
  #inFlight = Infinity;

  /** @param limit before */
  constructor(readonly limit: number, nowMs: number) {
    this.#sinceMs = this.#lastMs = nowMs;
  }

  /** Whether nothing has been asked for this time, in milliseconds, or of too many functions to tell them apart. */
  isOver(nowMs: number, afterMs: number): boolean {
    return nowMs - this.#lastMs > afterMs || this.#functions.size > MOST_FUNCTIONS;
  }

  /** A function was asked to wait. @param start of the call that was answered so */
  asked(functionName: string, { running }: Start, nowMs: number): void {
    this.#functions.add(functionName);
    this.#lastMs = nowMs;
    this.#inFlight = Math.min(this.#inFlight, running);
  }

  /**
   * A call was let in.
   *
   * @returns `"settled"` if the wait was for single functions, `"others"` if these at least do not keep others from starting; undefined
   * if that says nothing
   */
  letIn(functionName: string, { atMs, running }: Start): "settled" | "others" | undefined {
    if (atMs < this.#sinceMs || this.#functions.has(functionName)) return undefined;
    return running >= this.#inFlight ? "settled" : "others";
  }
}
