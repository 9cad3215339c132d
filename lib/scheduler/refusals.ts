/** This many refusals are several in a row: a single call may have met others that left just then. */
const IN_A_ROW = 3;
/** Functions that are told apart; the refusals of more are not counted, … */
const MOST_FUNCTIONS = 1000;
/** … but those take the places of functions that were not refused for this time, in milliseconds: they may be gone. */
const FORGOTTEN_MS = 300_000;

/** Counts refusals in a row of each function: those with nothing of the function let in between. */
export class Refusals {
  /** The one that was refused last comes last. */
  readonly #counts = new Map<string, { count: number; lastMs: number }>();

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  /**
   * Counts a refusal, but not those of calls that were started together: one tells as much as all of them.
   *
   * @param startedAtMs when the refused call was started
   * @returns whether it is one of several in a row
   */
  add(functionName: string, startedAtMs: number, nowMs: number): boolean {
    const known = this.#counts.get(functionName);
    if (known === undefined) {
      if (this.#hasPlace(nowMs)) this.#counts.set(functionName, { count: 1, lastMs: nowMs });
      return false;
    }
    if (startedAtMs >= known.lastMs) {
      known.count++;
      known.lastMs = nowMs;
      this.#counts.delete(functionName);
      this.#counts.set(functionName, known);
    }
    return known.count >= IN_A_ROW;
  }

  #hasPlace(nowMs: number): boolean {
    if (this.#counts.size < MOST_FUNCTIONS) return true;
    const [first] = this.#counts;
    return nowMs - first![1].lastMs > FORGOTTEN_MS && this.#counts.delete(first![0]);
  }

  /** A call of the function was let in. */
  end(functionName: string): void {
    this.#counts.delete(functionName);
  }
}

/** Knows when calls were started that were let in last, by function: of two functions, which is enough to ask for others than one. */
export class LastLetIn {
  #name: string | undefined;
  #atMs = -Infinity;
  /** Of another function. */
  #othersAtMs = -Infinity;

  /** A call was let in. @param startedAtMs when it was started */
  add(functionName: string, startedAtMs: number): void {
    if (functionName === this.#name) {
      this.#atMs = Math.max(this.#atMs, startedAtMs);
    } else {
      this.#othersAtMs = this.#atMs;
      this.#name = functionName;
      this.#atMs = startedAtMs;
    }
  }

  /** When a call of another function was started that was let in; -Infinity: none was. */
  ofOthers(functionName: string): number {
    return functionName === this.#name ? this.#othersAtMs : this.#atMs;
  }
}
