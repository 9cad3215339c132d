import { formatDuration } from "../../lib/model/mod.ts";

/** Most that clocks of machines, and the steps of one, may differ without a word, in milliseconds. */
const TOLERANCE_MS = 1000;

/** The time from one process's instant to another's, in words: no clock that was set makes it negative. */
export function spanWords(ms: number): string {
  return ms < -TOLERANCE_MS ? "an unknown time (a clock was set)" : formatDuration(Math.max(0, ms));
}

/** When something was, from the submission of its instance on; nothing, if a clock was set in between. */
export function sinceWords(ms: number): string {
  return ms < -TOLERANCE_MS ? "" : `at +${formatDuration(Math.max(0, ms))}`;
}

/** When an instance is due, in words: `due in 3m`. */
export function dueWords(inMs: number): string {
  return inMs > 0 ? `due in ${formatDuration(inMs)}` : `due ${agoWords(-inMs)}`;
}

/** The time since an instant of another process, in words. */
export function agoWords(ms: number): string {
  return ms < -TOLERANCE_MS
    ? `${formatDuration(-ms)} from now (a clock was set)`
    : `${formatDuration(Math.max(0, ms))} ago`;
}
