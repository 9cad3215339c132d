import type { Json, JsonObject } from "../model/mod.ts";
import { charge, chargeText, DECLINED, LONGEST_TEXT, textOf, truth, type Value } from "./simple_values.ts";

/** A function of JSONata in the part of it that needs linear time and cannot fail. */
export interface SimpleFunction {
  /** The number of its arguments. */
  readonly takes: number;
  run(args: readonly Value[]): Value;
}

function text(value: Value): string {
  if (typeof value !== "string" || value.length > LONGEST_TEXT) throw DECLINED;
  return value;
}

function number(value: Value): number {
  if (typeof value !== "number") throw DECLINED;
  return value;
}

/** Changes each character by tables of Unicode, which takes longer than to copy it. */
function ofText(run: (text: string) => Value): SimpleFunction {
  return { takes: 1, run: ([value]) => (charge(text(value).length / 16), run(text(value))) };
}

/** JavaScript may compare the part at each place of the text. */
function contains([value, part]: readonly Value[]): boolean {
  chargeText(text(value).length * Math.max(1, text(part).length));
  return text(value).includes(text(part));
}

function ofNumber(run: (number: number) => number): SimpleFunction {
  return { takes: 1, run: ([value]) => run(number(value)) };
}

/** Of a list of numbers, or of one number. */
function ofNumbers(run: (numbers: readonly number[]) => Value): SimpleFunction {
  return {
    takes: 1,
    run([value]) {
      if (value === undefined) return undefined;
      const list = Array.isArray(value) ? value : [value];
      charge(list.length);
      if (!list.every((item) => typeof item === "number")) throw DECLINED;
      return run(list);
    },
  };
}

/** Of any value that is there. */
function ofValue(run: (value: Json) => Value): SimpleFunction {
  return {
    takes: 1,
    run([value]) {
      if (value === undefined) throw DECLINED;
      if (Array.isArray(value)) charge(value.length);
      return run(value);
    },
  };
}

function sum(numbers: readonly number[]): number {
  const total = numbers.reduce((total, number) => total + number, 0);
  if (!Number.isFinite(total)) throw DECLINED;
  return total;
}

function count(value: Value): number {
  if (value === undefined) return 0;
  if (value === null) throw DECLINED;
  return Array.isArray(value) ? value.length : 1;
}

function merge(value: Value): Value {
  if (!Array.isArray(value)) throw DECLINED;
  const merged: Record<string, Json> = {};
  for (const item of value) {
    if (typeof item !== "object" || item === null || Array.isArray(item)) throw DECLINED;
    if (Object.hasOwn(item, "__proto__")) throw DECLINED;
    Object.assign(merged, item as JsonObject);
  }
  return merged;
}

/** By their names. */
export const SIMPLE_FUNCTIONS: Readonly<Record<string, SimpleFunction>> = {
  exists: { takes: 1, run: ([value]) => value !== undefined },
  count: { takes: 1, run: ([value]) => count(value) },
  sum: ofNumbers(sum),
  max: ofNumbers((list) => list.length === 0 ? undefined : list.reduce((a, b) => Math.max(a, b))),
  min: ofNumbers((list) => list.length === 0 ? undefined : list.reduce((a, b) => Math.min(a, b))),
  average: ofNumbers((list) => list.length === 0 ? undefined : sum(list) / list.length),
  not: ofValue((value) => !truth(value)),
  boolean: ofValue(truth),
  string: ofValue(textOf),
  uppercase: ofText((text) => text.toUpperCase()),
  lowercase: ofText((text) => text.toLowerCase()),
  contains: { takes: 2, run: contains },
  abs: ofNumber(Math.abs),
  floor: ofNumber(Math.floor),
  ceil: ofNumber(Math.ceil),
  merge: {
    takes: 1,
    run([value]) {
      if (Array.isArray(value)) { for (const item of value) charge(1 + Object.keys(item ?? {}).length); }
      return merge(value);
    },
  },
};
