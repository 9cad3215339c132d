import { wholeOf } from "./counts.ts";
import { type Figure, partOf, valueOfFigure } from "./figure.ts";
import type { FigureValue } from "./metrics.ts";
import type { Interval, Report } from "./schema.ts";
import {
  ALPHA,
  type Difference,
  type Estimate,
  estimateOf,
  type Proportion,
  rankSumTest,
  studentQuantile,
  twoProportions,
  welch,
} from "./statistics/mod.ts";

/** The p-value of a figure that is "never" in all that was drawn of one run, and in nothing of the other. */
const NEVER_AND_EVER = 0.001;

/** A figure of runs of one thing. */
export interface Side {
  /** As numbers; Infinity: never. Of a count of instances in a single run, the part of them. */
  readonly values: readonly number[];
  /** The middle of these. */
  readonly middle: number;
  /** The middle of the runs' figures as reports have it; null: a run has no data. */
  readonly value: FigureValue;
  /** The interval of the one value, if there is one run and it is known. */
  readonly interval: Interval | undefined;
  /** Whether the figure is a number of things. */
  readonly isCount: boolean;
  /** The instances that are counted in a single run, and all of them; undefined: it counts none. */
  readonly counted: Proportion | undefined;
}

/** A figure of some runs. @throws {RangeError} if a run has not the chain, value or function that it is of */
export function sideOf(figure: Figure, reports: readonly Report[]): Side {
  const found = reports.map((report) => valueOfFigure(report, figure));
  const numbers = found.map((value) => value === "never" ? Infinity : value ?? NaN);
  const all = middleOf(numbers), isKnown = reports.length > 0 && !found.includes(null);
  const [report, ...others] = reports, isSingle = report !== undefined && others.length === 0;
  const whole = isSingle ? wholeOf(partOf(report, figure), figure.metric.path) : undefined;
  const values = whole === undefined ? numbers : numbers.map((value) => value / whole);
  const interval = isSingle ? report.intervals?.figures[figure.path] : undefined;
  return {
    values,
    middle: middleOf(values),
    value: !isKnown ? null : all === Infinity ? "never" : all,
    interval: interval && scaled(interval, whole),
    isCount: figure.metric.unit === "count",
    counted: whole === undefined ? undefined : { count: numbers[0]!, of: whole },
  };
}

function scaled({ low, high, degrees }: Interval, whole = 1): Interval {
  const of = (bound: number | "never") => bound === "never" ? bound : bound / whole;
  return { low: of(low), high: of(high), degrees };
}

function middleOf(values: readonly number[]): number {
  if (values.length === 1) return values[0]!;
  if (values.includes(Infinity)) {
    return values.toSorted((a, b) => a < b ? -1 : 1)[Math.ceil(values.length / 2) - 1]!;
  }
  const mean = (of: readonly number[]) => of.reduce((sum, value) => sum + value, 0) / of.length;
  return values.every((value) => value > 0) ? Math.exp(mean(values.map(Math.log))) : mean(values);
}

/** The difference of two sides, NaN where one is "never"; of logarithms, if `areFactors`. */
export type SideTest = Difference & { readonly areFactors: boolean };

/**
 * Tests whether two sides differ; undefined: nothing tells. Counts of instances in single runs differ only if Fisher's exact
 * test finds so, too: intervals know of losses that come in clusters, and the exact test of how few they are.
 */
export function testOf(from: Side, to: Side): SideTest | undefined {
  const test = isNever(from) || isNever(to) ? neverTest(from, to) : meansTest(from, to);
  if (from.counted === undefined || to.counted === undefined) return test;
  if (from.counted.count + to.counted.count === 0) return undefined;
  const exact = twoProportions(from.counted, to.counted);
  return test === undefined ? { ...UNBOUNDED, p: exact } : { ...test, p: Math.max(test.p, exact) };
}

const UNBOUNDED = { mean: NaN, low: NaN, high: NaN, areFactors: false } as const;

function meansTest(from: Side, to: Side): SideTest | undefined {
  const areFactors = isPositive(from) && isPositive(to);
  const [a, b] = [estimate(from, areFactors), estimate(to, areFactors)];
  if (a === undefined || b === undefined) return undefined;
  const test = { ...welch(a, b), areFactors };
  const isLevel = a.error === 0 && b.error === 0 && Math.min(from.values.length, to.values.length) > 1;
  // Few events may be as many in each run by chance, so that the runs seem not to vary at all.
  return isLevel && from.isCount ? { ...test, p: rankSumTest(from.values, to.values) } : test;
}

function isNever({ values, interval }: Side): boolean {
  return values.includes(Infinity) || interval?.high === "never";
}

/** Whether a figure varies by factors. */
function isPositive({ values, interval, counted }: Side): boolean {
  return counted === undefined && values.every((value) => value > 0) &&
    (interval === undefined || Number(interval.low) > 0);
}

function neverTest(from: Side, to: Side): SideTest | undefined {
  const p = from.values.length > 1 && to.values.length > 1
    ? rankSumTest(from.values, to.values)
    : from.interval === undefined || to.interval === undefined
    ? undefined
    : (from.interval.low === "never" && to.interval.high !== "never") ||
        (to.interval.low === "never" && from.interval.high !== "never")
    ? NEVER_AND_EVER
    : 1;
  return p === undefined ? undefined : { ...UNBOUNDED, p };
}

/** The mean of several runs, or the one run's value with what its interval tells of its error. */
function estimate({ values, middle, interval }: Side, areFactors: boolean): Estimate | undefined {
  const to = areFactors ? Math.log : (value: number) => value;
  if (values.length > 1) return estimateOf(values.map(to));
  if (interval === undefined) return undefined;
  const { low, high, degrees } = interval;
  const reach = (to(Number(high)) - to(Number(low))) / 2;
  return { mean: to(middle), error: reach / studentQuantile(ALPHA, degrees), degrees };
}
