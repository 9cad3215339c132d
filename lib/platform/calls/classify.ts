import type { Outcome } from "../../model/mod.ts";

/** `Retry-After` beyond this is not believed, in milliseconds. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** What an HTTP answer without its body says. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: Headers;
  /** Where it came from, for a redirect to somewhere beside that. */
  readonly url?: string;
}

/**
 * What an answer that is not 2xx means: 429, and 5xx that say so, throttle; 408 and other 5xx may be tried again; the rest
 * (other 4xx, and redirects, which are not followed) fails at once.
 *
 * @param nowMs the present instant, for a `Retry-After` that is a date
 */
export function classify(head: AnswerHead, nowMs: number): Exclude<Outcome, { kind: "ok" }> {
  const { status, headers } = head;
  const after = retryAfterMs(headers, nowMs);
  const wait = after === undefined ? {} : { retryAfterMs: after };
  if (status === 429 || (status >= 500 && saysThrottled(status, headers))) {
    return { kind: "throttled", reason: `throttled with status ${status}`, ...wait };
  }
  const retryable = status === 408 || status >= 500;
  const cause = status === 408 ? "timeout" : status >= 500 ? "server-error" : undefined;
  return {
    kind: "failed",
    reason: `answered with status ${status}${redirectWords(head)}`,
    retryable,
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

/** A 503 with Retry-After, and what AWS, Google and Azure put into headers when they are out of capacity. */
function saysThrottled(status: number, headers: Headers): boolean {
  if (status === 503 && headers.has("retry-after")) return true;
  const type = `${headers.get("x-amzn-errortype") ?? ""} ${headers.get("x-ms-error-code") ?? ""}`;
  return /throttl|toomanyrequests|limitexceeded|serverbusy/i.test(type);
}

/**
 * Reads `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date, which counts from that of the answer: the clocks of
 * platforms are not ours.
 */
function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const text = headers.get("retry-after")?.trim();
  if (text === undefined || text === "") return undefined;
  const ms = /^\d+$/.test(text)
    ? Number(text) * 1000
    : timeOf(text) - (timeOf(headers.get("date") ?? "") || nowMs);
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), LONGEST_RETRY_AFTER_MS);
}

function timeOf(date: string): number {
  return new Date(date).getTime();
}
