import {
  type Clock,
  isObject,
  type JsonText,
  NULL,
  onAbort,
  type Outcome,
  type Stop,
  textAt,
} from "../../model/mod.ts";

import { fieldsOf } from "../calls/fields.ts";
import { TooLargeError } from "../calls/body.ts";

const ACTION = /^(https?:\/\/[^/?#]+(?:\/[^?#]*)?\/namespaces\/[^/?#]+)\/actions\//;
const ID = /^[\w-]{1,64}$/;

/**
 * Where OpenWhisk keeps the result of a call that it has answered with 202, because the action takes longer than a blocking
 * call may (a minute by default): `…/namespaces/NAMESPACE/activations/ID`. Source: apache/openwhisk, docs/rest_api.md.
 *
 * @param url the URL that was called
 * @param text the body of the 202
 * @returns undefined if it is no such answer, or of a web action, whose activations only its owner may read
 */
export function activationUrl(url: string, text: string): string | undefined {
  const [, namespace] = ACTION.exec(url) ?? [];
  const id = activationId(text);
  return namespace === undefined || id === undefined ? undefined : `${namespace}/activations/${id}`;
}

function activationId(text: string): string | undefined {
  const body = fieldsOf(text);
  return typeof body.activationId === "string" && ID.test(body.activationId) ? body.activationId : undefined;
}

/**
 * The outcome of a call by an answer about its activation.
 *
 * @param ok makes the outcome of the text that counts as the answer: that of the result if the URL that was called has
 * `result=true`, or else of the whole record, as OpenWhisk answers blocking calls
 * @returns undefined while the action runs, or when nothing can be told
 */
export function activationOutcome(
  { status, text }: { readonly status: number; readonly text: string },
  url: string,
  ok: (text: string) => Outcome,
): Outcome | undefined {
  if (status === 401 || status === 403) {
    return failed(`accepted with 202, but reading its activation is refused with status ${status}`, false);
  }
  const { response } = fieldsOf(text);
  if (status !== 200 || !isObject(response)) return undefined; // it is not there before the action has ended
  if (response.success !== true) {
    const error = isObject(response.result) ? response.result.error : undefined;
    const why = typeof error === "string" ? `: ${error}` : "";
    return {
      ...failed(`its activation ended with ${String(response.status)}${why}`, true),
      cause: "server-error",
    };
  }
  const wantsResult = URL.parse(url)?.searchParams.get("result") === "true";
  return ok(wantsResult ? textAt(text as JsonText, ["response", "result"]) ?? NULL : text);
}

/**
 * The wait before an activation is asked for first, in milliseconds; then it is 1.5 times as long each time, up to the longest.
 */
const FIRST_MS = 500;
const LONGEST_MS = 5000;

/**
 * Asks for an activation until its outcome is known, or `stop`. A question that goes wrong is asked again.
 *
 * @param ask undefined while nothing can be told, see {@linkcode activationOutcome}
 */
export async function whenActivated(
  ask: () => Promise<Outcome | undefined>,
  clock: Clock,
  stop: Stop,
): Promise<Outcome> {
  for (let delayMs = FIRST_MS;; delayMs = Math.min(delayMs * 1.5, LONGEST_MS)) {
    await pause(clock, delayMs, stop);
    try {
      const outcome = await ask();
      if (outcome !== undefined) return outcome;
    } catch (error) {
      if (stop.aborted || error instanceof TooLargeError) throw error;
    }
    if (stop.aborted) throw new Error("it was stopped");
  }
}

/** Waits, but no longer than until it is stopped. */
function pause(clock: Clock, ms: number, stop: Stop): Promise<void> {
  if (stop.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      forget();
      resolve();
    };
    const cancel = clock.after(ms, end), forget = onAbort(stop, end);
  });
}

function failed(reason: string, retryable: boolean): Extract<Outcome, { kind: "failed" }> {
  return { kind: "failed", reason, retryable };
}

/** The outcome of a call that was answered with 202, where nothing says where its result will be. */
export const ONLY_ACCEPTED: Outcome = failed(
  "accepted-only: answered with 202, which says that the work has only begun. Have the function answer when it is done, or " +
    "write accepts: 202 if that is enough",
  false,
);
