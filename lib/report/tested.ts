import { isNoticeable, type Mark, markOf } from "./mark.ts";
import { type Figure, runFigure } from "./figure.ts";
import { type FigureValue, type Metric, RUN_METRICS } from "./metrics.ts";
import type { Report } from "./schema.ts";
import { adjusted, ALPHA } from "./statistics/mod.ts";
import { type Side, sideOf, testOf } from "./sides.ts";
import { unlike } from "./unlike.ts";

/** The bounds of a 95 % confidence interval. */
export interface Bounds {
  /** The lower bound. */
  readonly low: number;
  /** The upper bound. */
  readonly high: number;
}

/** A figure of a run, or of repeated runs, beside that of the first. */
export interface Tested {
  /**
   * The figure; null: a run has no data for it. Of repeated runs their middle: the geometric mean if all are above 0, the median
   * if some are "never", else the arithmetic mean.
   */
  readonly value: FigureValue;
  /**
   * The change from the first run's, as a part of it (0.5: half as much again); null where that cannot be said, as from 0,
   * or from or to "never". Counts of instances in single runs change as parts of those that arrived.
   */
  readonly change: number | null;
  /** The bounds of the change; null: nothing tells. */
  readonly bounds: Bounds | null;
  /** The probability of a difference as large as this between runs that are alike; null: nothing tells. */
  readonly p: number | null;
  /** Whether it is better or worse than that of the first, by more than chance. */
  readonly mark: Mark;
  /** The reason why there is no mark although the values may differ, in words: the runs are not alike in this. */
  readonly reason?: string;
}

/** A figure of several runs, in their order. */
export interface TestedRow {
  /** The figure. */
  readonly metric: Metric;
  /** Its values, in the order of the runs. */
  readonly runs: readonly Tested[];
}

const TESTED = RUN_METRICS.filter(({ isCompared }) => isCompared).map(runFigure);

/**
 * Compares runs, or repeated runs of one thing each, with the first. A figure is marked where it differs by more than chance
 * and by 1 % at least. Of repeated runs Welch's test tells that from their values (from the logarithms, where
 * all are above 0: times vary by factors), or, where some are "never", the rank-sum test; of a single run, from the
 * interval that its report has for the figure. Counts of instances in single runs are tested as parts of those that arrived,
 * and by Fisher's exact test, too. Of other figures of runs that are too short for intervals there is no mark.
 *
 * Where runs are not alike there is no mark, but a reason.
 *
 * The p-values are adjusted over all figures, so that of comparisons of runs that are alike at most 5 % have a mark at all.
 */
export function compareRuns(groups: readonly (readonly Report[])[]): TestedRow[] {
  const [first = [], ...others] = groups;
  const compared = others.map((reports) => comparedWith(first, reports));
  return TESTED.map((figure, i) => ({
    metric: figure.metric,
    runs: [
      { value: sideOf(figure, first).value, change: null, bounds: null, p: null, mark: "same" },
      ...compared.map((rows) => rows[i]!),
    ],
  }));
}

/**
 * The change of a figure between some runs and others, and its test, as {@linkcode compareRuns} has it, but for the
 * adjustment: of a figure that was chosen beforehand.
 *
 * @throws {RangeError} if a run has not the chain, value or function that the figure is of
 */
export function changeBetween(
  figure: Figure,
  base: readonly Report[],
  against: readonly Report[],
): Omit<Tested, "mark"> {
  return tested(sideOf(figure, base), sideOf(figure, against));
}

/**
 * Counts that make up the whole with another one. Of single runs they are tested as parts of it, so a difference in one is as
 * sure as one in the other, though the interval of one may be wider where its run is longer.
 */
const COMPLEMENTS: Readonly<Record<string, string>> = {
  "deadlines.met": "deadlines.missed",
  "deadlines.missed": "deadlines.met",
};

function comparedWith(base: readonly Report[], against: readonly Report[]): Tested[] {
  const rows = TESTED.map((figure) => {
    const { metric } = figure, from = sideOf(figure, base), to = sideOf(figure, against);
    const [first] = base, [other] = against;
    const reason = first && other && unlike(first, other, metric);
    return { metric, reason, isLower: to.middle < from.middle, ...tested(from, to) };
  });
  const family = rows.filter(({ metric, p, reason }) =>
    metric.better !== undefined && p !== null && reason === undefined
  );
  const ps = adjusted(family.map(({ p }) => p!));
  const pOf = (row: typeof rows[number] | undefined) => ps[family.indexOf(row!)] ?? 1;
  const areSingle = base.length === 1 && against.length === 1;
  return rows.map(({ metric, isLower, reason, ...row }, i) => {
    const rest = areSingle
      ? rows.find(({ metric: { path } }) => path === COMPLEMENTS[metric.path])
      : undefined;
    const p = Math.min(pOf(rows[i]), pOf(rest));
    const isMarked = p <= ALPHA && isNoticeable(row.change);
    const mark = isMarked ? markOf(metric.better, isLower) : "same";
    return { ...row, mark, ...reason !== undefined && { reason } };
  });
}

function tested(from: Side, to: Side): Omit<Tested, "mark"> {
  const { value } = to;
  if (from.value === null || value === null) return { value, change: null, bounds: null, p: null };
  const test = testOf(from, to), { middle } = from;
  const isNumber = middle !== 0 && Number.isFinite(middle) && Number.isFinite(to.middle);
  const change = isNumber ? (to.middle - middle) / middle : null;
  return { value, change, bounds: change === null ? null : boundsOf(test, middle), p: test?.p ?? null };
}

function boundsOf(test: ReturnType<typeof testOf>, middle: number): Bounds | null {
  if (test === undefined || Number.isNaN(test.mean)) return null;
  const part = test.areFactors ? Math.expm1 : (difference: number) => difference / middle;
  return { low: part(test.low), high: part(test.high) };
}
