import { charge, chargeText, DECLINED, LONGEST_TEXT, textOf, type Value } from "./simple_values.ts";

/** The operators of JSONata on two values, but for those that do not always ask for the second. */
export const OPERATORS: Readonly<Record<string, (a: Value, b: Value) => Value>> = {
  "+": arithmetic((a, b) => a + b),
  "-": arithmetic((a, b) => a - b),
  "*": arithmetic((a, b) => a * b),
  "/": arithmetic((a, b) => a / b),
  "%": arithmetic((a, b) => a % b),
  "=": (a, b) => equality(a, b, true),
  "!=": (a, b) => equality(a, b, false),
  "<": comparison((a, b) => a < b),
  "<=": comparison((a, b) => a <= b),
  ">": comparison((a, b) => a > b),
  ">=": comparison((a, b) => a >= b),
  "&": (a, b) => joined(a === undefined ? "" : textOf(a), b === undefined ? "" : textOf(b)),
  in: includes,
};

function arithmetic(apply: (a: number, b: number) => number): (a: Value, b: Value) => Value {
  return (a, b) => {
    if (a !== undefined && typeof a !== "number" || b !== undefined && typeof b !== "number") throw DECLINED;
    if (a === undefined || b === undefined) return undefined;
    const result = apply(a, b);
    if (!Number.isFinite(result)) throw DECLINED;
    return result;
  };
}

function comparison(
  apply: (a: string | number, b: string | number) => boolean,
): (a: Value, b: Value) => Value {
  const isComparable = (value: Value) => ["undefined", "string", "number"].includes(typeof value);
  return (a, b) => {
    if (!isComparable(a) || !isComparable(b)) throw DECLINED;
    if (a === undefined || b === undefined) return undefined;
    if (typeof a !== typeof b) throw DECLINED;
    chargeComparing(a, b);
    return apply(a as string, b as string);
  };
}

function equality(a: Value, b: Value, ifEqual: boolean): boolean {
  if (a === undefined || b === undefined) return false;
  const isDeep = [a, b].every((value) => typeof value === "object" && value !== null);
  if (isDeep && a !== b) throw DECLINED;
  chargeComparing(a, b);
  return (a === b) === ifEqual;
}

function joined(a: string, b: string): string {
  if (a.length + b.length > LONGEST_TEXT) throw DECLINED;
  chargeText(a.length + b.length);
  return a + b;
}

/** Texts may be the same up to their ends. */
function chargeComparing(a: Value, b: Value): void {
  if (typeof a === "string" && typeof b === "string") chargeText(Math.min(a.length, b.length));
}

function includes(value: Value, list: Value): boolean {
  if (value === undefined || list === undefined) return false;
  if (!Array.isArray(list)) return equality(list, value, true);
  charge(list.length);
  if (typeof value === "string") list.forEach((item) => chargeComparing(value, item));
  return list.includes(value);
}
