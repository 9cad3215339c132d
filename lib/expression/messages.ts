import type { ExpressionErrorCode } from "./errors.ts";
import { type Json, type JsonText, objectText, writeJson } from "../model/mod.ts";
import { type Constants, type NamingScope, type Scope, scopeText } from "./scope.ts";

/** In which form an answer is wanted: the value, whether it counts as true, or the items of a list. */
export type Ask = "value" | "truth" | "list";

/** The most that an evaluation may use. */
export interface Budget {
  /** Steps of JSONata, or as much work of its functions. */
  readonly steps: number;
  /** Processor time, in milliseconds. */
  readonly cpuMs: number;
}

/** A question of a caller. */
export interface Question {
  readonly text: string;
  readonly ask: Ask;
  readonly scope: Scope | NamingScope;
  /** (Default: chance and the present instant) */
  readonly constants?: Constants | undefined;
}

/** A request to an evaluator. */
export interface Request {
  readonly text: string;
  readonly ask: Ask;
  readonly budget: Budget;
  readonly constants?: Constants;
  /** Names of inputs that are no JSON. */
  readonly unreadable?: readonly string[];
  readonly scope: unknown;
}

/** The JSON of a {@linkcode Request}: parts of the scope go as they came. */
export function writeRequest({ text, ask, scope, constants }: Question, budget: Budget): JsonText {
  const unreadable = "unreadable" in scope ? scope.unreadable : undefined;
  const head = { text, ask, budget, constants, unreadable };
  const members: [string, JsonText][] = [["scope", scopeText(scope)]];
  for (const [name, value] of Object.entries(head)) {
    if (value !== undefined) members.push([name, writeJson(value as Json)]);
  }
  return objectText(members);
}

/** The answer of an evaluator. */
export type Answer =
  /** JSON; undefined if the expression answers nothing. */
  | { readonly kind: "value"; readonly json: JsonText | undefined }
  | { readonly kind: "truth"; readonly isTrue: boolean }
  /** The items, each as JSON. */
  | { readonly kind: "list"; readonly items: readonly JsonText[] }
  | { readonly kind: "error"; readonly code: ExpressionErrorCode; readonly why: string };

/** An answer as one text: its kind in one letter, then what it carries; items are lines, as no JSON made here has any. */
export function writeAnswer(answer: Answer): string {
  switch (answer.kind) {
    case "value":
      return answer.json === undefined ? "u" : `v${answer.json}`;
    case "truth":
      return answer.isTrue ? "t" : "f";
    case "list":
      return `l${answer.items.join("\n")}`;
    case "error":
      return `e${answer.code} ${answer.why}`;
  }
}

/** @throws {TypeError} if a text is no answer */
export function readAnswer(text: string): Answer {
  const rest = text.slice(1);
  switch (text[0]) {
    case "u":
      return { kind: "value", json: undefined };
    case "v":
      return { kind: "value", json: rest as JsonText };
    case "t":
    case "f":
      return { kind: "truth", isTrue: text[0] === "t" };
    case "l":
      return { kind: "list", items: rest === "" ? [] : rest.split("\n") as JsonText[] };
    case "e": {
      const space = rest.indexOf(" ");
      return {
        kind: "error",
        code: rest.slice(0, space) as ExpressionErrorCode,
        why: rest.slice(space + 1),
      };
    }
  }
  throw new TypeError(`Cannot read the answer of an evaluator: it begins with ${JSON.stringify(text[0])}`);
}
