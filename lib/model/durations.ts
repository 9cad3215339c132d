const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const NUMBER = String.raw`(\d+(?:\.\d+)?|\.\d+)`;
const DURATION = new RegExp(`^${NUMBER}(ms|s|m|h|d)$`);
const RATE = new RegExp(`^${NUMBER}(?:/(s|m|h))?$`);

/** A year: longer durations are taken for a mistake. */
const MAX_DURATION_MS = 365 * 86_400_000;
/** More than any loopback or provider takes; larger rates are taken for a mistake. */
const MAX_RATE_PER_S = 10_000_000;
/** The largest count the command line takes. */
const MAX_COUNT = 1_000_000_000;

/** A length of time as users write it: `"250ms"`, `"5s"`, `"2m"`, `"1h"`, `"1d"`, or a number of milliseconds. */
export type Duration = string | number;

/**
 * Reads a duration.
 *
 * @returns milliseconds, from 0 to a year
 * @throws {SyntaxError} if the text is no duration
 * @throws {RangeError} if it is negative, not finite or over a year
 *
 * @example
 * ```ts
 * import { parseDuration } from "sequoia";
 * parseDuration("1.5s"); // 1500
 * ```
 */
export function parseDuration(text: Duration): number {
  const ms = typeof text === "number" ? text : measured(text);
  if (!(ms >= 0 && ms <= MAX_DURATION_MS)) {
    throw new RangeError(`Cannot use the duration "${text}": it is not between 0 and 365d`);
  }
  return ms;
}

function measured(text: string): number {
  const match = DURATION.exec(String(text).trim());
  if (!match) {
    throw new SyntaxError(
      `Cannot read "${text}" as a duration. Write a number with a unit: 250ms, 5s, 2m or 1h`,
    );
  }
  return Number(match[1]) * UNIT_MS[match[2]!]!;
}

/** As {@linkcode parseDuration}, for times that must pass: greater than 0. */
export function parsePositiveDuration(text: Duration): number {
  const ms = parseDuration(text);
  if (ms === 0) throw new RangeError(`Cannot use the duration "${text}": it must be longer than 0`);
  return ms;
}

/**
 * Reads a rate: `"5"` or `5` (per second), `"300/m"`, `"10/h"`.
 *
 * @returns events per second, greater than 0 and at most 10,000,000
 * @throws {SyntaxError} if the text is no rate
 * @throws {RangeError} if it is out of range
 */
export function parseRate(text: string | number): number {
  const { count, perMs } = parseRateWindow(text);
  return count / (perMs / 1000);
}

/**
 * As {@linkcode parseRate}, with the window that the text names: `"300/m"` is 300 in a minute.
 *
 * @returns the length of the window in milliseconds, and the number of events in it
 */
export function parseRateWindow(
  text: string | number,
): { readonly count: number; readonly perMs: number } {
  const window = typeof text === "number" ? { count: text, perMs: 1000 } : rateWindow(text);
  const perS = window.count / (window.perMs / 1000);
  if (!(perS > 0 && perS <= MAX_RATE_PER_S)) {
    throw new RangeError(
      `Cannot use the rate "${text}": it is not above 0 and at most ${MAX_RATE_PER_S} per second`,
    );
  }
  return window;
}

function rateWindow(text: string): { readonly count: number; readonly perMs: number } {
  const match = RATE.exec(text.trim());
  if (!match) {
    throw new SyntaxError(
      `Cannot read "${text}" as a rate. Write a number per second (5) or with a unit (300/m)`,
    );
  }
  return { count: Number(match[1]), perMs: UNIT_MS[match[2] ?? "s"]! };
}

/**
 * Reads a count of things: a whole number from 1 to 1,000,000,000.
 *
 * @throws {SyntaxError} if the text is no whole number
 * @throws {RangeError} if it is out of range
 */
export function parseCount(text: string | number): number {
  if (typeof text === "string" && !/^\d+$/.test(text.trim())) {
    throw new SyntaxError(`Cannot read "${text}" as a count. Write a whole number, for example 100`);
  }
  const count = Number(text);
  if (!(Number.isInteger(count) && count >= 1 && count <= MAX_COUNT)) {
    throw new RangeError(`Cannot use the count ${text}: it is not between 1 and ${MAX_COUNT}`);
  }
  return count;
}

/**
 * Writes a length of time for people, three digits and a unit: `"0ms"`, `"8.21ms"`, `"1.25s"`, `"2m 5s"`, `"1h 3m"`, `"3d 4h"`.
 *
 * @param ms milliseconds
 */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return "–";
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms < 999.5) return `${shortNumber(ms)}ms`;
  if (ms < 59_950) return `${shortNumber(ms / 1000)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return twoUnits(seconds, 60, "m", "s");
  if (seconds < 3 * 86_400) return twoUnits(Math.round(seconds / 60), 60, "h", "m");
  return twoUnits(Math.round(seconds / 3600), 24, "d", "h"); // of less, half an hour would be more than one in a hundred
}

function twoUnits(small: number, size: number, bigUnit: string, smallUnit: string): string {
  const rest = small % size;
  return `${Math.floor(small / size)}${bigUnit}` + (rest === 0 ? "" : ` ${rest}${smallUnit}`);
}

function shortNumber(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toFixed(digits).replace(/\.?0+$/, (zeros) => zeros.startsWith(".") ? "" : zeros);
}
