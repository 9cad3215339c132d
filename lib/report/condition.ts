import { parseDuration } from "../model/mod.ts";

/** The operator of a comparison with a figure. */
export type Operator = "<" | "<=" | ">" | ">=" | "==" | "!=";

const OPERATORS: Readonly<Record<Operator, (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

/** Whether a comparison holds. */
export function holds(a: number, operator: Operator, b: number): boolean {
  return OPERATORS[operator](a, b);
}

const CONDITION = /^\s*(.*[^<>=!\s])\s*(<=|>=|==|!=|<|>)\s*([^<>=!\s]+(?:\s+%)?)\s*$/s;

/** The parts of a comparison as it is written, `queueing_ms.p99 > 200`; undefined: it is none. */
export function comparisonParts(
  text: string,
): { readonly path: string; readonly operator: Operator; readonly value: string } | undefined {
  const match = CONDITION.exec(text);
  if (!match) return undefined;
  const [, path = "", operator, value = ""] = match;
  return { path, operator: operator as Operator, value };
}

/** A number of a unit, as it is written: times also with their own units, shares also in percent; undefined: it is none. */
export function writtenQuantity(text: string, unit: string): number | undefined {
  const number = Number(text);
  if (Number.isFinite(number)) return number;
  try {
    if (unit === "ms") return parseDuration(text);
    if (unit === "s") return parseDuration(text) / 1000;
  } catch {
    return undefined;
  }
  const percent = unit === "share" ? /^(\d+(?:\.\d+)?)\s*%$/.exec(text) : null;
  return percent === null ? undefined : Number(percent[1]) / 100;
}
