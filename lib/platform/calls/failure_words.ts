import { isObject } from "../../model/mod.ts";

/** The longest explanation of an error that is read, in bytes. */
export const MAX_EXPLANATION_BYTES = 4096;
/** The number of characters of an explanation that go into a reason. */
const MOST_CHARACTERS = 200;
/** Where functions say what went wrong: ours and most frameworks, problem details (RFC 9457), AWS Lambda. */
const FIELDS = ["error", "message", "detail", "title", "errorMessage"];

/**
 * The explanation of a failure in the body of an answer, on one line: a field of its JSON, the title of a page, or its text.
 *
 * @param text the body, or its beginning
 * @returns an empty text if the body holds nothing that people can read
 */
export function explanationIn(text: string): string {
  const isText = !text.replace(/\ufffd+$/, "").includes("\ufffd"); // the end may be cut within a character
  if (!isText) return "";
  return shortened(/^\s*<(?:!doctype|html|\?xml)/i.test(text) ? titleOf(text) : sentenceOf(text));
}

function titleOf(page: string): string {
  return /<title[^>]*>([^<]*)/i.exec(page)?.[1] ?? "";
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
  const cut = line.slice(0, MOST_CHARACTERS - 1).replace(/[\ud800-\udbff]$/, ""); // half of a character
  return line.length <= MOST_CHARACTERS ? line : `${cut.trimEnd()}…`;
}
