import type { MadeOutcome } from "../../model/mod.ts";
import { type ErrorAnswer, refusingProvider } from "./refusals.ts";
import { retryAfterMs } from "./retry_after.ts";

/** An answer that is not 2xx. */
export interface AnswerHead extends Omit<ErrorAnswer, "text"> {
  /** Its body, or the beginning of it. (Default: it was not read) */
  readonly text?: string;
  /** Where it came from, for a redirect to somewhere beside that. */
  readonly url?: string;
  /** Whether the function must not run twice, so that what only looks like a refusal is a failure. (Default: it may) */
  readonly atMostOnce?: boolean;
}

/** Stands for a body that was not read: no provider sends it. */
const UNREAD = "\0";
/** Server errors that say that the server never does such a thing (RFC 9110): another attempt is in vain. */
const NEVER = new Set([501, 505]);
/**
 * Client errors after which another attempt may go well: 408; 409, which a function answers while it still works on an
 * earlier attempt (draft-ietf-httpapi-idempotency-key-header, section 2.7); 425 (RFC 8470).
 */
const AGAIN = new Set([408, 409, 425]);

/**
 * The meaning of an answer that is not 2xx: 429, and what providers send when they are out of capacity, throttle; 408, 409, 425
 * and 5xx but 501 and 505 may be tried again; the rest (other 4xx, and redirects, which are not followed) fails at once.
 *
 * @param nowMs the present instant, for a `Retry-After` that is a date
 */
export function classify(answer: AnswerHead, nowMs: number): Exclude<MadeOutcome, { kind: "ok" }> {
  const { status, headers, text = UNREAD, atMostOnce = false } = answer;
  const after = retryAfterMs(headers, nowMs);
  const wait = after === undefined ? {} : { retryAfterMs: after };
  if (status === 429 || (status === 503 && headers.has("retry-after"))) {
    return { kind: "throttled", reason: `throttled with status ${status}`, ...wait };
  }
  const provider = refusingProvider({ status, headers, text }, atMostOnce);
  if (provider !== undefined) {
    return { kind: "throttled", reason: `throttled with status ${status} (${provider})`, ...wait };
  }
  const isServerError = status >= 500 && !NEVER.has(status);
  const cause = status === 408 ? "timeout" : isServerError ? "server-error" : undefined;
  return {
    kind: "failed",
    reason: `answered with status ${status}${redirectWords(answer)}`,
    retryable: isServerError || AGAIN.has(status),
    ...(cause === undefined ? {} : { cause }),
    ...wait,
  };
}

/** Where a redirect leads: only its host, as the rest may be long, or secret. */
function redirectWords({ status, headers, url }: AnswerHead): string {
  const target = status >= 300 && status < 400 ? headers.get("location") : null;
  if (target === null) return "";
  const host = URL.parse(target, url)?.host || "elsewhere";
  return `: it redirects to ${host}, which is not followed. Give the function the URL that it leads to`;
}
