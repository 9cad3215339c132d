import { counted, formatDuration, type Pace } from "../../lib/model/mod.ts";
import type { Condition, Turning } from "../../lib/spam/mod.ts";

/** The window in which a condition was true first, in a sentence. */
export function turningWords({ condition, value, fromMs, toMs, perS, ...calls }: Turning): string {
  const { calls: all, throttled, failed } = calls;
  return `${condition.text} became true at ${rate(perS)}/s: ${figure(condition, value)} of ` +
    `${counted(all, "call")}, throttled ${count(throttled)}, failed ${count(failed)}, ` +
    `from ${time(fromMs)} to ${time(toMs)} after the start`;
}

/** The same as JSON. */
export function turningJson({ condition, ...turning }: Turning) {
  return { condition: condition.text, ...turning };
}

/** That the load has not lasted for a window, in a sentence. */
export function shortWords(conditions: readonly Condition[], windowMs: number): string {
  const all = conditions.map(({ text }) => text).join(", ");
  return `The load ended before a window of ${
    time(windowMs)
  } did, so nobody knows whether it was true: ${all}. ` +
    "Let it last longer, or write a shorter --window";
}

/** That no condition was true, in a sentence. */
export function neverWords(conditions: readonly Condition[], { intended, askedPerS }: Pace): string {
  const all = conditions.map(({ text }) => text).join(", ");
  const load = askedPerS === null ? "" : ` (${count(intended)} in all, ${rate(askedPerS)}/s in the mean)`;
  return `The load ended before it was true: ${all}${load}. Let it go higher, or last longer`;
}

function figure({ figure }: Condition, value: number): string {
  return figure.startsWith("latency_ms")
    ? `${figure} ${time(value)}`
    : `${figure} ${(value * 100).toPrecision(3)} %`;
}

function time(ms: number): string {
  return formatDuration(Number(ms.toPrecision(3)));
}

function rate(perS: number): string {
  return Number(perS.toPrecision(3)).toLocaleString("en");
}

function count(value: number): string {
  return value.toLocaleString("en");
}
