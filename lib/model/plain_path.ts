import { membersOf } from "./json_parts.ts";
import type { JsonText } from "./json_text.ts";

const PATH = /^\s*[A-Za-z_]\w*(?:\.(?:[A-Za-z_]\w*|`[^`]+`))*\s*$/;
const STEP = /`([^`]+)`|\w+/g;
/** The words with another meaning in JSONata. */
const WORDS: ReadonlySet<string> = new Set(["and", "or", "in", "true", "false", "null", "function"]);

/** The names in an expression that only names a part of its input, as `inputs.order.id` does; undefined if it computes. */
export function plainPath(expression: string): readonly string[] | undefined {
  if (!PATH.test(expression)) return undefined;
  const steps = [...expression.matchAll(STEP)].map(([step, quoted]) => quoted ?? step);
  return steps.some((step) => WORDS.has(step)) ? undefined : steps;
}

/** The text at a path of names, as it came; undefined if there is nothing, or something else than an object on the way. */
export function textAt(text: JsonText, path: readonly string[]): JsonText | undefined {
  let part: JsonText | undefined = text;
  for (const name of path) part = part && membersOf(part)?.get(name);
  return part;
}
