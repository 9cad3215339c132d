import type jsonata from "jsonata";

/** Longest that an expression may run, in milliseconds. */
export const LONGEST_MS = 100;
/** Deepest that its evaluation may nest. */
export const DEEPEST = 500;
/** Most items of a list that it makes. */
export const MOST_ITEMS = 100_000;
/** Most characters of a text that it makes. */
const MOST_CHARACTERS = 4_000_000;

/** Expressions come out of queue messages: what takes more than its share of time or memory is stopped. */
const EXIT = Symbol.for("jsonata.__evaluate_exit");

/**
 * Holds an expression to its bounds where JSONata's own guards (time, depth, sequences), which look at the steps of an
 * evaluation, do not: ranges and texts are measured when they are made, and the two functions that need more time or
 * memory than their arguments' size are replaced.
 */
export function bound(expression: jsonata.Expression): jsonata.Expression {
  expression.assign(
    EXIT as unknown as string,
    (_expr: unknown, _input: unknown, _frame: unknown, value: unknown) => {
      if (
        typeof value === "string"
          ? value.length > MOST_CHARACTERS
          : Array.isArray(value) && value.length > MOST_ITEMS
      ) {
        throw TOO_LARGE;
      }
    },
  );
  expression.registerFunction("distinct", distinct, "<x:x>");
  expression.registerFunction("pad", pad, "<s-ns?:s>");
  return expression;
}

const TOO_LARGE = { code: "too-large", message: "the value is too large" };

/** JSONata's own compares each item with each other. */
function distinct(list: unknown): unknown {
  if (!Array.isArray(list) || list.length <= 1) return list;
  const seen = new Map(list.map((item) => [isPrimitive(item) ? item : JSON.stringify(item), item]));
  return [...seen.values()];
}

function isPrimitive(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}

/** As JSONata's: to the right for a positive width, to the left for a negative one. */
function pad(text: string | undefined, width: number, fill = " "): string | undefined {
  if (text === undefined) return undefined;
  if (Math.abs(width) > MOST_CHARACTERS) throw TOO_LARGE;
  return width < 0 ? text.padStart(-width, fill || " ") : text.padEnd(width, fill || " ");
}

/** The regular expressions of a syntax tree. */
export function regexesOf(tree: unknown): RegExp[] {
  if (typeof tree !== "object" || tree === null) return [];
  if (tree instanceof RegExp) return [tree];
  return Object.values(tree).flatMap(regexesOf);
}
