import type { SchedulerStats } from "../scheduler/mod.ts";

/** What a consumer says of its work, as far as it decides which part of what is queued is for it. */
export interface Load {
  /** Most attempts that it has in flight. (Default: no limit) */
  readonly limit?: number;
  /** How many more attempts it could start at once, and has nothing for. (Default: none) */
  readonly idle?: number;
}

/** What a consumer knows of itself. */
export interface OwnLoad extends Pick<SchedulerStats, "limit" | "ready" | "running"> {
  /** Instances that it holds, without those that they have called. */
  readonly instances: number;
}

/** As much counts for a consumer without a limit. */
const NO_LIMIT = 10_000;
/** A consumer may always hold so many times what it runs at once: the next ones start while more are on their way. */
const AHEAD = 2;

/** How many attempts a consumer runs at once. */
export function capacityOf({ limit = NO_LIMIT }: Load): number {
  return Math.min(limit, NO_LIMIT);
}

/**
 * How many more attempts a consumer could start at once when none of those that are ready may start. What is to be tried again counts
 * as in flight: where nobody serves its functions a consumer would take in all that others hand over.
 */
export function idleSlots(stats: Pick<SchedulerStats, "limit" | "running" | "delayed">): number {
  return Math.max(0, capacityOf(stats) - stats.running - stats.delayed);
}

/**
 * Most instances that one of several consumers holds: of all that have not ended the part that its capacity is of that of all; and
 * enough for its slots, so that none stays free because others report late of theirs.
 *
 * @param queued how many instances have not ended
 */
export function fairHolding(own: OwnLoad, others: readonly Load[], queued: number): number {
  const capacity = capacityOf(own);
  const all = others.reduce((sum, each) => sum + capacityOf(each), capacity);
  const ahead = Math.max(0, AHEAD * capacity - own.running - own.ready);
  return Math.max(Math.ceil(queued * capacity / all), own.instances + ahead);
}

/**
 * How many of those that wait at a consumer go to others: so many that what stays is to its capacity as what goes is to their idle
 * slots. None while the others are busy.
 *
 * @param waiting how many wait here for capacity
 */
export function surplus(own: Load, others: readonly Load[], waiting: number): number {
  const idle = others.reduce((sum, each) => sum + Math.min(each.idle ?? 0, NO_LIMIT), 0);
  return idle === 0 ? 0 : Math.ceil(waiting * idle / (idle + capacityOf(own)));
}

/** So many of a list, evenly spread over it. */
export function spread<T>(list: readonly T[], count: number): T[] {
  const before = (i: number) => Math.floor(i * count / list.length);
  return list.filter((_, i) => before(i + 1) > before(i));
}
