import type { Scheduler, SchedulerStats } from "../scheduler/mod.ts";

/** The load of a consumer, by its record: the others read it to decide who takes which part of the queue. */
export interface Load {
  /** Most attempts that it has in flight. (Default: no limit) */
  readonly limit?: number;
  /** The number of further attempts that it could start at once, but has no work for. (Default: 0) */
  readonly idle?: number;
}

/** The load of this consumer, as it knows it itself. */
export interface OwnLoad extends Pick<SchedulerStats, "limit" | "ready" | "running"> {
  /** Invocations that wait here for something that others may not lack. */
  readonly inVain: number;
  /** Whether something is ready that only a bound on all attempts keeps from starting: the limit, or a rate. */
  readonly isCrowded: boolean;
  /** Instances that it holds, without those that they have called. */
  readonly instances: number;
}

/** As much counts for a consumer without a limit. */
const NO_LIMIT = 10_000;
/** A consumer may always hold this many times its capacity: the next ones start while more are on their way. */
const AHEAD = 2;

/** The number of attempts that a consumer runs at once. */
function capacityOf({ limit = NO_LIMIT }: Load): number {
  return Math.min(limit, NO_LIMIT);
}

/**
 * The load of this consumer, from its scheduler.
 *
 * @param instances that it holds
 * @param limit the most attempts that it could have in flight (Default: at present)
 */
export function loadOf(scheduler: Scheduler, instances: number, limit?: number): OwnLoad {
  const { ready, running, delayed, limit: present } = scheduler.stats(), { isCrowded, unserved } = scheduler;
  const inVain = delayed + (unserved.length > 0 ? ready : 0);
  return { limit: limit ?? present, ready, running, instances, isCrowded, inVain };
}

/**
 * The number of further attempts that a consumer could start at once, but has no work for. What waits in vain
 * counts as in flight: where nobody serves its functions, or no call arrives, a consumer would take in all that others hand over.
 */
export function idleSlots(load: Omit<OwnLoad, "instances">): number {
  return load.isCrowded ? 0 : Math.max(0, capacityOf(load) - load.running - load.inVain);
}

/**
 * Most instances that one of several consumers holds: of all that have not ended the part that its capacity is of that of all; and
 * enough for its slots, so that none stays free because others report late of theirs. Where as much as it runs at once waits in vain, it
 * has no part.
 *
 * @param queued how many instances have not ended
 */
export function fairHolding(own: OwnLoad, others: readonly Load[], queued: number): number {
  const capacity = capacityOf(own);
  const all = others.reduce((sum, each) => sum + capacityOf(each), capacity);
  const part = own.inVain < capacity ? Math.ceil(queued * capacity / all) : 0;
  return Math.max(part, own.instances + ahead(own));
}

/** The number of further instances that a consumer has to hold so that its slots do not run out of work. */
function ahead(own: OwnLoad): number {
  const capacity = capacityOf(own), { running, ready, inVain, isCrowded } = own;
  const hasFreeSlots = running < capacity;
  if (isCrowded && hasFreeSlots) return 0; // it waits for a rate, or the platform
  return Math.max(0, AHEAD * capacity - running - Math.max(ready, inVain));
}

/**
 * The number of waiting instances that a consumer hands over to others: those that stay are to its capacity as those that go are to
 * the idle slots of the others. 0 while the others are busy.
 *
 * @param waiting how many wait here for capacity
 */
export function surplus(own: Load, others: readonly Load[], waiting: number): number {
  const idle = others.reduce((sum, each) => sum + Math.min(each.idle ?? 0, NO_LIMIT), 0);
  return idle === 0 ? 0 : Math.ceil(waiting * idle / (idle + capacityOf(own)));
}

/** Takes `count` items of a list, evenly spread over it. */
export function spread<T>(list: readonly T[], count: number): T[] {
  const before = (i: number) => Math.floor(i * count / list.length);
  return list.filter((_, i) => before(i + 1) > before(i));
}
