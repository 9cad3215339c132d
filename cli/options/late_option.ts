import type { Logger } from "@std/log";
import {
  formatDuration,
  hasFallenBehind,
  type LateBound,
  type Pace,
  parsePositiveDuration,
  USUAL_LATE_BOUND,
} from "../../lib/model/mod.ts";
import type { Load } from "../../lib/produce/mod.ts";
import { CheckError } from "../shell/errors.ts";
import { one, optionGroup, type Values, withWords } from "../shell/options.ts";

/** The option that says how late a load may be. */
export const LATE_OPTION = optionGroup("for the load", {
  "max-late": one(
    "DURATION|none",
    "end with 3 if any of the load is later than this (default: if more than 1 % is more than 1s late; " +
      "a burst alone may be)",
    withWords<LateBound | "none">(
      (value) => value === "none" ? value : { ms: parsePositiveDuration(value), part: 0 },
      ["none"],
    ),
  ),
});

/** The lateness that a load is allowed; undefined: any, as all of a burst is intended at one instant, and cannot be made there. */
export function lateBoundOf(
  { "max-late": given }: Values<typeof LATE_OPTION>,
  { arrivals }: Load,
): LateBound | undefined {
  if (given === "none") return undefined;
  return given ?? (arrivals.kind === "burst" ? undefined : USUAL_LATE_BOUND);
}

/** A load that was made, and the lateness that it was allowed. */
export interface MadeLoad {
  readonly pace: Pace;
  readonly bound: LateBound | undefined;
  /** For messages: "instances were submitted". */
  readonly what: string;
}

/**
 * Warns if a load was late.
 *
 * @returns the failure of the check if it has fallen behind, for the end of the command; undefined: it has not
 */
export function lateness({ pace, bound, what }: MadeLoad, log: Logger): CheckError | undefined {
  if (bound === undefined || pace.late === 0) return undefined;
  const words = lateWords(pace, bound, what);
  if (hasFallenBehind(pace, bound)) {
    return new CheckError(`The load fell behind: ${words}. Ask for less, or allow more with --max-late`);
  }
  log.warn(words);
  return undefined;
}

function lateWords(pace: Pace, { ms }: LateBound, what: string): string {
  const { intended, late, missed, latestMs, askedPerS, heldPerS } = pace;
  const rates = askedPerS === null || heldPerS === null
    ? ""
    : `; ${rate(askedPerS)}/s were asked for, ${rate(heldPerS)}/s held`;
  const not = missed === 0 ? "" : `, ${number(missed)} of them never`;
  return `${number(late)} of ${number(intended)} ${what} more than ${formatDuration(ms)} late${not}; ` +
    `the latest by ${formatDuration(latestMs)}${rates}`;
}

function number(value: number): string {
  return value.toLocaleString("en");
}

function rate(perS: number): string {
  return Number(perS.toPrecision(3)).toLocaleString("en");
}
