import { rowsByGroup } from "./column.ts";
import { queueOf } from "./events.ts";
import type { Grouping } from "./grouping.ts";
import type { KnownIntervals } from "./intervals.ts";
import { CALL_KINDS, type CallKind } from "./kinds.ts";
import type { Groups, Samples } from "./samples.ts";
import type { Fairness } from "./schema.ts";
import { blockBootstrap } from "./statistics/mod.ts";
import { unionOf } from "./waits.ts";
import { Windows } from "./windows.ts";

/** The most blocks of windows from which it is told how far the figures may be off. */
const MOST_BLOCKS = 40;

/** The fairness of a run, and each group's part of its fair share (null: it never wanted more while others did). */
export interface Shares extends Omit<Fairness, "by"> {
  /** By the group's number. */
  readonly byGroup: readonly (number | null)[];
  /** Confidence intervals of the figures, and of the shares that were asked for, by their paths; undefined where nothing tells. */
  readonly intervals: KnownIntervals;
}

/** A share that gets a confidence interval. */
export interface AskedShare {
  /** The path of the figure. */
  readonly path: string;
  /** The number of the group that it is of. */
  readonly group: number;
}

/**
 * Measures how evenly groups (chains, or the values of a label: what the policy shares between) were served while there was not
 * enough for all.
 *
 * The run is cut into windows of a second (twice as long, or four times, …, where there would be more than 400). In a window a
 * group is *wanting* if during at least half of it some invocation of its waited to be started, or if one was refused in it that
 * nobody tries again. Only windows with two or more wanting groups count: who gets what it wants is not treated unfairly,
 * however little that is. The work that group c received in a window is x_c, the time its attempts ran in it (or their number,
 * where calls are shared) ÷ its weight. Throttled attempts are not work.
 *
 * - `jain` = mean over those windows, by their length, of (Σ x_c)² ÷ (n Σ x_c²) over their n wanting groups: Jain, Chiu
 *   and Hawe, "A Quantitative Measure of Fairness and Discrimination for Resource Allocation in Shared Computer
 *   Systems" (DEC-TR-301, 1984);
 * - the share of a group = Σ x_c over the windows in which it was wanting ÷ Σ of the mean x of these windows.
 *
 * @param windows the work and the demand of the groups; undefined if nothing happened
 * @param toUs the instant at which the run ended
 * @param weights of the groups, by their numbers
 * @param asked the shares of groups that get confidence intervals, too
 */
export function sharesOf(
  windows: Windows | undefined,
  toUs: number,
  weights: readonly number[],
  asked: readonly AskedShare[] = [],
): Shares {
  const count = windows?.count(toUs) ?? 0;
  const served = Array.from({ length: count }, (_, w) => servedIn(windows!, w, toUs, weights))
    .filter((of) => of !== undefined);
  return {
    ...shared(served, weights.length, () => 1),
    intervals: intervalsOf(served, weights.length, asked),
  };
}

/** Jain's index over time. */
export interface JainOverTime {
  /** The length of a window, in milliseconds; the first begins with the run. */
  readonly windowMs: number;
  /** The index in each window; null: no two groups wanted more in it. */
  readonly values: readonly (number | null)[];
}

/** Jain's index in each window, as {@linkcode sharesOf} has it. */
export function jainOverTime(
  windows: Windows | undefined,
  toUs: number,
  weights: readonly number[],
): JainOverTime {
  const length = windows?.count(toUs) ?? 0;
  return {
    windowMs: (windows?.sizeUs ?? 1000) / 1000,
    values: Array.from({ length }, (_, w) => servedIn(windows!, w, toUs, weights)?.jain ?? null),
  };
}

function servedIn(
  windows: Windows,
  w: number,
  toUs: number,
  weights: readonly number[],
): Served | undefined {
  const wanting = [...weights.keys()].filter((group) => windows.isWanting(w, group, toUs));
  const x = wanting.map((group) => windows.workOf(w, group) / weights[group]!);
  const sum = x.reduce((a, b) => a + b, 0);
  if (wanting.length < 2 || sum === 0) return undefined;
  const squares = x.reduce((a, b) => a + b * b, 0), lengthUs = windows.lengthUs(w, toUs);
  const jain = sum * sum / (wanting.length * squares);
  return { lengthUs, jain, wanting, x, fair: sum / wanting.length };
}

