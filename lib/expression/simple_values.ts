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

/** Characters that are copied or compared per step. */
const CHARACTERS_PER_STEP = 256;
/** Parts of a value, and characters of its texts, that are written per step. */
const PARTS_WRITTEN = 8, CHARACTERS_WRITTEN = 16;

/** Counts the characters of a text that is copied or compared. */
export function chargeText(characters: number): void {
  charge(characters / CHARACTERS_PER_STEP);
}

/**
 * Counts what it takes to write a value as JSON. A part counts as often as the value holds it: a short expression can build a
 * value that holds one part a billion times.
 */
export function chargeWriting(value: Value): void {
  charge(1 / PARTS_WRITTEN);
  if (typeof value === "string") return charge(value.length / CHARACTERS_WRITTEN);
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) return value.forEach(chargeWriting);
  for (const [key, member] of Object.entries(value)) {
    charge(key.length / CHARACTERS_WRITTEN);
    chargeWriting(member);
  }
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
