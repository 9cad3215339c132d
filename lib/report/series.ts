import type { Band } from "./band.ts";
import { allRows, rowsByGroup } from "./column.ts";
import { isCalled, isSettled, isThrottled } from "./kinds.ts";
import { withoutNaN } from "./quantity.ts";
import type { RunInfo } from "./events.ts";
import type { Samples } from "./samples.ts";

/** Most points of a chart over time; a screen has not many more. */
const MOST_BUCKETS = 400;
/** Most points of a distribution. */
const MOST_STEPS = 200;
/** Chains with a colour of their own; the rest are drawn together. */
const MOST_GROUPS = 7;

/** The upper ends, in milliseconds, of the classes in which queueing times are counted. */
export const DECADES_MS: readonly number[] = [1, 10, 100, 1000, 10_000, 100_000, Infinity];

/**
 * A step of a distribution: the part of all samples (0 to 1) that is not above `ms`. The last one of chains is below 1 where
 * some were lost.
 */
export interface Step {
  /** The time, in milliseconds. */
  readonly ms: number;
  /** The part of the samples that are at most that long, from 0 to 1. */
  readonly part: number;
}

/** The data of a run's charts: at most 400 buckets of time, however long the run and its log are. */
export interface Series {
  /** The length of a bucket; the first one starts with the first event, at 0. */
  readonly bucketMs: number;
  /** The number of intervals. */
  readonly buckets: number;
  /** The chains with the most work first; the last may stand for several. */
  readonly bands: readonly Band[];
  /** The global limit in force, by bucket; null where there was none, or none was recorded. */
  readonly limit: readonly (number | null)[];
  /** The distribution of queueing times. */
  readonly queueing: readonly Step[];
  /** The numbers of invocations that waited less than 1 ms, 10 ms, 100 ms, 1 s, 10 s, 100 s, and longer. */
  readonly queueingCounts: readonly number[];
  /** The distribution of chain times, of the instances that no other called. */
  readonly chainTime: readonly Step[];
}

/** Folds a run's samples into what its charts show. */
export function seriesOf(samples: Samples): Series {
  const durationMs = samples.span.durationUs / 1000;
  const buckets = Math.max(1, Math.min(MOST_BUCKETS, Math.ceil(durationMs)));
  const time: Buckets = {
    fromUs: samples.span.firstUs,
    sizeUs: Math.max(1, durationMs * 1000 / buckets),
    count: buckets,
  };
  const kinds = samples.attempts.kind.view();
  const queued = samples.queueing().filter((ms, row) =>
    !Number.isNaN(ms) && isSettled(kinds[row]!) && !isThrottled(kinds[row]!)
  );
  return {
    bucketMs: time.sizeUs / 1000,
    buckets,
    bands: bandsOf(samples, time),
    limit: limitOf(samples, time),
    queueing: stepsOf(queued),
    queueingCounts: decades(queued),
    chainTime: stepsOf(rootTimes(samples)),
  };
}

/** The chain times of the instances that no other called. */
function rootTimes({ instances }: Samples): Float64Array {
  const kinds = instances.kind.view();
  return instances.ms.view().filter((_, row) => !isCalled(kinds[row]!));
}

interface Buckets {
  readonly fromUs: number;
  readonly sizeUs: number;
  readonly count: number;
}

function bandsOf(samples: Samples, time: Buckets): Band[] {
  const names = samples.chains.list();
  const rows = rowsByGroup(samples.attempts.chain.view(), names.length);
  const start = samples.attempts.startUs.view(), end = samples.attempts.endUs.view();
  const kinds = samples.attempts.kind.view();
  const worked = (row: number) => isThrottled(kinds[row]!) ? 0 : end[row]! - start[row]!;
  const work = rows.map((of) => of.reduce((sum, row) => sum + worked(row), 0));
  return groupedBands(names, work, (name, chains) => bandOf(name, chains, rows, samples, time));
}

/**
 * Bands of the chains with the most work, and one for all others if they are many.
 *
 * @param work by the chain's number
 */
