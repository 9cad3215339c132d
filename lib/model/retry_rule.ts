import { parseDuration } from "./durations.ts";
import { asWorkloadError, type WorkloadError } from "./errors.ts";
import { FAILURE_CAUSES, type FailureCause } from "./outcome.ts";

/** The rule by which failed attempts are repeated: exponential backoff with full jitter. */
export interface RetryRule {
  /** Attempts in all before the invocation has failed; throttles do not count. (Default: 3) */
  readonly attempts: number;
  /** The greatest delay before the first retry, in milliseconds. (Default: 200) */
  readonly firstDelayMs: number;
  /** The factor by which the greatest delay grows from retry to retry. (Default: 2) */
  readonly factor: number;
  /** The delay never exceeds this, in milliseconds. (Default: 30,000) */
  readonly maxDelayMs: number;
  /** Whether the delay is drawn between 0 and its greatest, so that retries do not come together. (Default: true) */
  readonly jitter?: boolean;
  /** Which failures are tried again. (Default: all that another attempt may overcome) */
  readonly on?: readonly FailureCause[];
}

/** The retry rule of a function that declares none. */
export const DEFAULT_RETRY: RetryRule = { attempts: 3, firstDelayMs: 200, factor: 2, maxDelayMs: 30_000 };

/**
 * Checks the retry rule of a function, whoever wrote it.
 *
 * @param fail throws, with the fault in words
 */
export function checkRetry(
  { name, retry }: { readonly name: string; readonly retry: RetryRule },
  fail: (code: WorkloadError["code"], text: string) => never,
): void {
  const { attempts, factor, firstDelayMs, maxDelayMs, jitter, on } = retry ?? {};
  if (!(Number.isInteger(attempts) && attempts >= 1 && attempts <= 100)) {
    fail("bad-function", `attempts is ${attempts}. Write a whole number from 1 to 100`);
  }
  if (!(factor >= 1 && factor <= 100)) {
    fail("bad-function", `retry.factor is ${factor}. Write a number from 1 to 100`);
  }
  for (const [option, ms] of [["firstDelayMs", firstDelayMs], ["maxDelayMs", maxDelayMs]] as const) {
    if (typeof ms !== "number") {
      fail("bad-duration", `retry.${option} is no number. Write it in milliseconds`);
    }
    asWorkloadError("bad-duration", `function "${name}": retry.${option}`, () => parseDuration(ms));
  }
  if (jitter !== undefined && typeof jitter !== "boolean") {
    fail("bad-function", `retry.jitter is ${jitter}. Write true or false`);
  }
  if (on !== undefined && !(Array.isArray(on) && on.every((cause) => FAILURE_CAUSES.includes(cause)))) {
    fail("bad-function", `retry.on is ${JSON.stringify(on)}. Write a list of ${FAILURE_CAUSES.join(", ")}`);
  }
  if (maxDelayMs < firstDelayMs) {
    fail("bad-duration", "retry.firstDelay is longer than retry.maxDelay");
  }
}
