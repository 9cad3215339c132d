import { type FailureCause, isTooDeep, NULL, type Outcome, parseJson, writeJson } from "../../model/mod.ts";
import type { TooLargeError } from "./body.ts";
import type { Answer } from "../platform.ts";

/** The outcome of a function's answer: its JSON as it came if it is any, else the text. */
export function outcomeOf(text: string): Outcome {
  if (text === "") return { kind: "ok", output: NULL };
  const json = parseJson(text);
  if (json === undefined) return { kind: "ok", output: writeJson(text), isText: true };
  if (text.length < SHORT || !isTooDeep(json.value)) return { kind: "ok", output: json.text };
  const reason = "output-too-deep: its answer has more than 100 lists and objects in each other";
  return { kind: "failed", reason, retryable: false };
}

/** Shorter texts have no room for that many brackets, in characters. */
const SHORT = 200;

/** The end of a call whose answer is not taken. */
export function tooLarge({ message }: TooLargeError): Answer {
  const outcome: Outcome = { kind: "failed", reason: `output-too-large: ${message}`, retryable: false };
  return { outcome, status: 0, cold: false };
}

/** The end of a call that was not answered. */
export function failure(error: unknown, retryable: boolean, cause?: FailureCause): Answer {
  const reason = error instanceof Error ? error.message : String(error);
  const outcome: Outcome = { kind: "failed", reason, retryable, ...(cause === undefined ? {} : { cause }) };
  return { outcome, status: 0, cold: false };
}
