import { type Clock, onAbort, untilWall } from "../model/mod.ts";
import type { Bell } from "./bell.ts";

/**
 * Waits until a bell has rung more than `rings` times, an instance is due, or `signal` is aborted.
 *
 * @param dueAtMs when that instance is due, in milliseconds since 1970 (Default: none is delayed)
 */
export async function rungOrDue(
  bell: Bell,
  rings: number,
  clock: Clock,
  dueAtMs: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (dueAtMs === undefined) return await bell.after(rings, signal);
  const over = new AbortController();
  const end = () => over.abort();
  const forget = onAbort(signal, end);
  await Promise.race([bell.after(rings, over.signal), untilWall(clock, dueAtMs, over.signal)]).finally(end);
  forget();
}
