import { Block } from "./blocks.ts";
import { isPart } from "./counts.ts";
import { figure, type Metric, RUN_METRICS } from "./metrics.ts";
import { figureValue } from "./quantity.ts";
import type { Interval, Intervals, Report } from "./schema.ts";
import { blockBootstrap, type ValueInterval } from "./statistics/mod.ts";

/** Fewer chains (or calls, without chains) tell nothing of a run, … */
const LEAST_CHAINS = 100;
/** … and fewer chains nothing of how losses cluster. */
const LEAST_COUNTED = 20;
/** Fewer samples tell nothing of how much they vary; … */
const LEAST_SAMPLES = 20;
/** … and fewer above a percentile, nothing of how far up it may lie. */
const LEAST_ABOVE = 5;

/** The quantities that all vary with the backlog. */
const WAITING = /^(queueing_ms|provider_queueing_ms|chain_ms|completed_chain_ms|slowdown)\./;
/** Figures that are of a run as a whole: the bootstrap says nothing of a greatest value (Bickel and Freedman, 1981). */
const WHOLE = /\.max$|^run\.|^fairness\.|^share$|^chains\.called$/;

const METRICS = RUN_METRICS.filter(({ path }) => !WHOLE.test(path));

/** Intervals by the paths of figures; undefined where nothing tells. */
export type KnownIntervals = Readonly<Record<string, ValueInterval | undefined>>;

/** Correlations of neighbouring blocks of time, by the families of figures. */
export type Correlations = ReadonlyMap<string, number>;

/**
 * Confidence intervals of the figures of a run, from its blocks of time.
 *
 * @param others those that are known otherwise
 * @returns undefined if nothing is known
 */
export function intervalsOf(
  blocks: readonly Block[],
  others: (correlations: Correlations) => KnownIntervals,
): Intervals | undefined {
  const found = blockIntervals(blocks, METRICS);
  if (found === undefined) return undefined;
  const figures: Record<string, Interval> = {};
  for (const [path, interval] of Object.entries({ ...found.known, ...others(found.correlations) })) {
    if (interval === undefined) continue;
    const { low, high, degrees } = interval;
    figures[path] = { low: figureValue(low), high: figureValue(high), degrees };
  }
  return Object.keys(figures).length === 0
    ? undefined
    : { blocks: blocks.filter(({ us }) => us > 0).length, figures };
}

/**
 * Confidence intervals of some figures of a chain, a value of a label or a function, from the blocks of time of its own.
 *
 * @param all the metrics that it has
 * @param paths those that are asked for
 * @param correlations those of the run: the backlog that others leave is not seen in the calls of one function alone
 */
export function partIntervals(
  blocks: readonly Block[],
  all: readonly Metric[],
  paths: readonly string[],
  correlations: Correlations,
): KnownIntervals {
  const families = new Set(paths.map(familyOf));
  const metrics = all.filter(({ path }) => !WHOLE.test(path) && families.has(familyOf(path)));
  return metrics.length === 0 ? {} : blockIntervals(blocks, metrics, correlations)?.known ?? {};
}

function familyOf(path: string): string {
  return WAITING.test(path) ? "waiting" : path.split(".")[0]!;
}

/** Intervals from blocks; undefined: there are too few chains. */
function blockIntervals(
  blocks: readonly Block[],
  all: readonly Metric[],
  leastCorrelations: Correlations = new Map(),
): { readonly known: KnownIntervals; readonly correlations: Correlations } | undefined {
  const used = blocks.filter(({ us }) => us > 0);
  const whole = sumOf(used, () => 1);
  const { chains, functions } = whole.figures();
  const arrived = chains.submitted || functions.attempts, isLong = arrived >= LEAST_CHAINS;
  if (!isLong && chains.submitted < LEAST_COUNTED) return undefined;
  const metrics = all.filter((metric) => isLong ? hasSamples(whole, metric) : isPart(metric.path));
  const { intervals, correlations } = blockBootstrap({
    blocks: used.length,
    families: metrics.map(({ path }) => familyOf(path)),
    leastCorrelations,
    valuesOf: (times) => valuesOf(sumOf(used, times), metrics, chains.submitted),
  });
  return { known: Object.fromEntries(metrics.map(({ path }, i) => [path, intervals[i]])), correlations };
}

/** A report's part for its intervals, if there are any. */
export function intervalsIn(intervals: Intervals | undefined): Pick<Report, "intervals"> {
  return intervals === undefined ? {} : { intervals };
}

function sumOf(blocks: readonly Block[], times: (block: number) => number): Block {
  const sum = new Block();
  blocks.forEach((block, i) => {
    const count = times(i);
    if (count > 0) sum.merge(block, count);
  });
  return sum;
}

/**
 * The figures of a run that is drawn. Counts of instances are scaled, as if as many chains arrived in each.
 *
 * @param submitted the chains of the run as a whole
 */
function valuesOf(sum: Block, metrics: readonly Metric[], submitted: number): number[] {
  const figures = sum.figures() as Report, drawn = figures.chains.submitted;
  return metrics.map(({ path }) => {
    const value = figure(figures, path);
    if (value === "never") return Infinity;
    return (value ?? NaN) * (isPart(path) && drawn > 0 ? submitted / drawn : 1);
  });
}

function hasSamples(whole: Block, { path }: Metric): boolean {
  const [, key = "", statistic = ""] = /^(\w+_ms|slowdown)\.(\w+)$/.exec(path) ?? [];
  if (key === "") return true;
  const samples = whole.samples(key), percent = /^p(\d+)$/.exec(statistic)?.[1];
  const above = percent === undefined ? Infinity : samples * (1 - Number(percent) / 100);
  return samples >= LEAST_SAMPLES && above >= LEAST_ABOVE;
}
