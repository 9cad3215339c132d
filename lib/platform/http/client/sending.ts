import type { Clock } from "../../../model/mod.ts";

/** Answers wait no longer than this for requests to leave, in milliseconds: a server may have stopped to read. */
const LONGEST_MS = 100;

/**
 * Requests that are leaving, for which answers wait: of a thousand requests at once the event loop sends about a hundred at a
 * turn, and reading the first answers between turns would make the last requests leave some 100 ms late instead of 20.
 */
export class Sending {
  readonly #clock: Clock;
  #count = 0;
  #over: PromiseWithResolvers<void> | undefined;
  #disarm = (): void => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(): void {
    this.#count++;
  }

  end(): void {
    if (--this.#count === 0) this.#release();
  }

  /** Resolves when nothing is leaving any more; undefined: nothing is. */
  get over(): Promise<void> | undefined {
    if (this.#count === 0) return undefined;
    if (this.#over === undefined) {
      this.#over = Promise.withResolvers();
      this.#disarm = this.#clock.after(LONGEST_MS, () => this.#release());
    }
    return this.#over.promise;
  }

  #release(): void {
    this.#disarm();
    this.#over?.resolve();
    this.#over = undefined;
  }
}
