import type { Json } from "../model/mod.ts";
import { isTrue } from "./is_true.ts";

/** A value of an expression; undefined is JSONata's "nothing". */
export type Value = Json | undefined;

/** Thrown where the simple evaluator hands an expression over to the full one, which also finds the words for errors. */
export const DECLINED = new Error("not simple");

/** Longest text that the simple evaluator works on, in characters. */
export const LONGEST_TEXT = 65_536;

/** Most steps of an evaluation: about 1 ms. */
const MOST_STEPS = 20_000;

let stepsLeft = 0;

/** Begins an evaluation. One ends before the next begins, as none waits. */
export function startCount(): void {
  stepsLeft = MOST_STEPS;
}

/** Counts steps of the evaluation under way. @throws DECLINED if they are too many */
export function charge(steps: number): void {
  stepsLeft -= steps;
  if (stepsLeft < 0) throw DECLINED;
}

/** Whether a value counts as true, at the price of one step for each item of a list. */
export function truth(value: Value): boolean {
  if (!Array.isArray(value)) return isTrue(value);
  charge(value.length);
  return value.some(truth);
}

/** The text of a value that is neither list nor object, as `$string` writes it. */
export function textOf(value: Value): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw DECLINED;
    return JSON.stringify(Number.isInteger(value) ? value : Number(value.toPrecision(15)));
  }
  if (typeof value === "boolean" || value === null) return String(value);
  throw DECLINED;
}
