import { isObject } from "../../model/mod.ts";
import { readText } from "./body.ts";

/** Longer explanations are pages made for people. */
const MAX_BYTES = 4096;
/** How much of one goes into a reason. */
const MOST_CHARACTERS = 200;
/** Where functions say what went wrong: ours and most frameworks, problem details (RFC 9457), AWS Lambda. */
const FIELDS = ["error", "message", "detail", "title", "errorMessage"];

/**
 * What an answer says of a failure, on one line: a field of its JSON, or its text. Nothing if it does not announce a short
 * body, as nobody should have to wait for the end of a long one, or if it breaks off.
 */
export async function whatWasSaid(response: Response): Promise<string> {
  const type = response.headers.get("content-type") ?? "";
  const length = Number(response.headers.get("content-length") ?? Infinity);
  if (!(length <= MAX_BYTES) || !/json|text\/plain/i.test(type)) {
    await response.body?.cancel();
    return "";
  }
  try {
    return shortened(sentenceOf(await readText(response, MAX_BYTES)));
  } catch {
    return "";
  }
}

function sentenceOf(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  if (typeof value === "string") return value;
  if (!isObject(value)) return text;
  const found = FIELDS.map((field) => value[field]).find((said) => typeof said === "string");
  return found as string | undefined ?? text;
}

/** A text on one line, cut where it gets long. */
export function shortened(text: string): string {
  // deno-lint-ignore no-control-regex -- what would move a terminal's cursor is what is meant
  const line = text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ").trim();
  return line.length <= MOST_CHARACTERS ? line : `${line.slice(0, MOST_CHARACTERS - 1).trimEnd()}…`;
}
