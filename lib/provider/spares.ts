/** Containers that no call needs: the number that is due, and those that are being made. */
export class Spares {
  readonly #perNeeded: number;
  #due = 0;
  /** When those of each function are ready, the soonest last. */
  readonly #readyAtMs = new Map<string, number[]>();

  /** @param allocation containers that are made for each one that is needed */
  constructor(allocation: number) {
    this.#perNeeded = allocation - 1;
  }

  /** Counts one that is needed. @returns the number to make besides */
  need(): number {
    if (this.#perNeeded === 0) return 0;
    this.#due += this.#perNeeded;
    const whole = Math.floor(this.#due);
    this.#due -= whole;
    return whole;
  }

  /** Adds one of a function that is ready at an instant. */
  make(functionName: string, readyAtMs: number): void {
    const all = this.#readyAtMs.get(functionName);
    if (all === undefined) this.#readyAtMs.set(functionName, [readyAtMs]);
    else all.splice(all.findLastIndex((other) => other > readyAtMs) + 1, 0, readyAtMs);
  }

  /** The functions that have any. */
  functions(): Iterable<string> {
    return this.#readyAtMs.keys();
  }

  /** Takes one of a function that is ready. @returns since when it is; undefined: none is ready */
  take(functionName: string, nowMs: number): number | undefined {
    const all = this.#readyAtMs.get(functionName);
    if (all === undefined || all.at(-1)! > nowMs) return undefined;
    if (all.length === 1) this.#readyAtMs.delete(functionName);
    return all.pop();
  }

  /** When the next one of a function is ready; Infinity: none is being made. */
  nextAtMs(functionName: string): number {
    return this.#readyAtMs.get(functionName)?.at(-1) ?? Infinity;
  }
}