/** The service in a window that counts. */
interface Served {
  readonly lengthUs: number;
  /** Jain's index. */
  readonly jain: number;
  /** The numbers of the wanting groups, … */
  readonly wanting: readonly number[];
  /** … the service that each received for its weight, … */
  readonly x: readonly number[];
  /** … and the mean of these. */
  readonly fair: number;
}

/** The shares in a run in which each window occurs a number of times. */
function shared(
  served: readonly Served[],
  groups: number,
  times: (window: number) => number,
): Omit<Shares, "intervals"> {
  const received = new Float64Array(groups), due = new Float64Array(groups);
  let jainTime = 0, time = 0;
  served.forEach(({ lengthUs, jain, wanting, x, fair }, w) => {
    const count = times(w);
    jainTime += count * lengthUs * jain;
    time += count * lengthUs;
    wanting.forEach((group, i) => {
      received[group]! += count * x[i]!;
      due[group]! += count * fair;
    });
  });
  const byGroup = Array.from(received, (got, group) => due[group]! > 0 ? got / due[group]! : null);
  const shares = byGroup.filter((share) => share !== null);
  if (time === 0) return { jain: null, minShare: null, maxShare: null, byGroup };
  return { jain: jainTime / time, minShare: least(shares), maxShare: -least(shares.map((x) => -x)), byGroup };
}

/** Confidence intervals of the figures, and of some shares, from blocks of windows. */
function intervalsOf(
  served: readonly Served[],
  groups: number,
  asked: readonly AskedShare[],
): KnownIntervals {
  const size = Math.ceil(served.length / MOST_BLOCKS);
  const paths = ["fairness.jain", "fairness.minShare", "fairness.maxShare", ...asked.map(({ path }) => path)];
  const { intervals } = blockBootstrap({
    blocks: size === 0 ? 0 : Math.ceil(served.length / size),
    families: paths.map(() => "fairness"),
    valuesOf(times) {
      const { jain, minShare, maxShare, byGroup } = shared(
        served,
        groups,
        (w) => times(Math.floor(w / size)),
      );
      const shares = asked.map(({ group }) => byGroup[group]!);
      return [jain, minShare, maxShare, ...shares].map((value) => value ?? NaN);
    },
  });
  return Object.fromEntries(paths.map((path, i) => [path, intervals[i]]));
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity);
}

/** The work that the groups of a run received and wanted, by window. */
export function windowsOf({ attempts, starved, span, run }: Samples, groups: Groups): Windows | undefined {
  if (span.durationUs === 0) return undefined;
  const windows = new Windows(span.firstUs), kind = attempts.kind.view();
  const start = attempts.startUs.view(), end = attempts.endUs.view(), queued = attempts.queuedMs.view();
  const isQueued = queueOf(run) !== "none";
  groups.ofAttempts.forEach((group, i) =>
    noteAttempt(windows, group, start[i]!, end[i]!, CALL_KINDS[kind[i]!]!, groups.unit)
  );
  const waited = rowsByGroup(groups.ofAttempts, groups.names.length);
  const unstarted = rowsByGroup(groups.ofStarved, groups.names.length), unstartedFrom = starved.fromUs.view();
  groups.names.forEach((_, group) => {
    const rows = waited[group]!.filter((row) => isQueued && waitUs(queued[row]!) > 0);
    const never = unstarted[group]!.filter((row) => unstartedFrom[row]! < span.lastUs);
    const count = rows.length + never.length;
    const froms = new Float64Array(count), tos = new Float64Array(count).fill(span.lastUs);
    rows.forEach((row, i) => {
      froms[i] = start[row]! - waitUs(queued[row]!);
      tos[i] = start[row]!;
    });
    never.forEach((row, i) => froms[rows.length + i] = unstartedFrom[row]!);
    for (const [fromUs, toUs] of unionOf(froms, tos)) windows.wait(group, fromUs, toUs);
  });
  return windows;
}

/** A queueing time in whole microseconds, so that sums are exact. */
export function waitUs(queuedMs: number): number {
  return Math.round(queuedMs * 1000);
}

/** Notes what an attempt that has ended says of its group, its waiting left out. */
export function noteAttempt(
  windows: Windows,
  group: number,
  startUs: number,
  endUs: number,
  { outcome, isSettled }: Pick<CallKind, "outcome" | "isSettled">,
  unit: Grouping["unit"],
): void {
  if (outcome === "throttled") {
    if (isSettled) windows.refuse(group, startUs);
  } else if (unit === "calls") windows.call(group, startUs);
  else windows.work(group, startUs, endUs);
}
