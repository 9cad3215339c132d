import jsonata from "jsonata";
import { type Json, type JsonText, MAX_JSON_DEPTH, writeJson } from "../../model/mod.ts";
import type { ExpressionErrorCode } from "../errors.ts";
import { isTrue } from "../is_true.ts";
import { listOf } from "../list_of.ts";
import type { Answer, Ask, Request } from "../messages.ts";
import { wordsOf } from "../words.ts";
import { isOnlyNull, keepSingletons } from "../kept_singletons.ts";
import { bound } from "./bounds.ts";
import { checkRegexes, countedRegExp } from "./linear_regexp.ts";
import { isFunction, Meter, MOST_ITEMS } from "./meter.ts";

/** Deepest that an evaluation may nest. */
const DEEPEST = 500;
const NOT_READABLE = "sequoia-not-readable";

/**
 * Evaluates a JSONata expression (https://docs.jsonata.org) within the bounds that can be counted. Work that does not
 * count (the inside of JavaScript's own functions) is ended by whoever watches the process.
 *
 * @param inputLength of the scope as JSON, in characters
 */
export async function evaluateFully(request: Request, inputLength: number): Promise<Answer> {
  const { text, ask, budget, constants } = request;
  const meter = new Meter(budget.steps, inputLength);
  const evaluate = async (keepsLists: boolean): Promise<unknown> => {
    const expression = parsed(text, meter);
    if (keepsLists) keepSingletons(expression.ast());
    await bound(expression, meter, constants);
    return await expression.evaluate(inputOf(request));
  };
  try {
    let value = await evaluate(ask === "list");
    if (ask === "list" && isOnlyNull(value)) value = await evaluate(false);
    const answer = answerOf(value, ask);
    meter.measureJson(textsOf(answer));
    return answer;
  } catch (error) {
    if (error instanceof BadExpression) return failed("bad-expression", error.message);
    return failure(error);
  } finally {
    meter.end();
  }
}

/** An expression cannot be read. */
class BadExpression extends Error {}

/** @throws {BadExpression} */
function parsed(text: string, meter: Meter): jsonata.Expression {
  const options = { timeout: 0, stack: DEEPEST, sequence: MOST_ITEMS };
  try {
    const RegexEngine = countedRegExp(meter.step) as unknown as RegExpConstructor;
    const expression = jsonata(text, { ...options, RegexEngine });
    checkRegexes(expression.ast());
    return expression;
  } catch (error) {
    throw new BadExpression(`cannot be read: ${wordsOf(error)}`);
  }
}

function inputOf({ scope, unreadable = [] }: Request): unknown {
  if (unreadable.length === 0) return scope;
  const inputs = { ...(scope as { inputs: object }).inputs };
  for (const name of unreadable) {
    const get = () => {
      throw Object.assign(new Error(`the output of ${name}, which is no JSON`), { code: NOT_READABLE });
    };
    Object.defineProperty(inputs, name, { get, enumerable: true });
  }
  return { ...scope as object, inputs };
}

function answerOf(value: unknown, ask: Ask): Answer {
  const bad = value === undefined ? undefined : badPart(value);
  if (bad !== undefined) {
    return failed("not-json", `answers what JSON cannot carry${bad === "" ? "" : ` at ${bad}`}`);
  }
  switch (ask) {
    case "truth":
      return { kind: "truth", isTrue: isTrue(value as Json | undefined) };
    case "list":
      return { kind: "list", items: listOf(value).map((item) => writeJson(item as Json)) };
    case "value":
      return { kind: "value", json: JSON.stringify(value) as JsonText | undefined };
  }
}

/** The JSON in an answer. */
function textsOf(answer: Answer): readonly string[] {
  switch (answer.kind) {
    case "value":
      return answer.json === undefined ? [] : [answer.json];
    case "list":
      return answer.items;
    default:
      return [];
  }
}

/** The place of the first part that JSON cannot carry, or that lies too deep; undefined if there is none. */
function badPart(value: unknown, depth = 0): string | undefined {
  if (value === null || typeof value === "string" || typeof value === "boolean") return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : "";
  if (typeof value !== "object" || depth >= MAX_JSON_DEPTH || isFunction(value)) return "";
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const bad = badPart(value[i], depth + 1);
      if (bad !== undefined) return `[${i}]${bad}`;
    }
    return undefined;
  }
  for (const [key, member] of Object.entries(value)) {
    const bad = badPart(member, depth + 1);
    if (bad !== undefined) return `.${key}${bad}`;
  }
  return undefined;
}

function failed(code: ExpressionErrorCode, why: string): Answer {
  return { kind: "error", code, why };
}

interface Thrown {
  readonly code?: string;
  readonly message?: string;
}

function failure(error: unknown): Answer {
  const { code, message = "" } = error as Thrown;
  switch (code) {
    case NOT_READABLE:
      return failed("not-json", `needs ${message}`);
    case "too-long":
      return failed("expression-timeout", "takes too long");
    case "D1011":
      return failed("expression-depth", `goes deeper than ${DEEPEST} levels`);
    case "D2014":
    case "D2015":
    case "too-large":
      return failed("expression-size", "makes a value that is too large");
  }
  if (error instanceof RangeError) {
    return /call stack/.test(message)
      ? failed("expression-depth", "goes too deep")
      : failed("expression-size", "makes a value that is too large");
  }
  return failed("expression-failed", `failed: ${wordsOf(error)}`);
}