export function groupedBands(
  names: readonly string[],
  work: readonly number[],
  bandOf: (name: string, chains: readonly number[]) => Band,
): Band[] {
  const order = names.map((_, i) => i).sort((a, b) =>
    work[b]! - work[a]! || (names[a]! < names[b]! ? -1 : 1)
  );
  const single = order.length > MOST_GROUPS + 1 ? order.slice(0, MOST_GROUPS) : order;
  const rest = order.slice(single.length);
  const bands = single.map((chain) => bandOf(names[chain]!, [chain]));
  if (rest.length > 0) bands.push(bandOf(`${rest.length} other chains`, rest));
  return bands;
}

function bandOf(
  name: string,
  chains: readonly number[],
  rows: readonly Uint32Array[],
  { attempts, starved, span }: Samples,
  time: Buckets,
): Band {
  const running = new Float64Array(time.count), waiting = new Float64Array(time.count);
  const start = attempts.startUs.view(), end = attempts.endUs.view();
  const queued = attempts.queuedMs.view(), kinds = attempts.kind.view();
  for (const chain of chains) {
    for (const row of rows[chain]!) {
      if (!isThrottled(kinds[row]!)) spread(running, time, start[row]!, end[row]!);
      // The attempt that settles an invocation has waited since it was ready; the earlier ones would count double.
      if (isSettled(kinds[row]!)) spread(waiting, time, start[row]! - queued[row]! * 1000, start[row]!);
    }
    starved.chain.view().forEach((of, i) => {
      if (of === chain) spread(waiting, time, starved.fromUs.view()[i]!, span.lastUs);
    });
  }
  return { name, running: Array.from(running), waiting: Array.from(waiting) };
}

/** Adds an interval to the means of the buckets that it touches. */
function spread(
  buckets: Float64Array,
  { fromUs, sizeUs, count }: Buckets,
  startUs: number,
  endUs: number,
): void {
  const start = Math.max(0, (startUs - fromUs) / sizeUs), end = Math.min(count, (endUs - fromUs) / sizeUs);
  for (let b = Math.floor(start); b < end; b++) buckets[b]! += Math.min(end, b + 1) - Math.max(start, b);
}

/** Each bucket has the last limit that was recorded before its end; the first ones have the first. */
function limitOf({ counters, run }: Samples, { fromUs, sizeUs, count }: Buckets): (number | null)[] {
  const at = counters.atUs.view(), limit = counters.limit.view();
  const order = allRows(at.length).sort((a, b) => at[a]! - at[b]!);
  let next = 0, now = order.length > 0 ? limit[order[0]!]! : limitAsked(run);
  return Array.from({ length: count }, (_, bucket) => {
    for (; next < order.length && at[order[next]!]! <= fromUs + (bucket + 1) * sizeUs; next++) {
      now = limit[order[next]!]!;
    }
    return Number.isFinite(now) ? now : null;
  });
}

/** The global limit that was asked for; Infinity for none, or if it was to be found out. */
export function limitAsked(run: RunInfo | undefined): number {
  const asked = run?.limits?.global;
  return typeof asked === "number" ? asked : Infinity;
}

function decades(samples: Float64Array): number[] {
  const counts = DECADES_MS.map(() => 0);
  for (const ms of samples) counts[DECADES_MS.findIndex((below) => ms < below)]!++;
  return counts;
}

function stepsOf(samples: Float64Array): Step[] {
  const sorted = withoutNaN(samples.sort());
  const never = sorted.indexOf(Infinity), known = never < 0 ? sorted.length : never;
  return stepRanks(known, sorted.length).map((rank) => ({
    ms: sorted[rank - 1]!,
    part: rank / sorted.length,
  }));
}

/**
 * The ranks of the samples at which a distribution has its steps, ascending; the last is that of the greatest number.
 *
 * @param known the number of samples that are numbers @param total those that are "never" included
 */
export function stepRanks(known: number, total: number): number[] {
  const count = Math.min(MOST_STEPS, total);
  const ranks = Array.from({ length: count }, (_, i) => Math.ceil((i + 1) * total / count));
  return known > 0 ? [...ranks.filter((rank) => rank < known), known] : [];
}
