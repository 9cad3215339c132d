import { type Clock, onAbort, Stop } from "../../model/mod.ts";
import { failure, tooLarge } from "./answers.ts";
import { TooLargeError } from "./body.ts";
import { Deadlines } from "./deadlines.ts";
import { type Answer, PlatformError } from "../platform.ts";
import { ShortageError } from "../http/client/shortage.ts";
import { unserved, UnservedError } from "./unserved.ts";
import { UrlRefusedError } from "../guard/url_guard.ts";
import { SecretError } from "../secrets/secrets.ts";

/** A call to be made. */
export interface TimedCall {
  /** Longest it may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Makes it; it ends when the signal that it is given is aborted. */
  readonly make: (stop: Stop) => Promise<Answer>;
  /** Ends it at once, as failed and retryable. */
  readonly stop: AbortSignal | Stop;
  /** Resolves when it makes sense to make it again, after this machine was short of something. */
  readonly relief: (error: ShortageError, stop: AbortSignal | Stop) => Promise<void>;
}

/** Makes calls over the network that end in time, and in an answer, whatever goes wrong. */
export class TimedCalls {
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#deadlines = new Deadlines(clock);
  }

  /**
   * Makes a call. A shortage of this machine is not the function's fault: the call is held back, then made with all of its
   * time.
   *
   * @throws {PlatformError} if `make` does
   */
  make(call: TimedCall): Promise<Answer> {
    return this.#once(call, undefined);
  }

  async #makeLater(call: TimedCall, error: ShortageError, since: number | undefined): Promise<Answer> {
    const heldSinceMs = since ?? this.#clock.nowMs();
    await call.relief(error, call.stop);
    const heldMs = this.#clock.nowMs() - heldSinceMs;
    const answer = await this.#once(call, heldSinceMs);
    return answer.heldMs === undefined ? { ...answer, heldMs } : answer;
  }

  /** @param heldSinceMs since when it has been held back, if it has */
  async #once(call: TimedCall, heldSinceMs: number | undefined): Promise<Answer> {
    const { timeoutMs, make, stop } = call;
    const over = new Stop();
    const forget = onAbort(stop, () => over.abort());
    let isLate = false;
    const deadline = this.#deadlines.begin(timeoutMs, () => {
      isLate = true;
      over.abort();
    });
    try {
      return await make(over);
    } catch (error) {
      if (error instanceof PlatformError) throw error;
      if (isLate) return failure(`no answer within ${timeoutMs} ms`, true, "timeout");
      if (over.aborted) return failure("it was stopped", true);
      if (error instanceof ShortageError) return this.#makeLater(call, error, heldSinceMs);
      if (error instanceof TooLargeError) return tooLarge(error);
      if (error instanceof UrlRefusedError || error instanceof SecretError) return failure(error, false);
      if (error instanceof UnservedError) return unserved(error);
      return failure(error, true, "network");
    } finally {
      this.#deadlines.end(deadline);
      forget();
    }
  }
}
