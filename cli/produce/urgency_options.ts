import type { Logger } from "@std/log";
import { formatDuration, isInt32, parseInstant, parsePositiveDuration } from "../../lib/model/mod.ts";
import type { Load } from "../../lib/produce/mod.ts";
import { UsageError } from "../shell/errors.ts";
import { one, optionGroup, type Values } from "../shell/options.ts";

/** The options that say how urgent instances are, and when they are due. */
export const URGENCY_OPTIONS = optionGroup("for instances", {
  priority: one(
    "N",
    "the priority of every instance, lower is more urgent (default: as the workload says)",
    priority,
  ),
  deadline: one(
    "DURATION",
    "when every instance should have ended, counted from when it is due (default: as the workload says)",
    parsePositiveDuration,
  ),
  in: one(
    "DURATION",
    "every instance waits in the queue for this time before it starts",
    parsePositiveDuration,
  ),
  at: one(
    "INSTANT",
    "no instance starts before this instant, for example 2026-12-01T09:00:00Z",
    parseInstant,
  ),
});

type UrgencyValues = Values<typeof URGENCY_OPTIONS>;

/**
 * Makes the instances of a load as urgent as the options say.
 *
 * @throws {UsageError} if they contradict each other
 */
export function withUrgency(load: Load, values: UrgencyValues): Load {
  const { priority, deadline, in: inMs, at: atMs } = values;
  if (inMs !== undefined && atMs !== undefined) throw new UsageError("Choose one of --in and --at");
  const { workload } = load;
  const urgency = {
    ...priority !== undefined && { priority },
    ...deadline !== undefined && { deadlineMs: deadline },
  };
  return {
    ...load,
    workload: { ...workload, chains: workload.chains.map((entry) => ({ ...entry, ...urgency })) },
    ...inMs !== undefined && { due: { inMs } },
    ...atMs !== undefined && { due: { atMs } },
  };
}

/** Warns of an instant that has passed. @param nowMs in milliseconds since 1970 */
export function warnOfPast({ at: atMs = Infinity }: UrgencyValues, nowMs: number, log: Logger): void {
  if (atMs > nowMs) return;
  log.warn(`--at was ${formatDuration(nowMs - atMs)} ago: instances start at once`);
}

/** When submitted instances are due, in words that follow on others. */
export function dueWords({ due }: Load): string {
  if (due === undefined) return "";
  return "inMs" in due
    ? `, due ${formatDuration(due.inMs)} later`
    : `, due at ${new Date(due.atMs).toISOString()}`;
}

function priority(text: string): number {
  const number = Number(text);
  if (/^-?\d+$/.test(text.trim()) && isInt32(number)) return number;
  throw new SyntaxError(`Cannot read "${text}" as a priority. Write a whole number, for example 10`);
}
