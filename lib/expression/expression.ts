import jsonata from "jsonata";
import { type Json, type JsonObject, notJson } from "../model/mod.ts";
import { ExpressionError } from "./errors.ts";
import { bound, DEEPEST, LONGEST_MS, MOST_ITEMS, regexesOf } from "./bounds.ts";

/** What an expression can name. */
export interface Scope {
  /** The outputs of the predecessors by node name; null for those that were skipped or failed. */
  readonly inputs: JsonObject;
  /** The instance's arguments. */
  readonly args: JsonObject;
  /** The instance itself. */
  readonly instance: {
    readonly id: string;
    readonly chain: string;
    readonly labels: Readonly<Record<string, string>>;
    /** ISO 8601. */
    readonly submitted: string;
  };
  /** Of an invocation of a map: the item, and its place in the list from 0. */
  readonly item?: Json;
  readonly index?: number;
  /** Of the node that undoes: why the instance has failed or was cancelled. */
  readonly reason?: string;
}

/** What the expression can name that names an instance before it is submitted. */
export interface NamingScope {
  readonly args: JsonObject;
  readonly labels: Readonly<Record<string, string>>;
  /** The name of its chain. */
  readonly chain: string;
  /** Its place in the load, from 0. */
  readonly index: number;
}

const NOT_READABLE = "sequoia-not-readable";

/**
 * The inputs of a scope of which some cannot be read: an expression that needs one of these fails with `not-json`.
 *
 * @param unreadable their names
 */
export function readableInputs(inputs: JsonObject, unreadable: Iterable<string>): JsonObject {
  const readable = { ...inputs };
  for (const name of unreadable) {
    const get = () => {
      throw Object.assign(new Error(`the output of ${name}, which is no JSON`), { code: NOT_READABLE });
    };
    Object.defineProperty(readable, name, { get, enumerable: true });
  }
  return readable;
}

/** Compiled expressions are kept, the newest of them: instances of a chain share theirs. */
const MOST_COMPILED = 1000;
const compiled = new Map<string, Promise<jsonata.Expression>>();

/**
 * Evaluates a JSONata expression (https://docs.jsonata.org). It may run for 100 ms, nest 500 levels deep and make lists of
 * 100,000 items; regular expressions take time linear in their text (RE2).
 *
 * @returns undefined if it answers nothing
 * @throws {ExpressionError} if it cannot be read, fails, exceeds its bounds, or answers what JSON cannot carry
 */
export async function evaluate(text: string, scope: Scope | NamingScope): Promise<Json | undefined> {
  const expression = await compile(text);
  let value: unknown;
  try {
    value = await expression.evaluate(scope);
  } catch (error) {
    throw failure(text, error);
  }
  if (value === undefined) return undefined;
  const bad = notJson(value);
  // Lists of JSONata's own making carry more than their items.
  if (bad === undefined) return typeof value === "object" ? JSON.parse(JSON.stringify(value)) : value as Json;
  const part = bad === "" ? "" : ` at ${bad}`;
  throw new ExpressionError("not-json", text, `answers what JSON cannot carry${part}`);
}

/** @throws {ExpressionError} if an expression cannot be read */
export async function checkExpression(text: string): Promise<void> {
  await compile(text);
}

function compile(text: string): Promise<jsonata.Expression> {
  let expression = compiled.get(text);
  if (expression === undefined) {
    expression = compileAnew(text);
    compiled.set(text, expression);
    if (compiled.size > MOST_COMPILED) compiled.delete(compiled.keys().next().value!);
  }
  return expression;
}

async function compileAnew(text: string): Promise<jsonata.Expression> {
  const options = { timeout: LONGEST_MS, stack: DEEPEST, sequence: MOST_ITEMS };
  try {
    const expression = jsonata(text, options);
    const regexes = regexesOf(expression.ast());
    if (regexes.length === 0) return bound(expression);
    const { LinearRegExp } = await import("./linear_regexp.ts");
    for (const regex of regexes) new LinearRegExp(regex); // what it cannot match shows now, not when it is run
    return bound(jsonata(text, { ...options, RegexEngine: LinearRegExp as unknown as RegExpConstructor }));
  } catch (error) {
    throw new ExpressionError("bad-expression", text, `cannot be read: ${wordsOf(error)}`, { cause: error });
  }
}

function failure(text: string, error: unknown): ExpressionError {
  switch ((error as { code?: unknown }).code) {
    case NOT_READABLE:
      return new ExpressionError("not-json", text, `needs ${(error as Error).message}`);
    case "D1012":
      return new ExpressionError("expression-timeout", text, `took longer than ${LONGEST_MS} ms`);
    case "D1011":
      return new ExpressionError("expression-depth", text, `goes deeper than ${DEEPEST} levels`);
    case "D2014":
    case "D2015":
    case "too-large":
      return new ExpressionError("expression-size", text, "makes a value that is too large");
  }
  return new ExpressionError("expression-failed", text, `failed: ${wordsOf(error)}`, { cause: error });
}

/** JSONata throws plain objects with a message and, mostly, a position. */
function wordsOf(error: unknown): string {
  const { message, position } = error as { message?: string; position?: number };
  return `${message ?? String(error)}${position === undefined ? "" : `, at position ${position}`}`;
}

/**
 * Whether a value counts as true: JSONata's `$boolean`. Nothing, null, false, 0, "", an empty list or object and a list of
 * nothing but such values are false.
 */
export function isTrue(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.some(isTrue);
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}
