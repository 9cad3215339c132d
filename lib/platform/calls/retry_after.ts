import type { HeaderValues } from "./refusals.ts";

/** A wait beyond this is not believed, in milliseconds. */
const LONGEST_MS = 3_600_000;

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const AMOUNT = /^(\d+(?:\.\d+)?)\s*(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hours?)?$/i;
/** Two values of a header that was sent twice stand in one line; a date has a comma of its own. */
const BETWEEN = /\s*,\s*(?!\d{1,2} [A-Z][a-z]{2} \d{4})/;

/**
 * The wait that an answer asks for, in milliseconds, one hour at most: the longest of those in `Retry-After` (RFC 9110, section
 * 10.2.3: seconds, or a date; servers also send fractions and units, and send it twice) and in Azure's `retry-after-ms`. A date
 * counts from that of the answer, as the clocks of platforms are not ours.
 *
 * @param nowMs the present instant, for an answer without a date
 * @returns undefined if the answer asks for none that can be read
 */
export function retryAfterMs(headers: HeaderValues, nowMs: number): number | undefined {
  const dateMs = timeOf(headers.get("date") ?? "") || nowMs;
  const values = [
    ...valuesOf(headers, "retry-after").map((text) => waitOf(text, 1000, dateMs)),
    ...valuesOf(headers, "retry-after-ms").map((text) => waitOf(text, 1, dateMs)),
    ...valuesOf(headers, "x-ms-retry-after-ms").map((text) => waitOf(text, 1, dateMs)),
  ].filter((ms) => !Number.isNaN(ms));
  return values.length === 0 ? undefined : Math.min(Math.max(0, ...values), LONGEST_MS);
}

function valuesOf(headers: HeaderValues, name: string): string[] {
  return (headers.get(name) ?? "").split(BETWEEN).map((text) => text.trim()).filter((text) => text !== "");
}

/** @returns milliseconds, or NaN */
function waitOf(text: string, unitMs: number, dateMs: number): number {
  const [, amount, unit] = AMOUNT.exec(text) ?? [];
  if (amount === undefined) return timeOf(text) - dateMs;
  return Number(amount) * (unit === undefined ? unitMs : msOf(unit.toLowerCase()));
}

function msOf(unit: string): number {
  return /^m(s|illi)/.test(unit) ? 1 : UNITS_MS[unit[0]!]!;
}

/** @returns milliseconds since 1970, or NaN: a number alone is no date */
function timeOf(date: string): number {
  return /[A-Za-z]{3}|^\d{4}-\d\d-\d\dT/.test(date) ? new Date(date).getTime() : NaN;
}
