import { type Clock, onAbort } from "../model/mod.ts";

/** The pauses of a loop, one after the other; something new may cut each of them short. */
export class Pause {
  readonly #clock: Pick<Clock, "until">;
  #end = () => {};
  /** Takes the callback of the last pause back. */
  #forget = () => {};

  constructor(clock: Pick<Clock, "until">) {
    this.#clock = clock;
  }

  /** Waits until an instant of the clock, in milliseconds, until the pause is cut short, or until `over` is aborted. */
  until(atMs: number, over: AbortSignal): Promise<void> {
    const controller = new AbortController();
    this.#forget();
    this.#end = () => controller.abort();
    this.#forget = onAbort(over, this.#end);
    return this.#clock.until(atMs, controller.signal);
  }

  /** Cuts the present pause short, if there is one. */
  end(): void {
    this.#end();
  }
}
