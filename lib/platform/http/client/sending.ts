import type { Clock } from "../../../model/mod.ts";

/** Answers wait no longer than this for requests to leave, in milliseconds: a server may have stopped to read. */
const LONGEST_MS = 100;

/**
 * Requests that are leaving, for which answers wait: of a thousand requests at once the event loop sends about a hundred at a
 * turn, and reading the first answers between turns would make the last requests leave some 100 ms late instead of 20.
 *
 * A request that answers have waited for in vain counts no longer, so one server that does not read delays the others once.
 */
export class Sending {
  readonly #clock: Clock;
  readonly #leaving = new Set<object>();
  #over: PromiseWithResolvers<void> | undefined;
  #disarm = (): void => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A request begins to leave. @param request stands for it, see {@linkcode end} */
  begin(request: object): void {
    this.#leaving.add(request);
  }

  /** A request has left, or will not. */
  end(request: object): void {
    if (this.#leaving.delete(request) && this.#leaving.size === 0) this.#release();
  }

  /** Resolves when nothing is leaving any more; undefined: nothing is. */
  get over(): Promise<void> | undefined {
    if (this.#leaving.size === 0) return undefined;
    if (this.#over === undefined) {
      this.#over = Promise.withResolvers();
      this.#disarm = this.#clock.after(LONGEST_MS, () => this.#giveUp());
    }
    return this.#over.promise;
  }

  #giveUp(): void {
    this.#leaving.clear();
    this.#release();
  }

  #release(): void {
    this.#disarm();
    this.#over?.resolve();
    this.#over = undefined;
  }
}
