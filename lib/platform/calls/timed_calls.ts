import { type Clock, onAbort, type Stop } from "../../model/mod.ts";
import { failure, tooLarge } from "./answers.ts";
import { TooLargeError } from "./body.ts";
import { Deadlines } from "./deadlines.ts";
import { type Answer, PlatformError } from "../platform.ts";
import { UrlRefusedError } from "../guard/url_guard.ts";

/** Makes calls over the network that end in time, and in an answer, whatever goes wrong. */
export class TimedCalls {
  readonly #deadlines: Deadlines;

  constructor(clock: Clock) {
    this.#deadlines = new Deadlines(clock);
  }

  /**
   * Makes a call.
   *
   * @param make ends when the signal that it is given is aborted
   * @param stop ends the call at once, as failed and retryable
   * @param lost is told when nobody answered
   * @throws {PlatformError} if `make` does
   */
  async make(
    timeoutMs: number,
    make: (signal: AbortSignal) => Promise<Answer>,
    stop: AbortSignal | Stop,
    lost?: () => void,
  ): Promise<Answer> {
    const controller = new AbortController();
    const forget = onAbort(stop, () => controller.abort(new Error("it was stopped")));
    let late = false;
    const deadline = this.#deadlines.begin(timeoutMs, () => {
      late = true;
      controller.abort(new Error(`no answer within ${timeoutMs} ms`));
    });
    try {
      return await make(controller.signal);
    } catch (error) {
      if (error instanceof PlatformError) throw error;
      if (controller.signal.aborted) {
        return failure(controller.signal.reason, true, late ? "timeout" : undefined);
      }
      if (error instanceof TooLargeError) return tooLarge(error);
      if (error instanceof UrlRefusedError) return failure(error, false);
      lost?.();
      return failure(error, true, "network");
    } finally {
      this.#deadlines.end(deadline);
      forget();
    }
  }
}
