import { type Random, seededRandom } from "../../model/mod.ts";
import { studentQuantile, studentTails } from "./student_t.ts";
import { ALPHA } from "./two_samples.ts";

/** Fewer blocks tell nothing of how much they vary. */
const LEAST_BLOCKS = 10;
/** The runs that are made up of blocks drawn at random. */
const RESAMPLES = 200;
/** The most that neighbouring blocks are taken to be alike: beyond, the run tells too little to say. */
const GREATEST_CORRELATION = 0.95;
/** The fewest degrees of freedom. */
const LEAST_DEGREES = 2;

/** The bounds between which a value lies, with 95 % confidence. */
export interface ValueInterval {
  readonly low: number;
  readonly high: number;
  /** The degrees of freedom of Student's t that they were reckoned with, fractions included. */
  readonly degrees: number;
}

/** A run that is cut in blocks of time. */
export interface BlockedRun {
  /** The number of its blocks. */
  readonly blocks: number;
  /** The families of the values: those of one vary together. */
  readonly families: readonly string[];
  /** The least that is taken for the correlation of neighbouring blocks in a family, where something else tells. */
  readonly leastCorrelations?: ReadonlyMap<string, number>;
  /** The values of a run in which each block occurs a number of times. Infinity: never; NaN: there is no data. */
  valuesOf(times: (block: number) => number): readonly number[];
}

/**
 * Confidence intervals of the values of a run, by a block bootstrap: blocks of time are drawn at random, with replacement, and the values of
 * such runs tell how much they vary (H. Künsch, "The jackknife and the bootstrap for general stationary observations",
 * Annals of Statistics 17, 1989; blocks side by side as E. Carlstein, 1986). Samples one after the other are alike,
 * as they wait behind each other; so blocks are long, and for what neighbouring blocks still have in common, the
 * standard error is widened by √((1 + ρ) ÷ (1 − ρ)), as for an autoregressive process of order one (A. M. Law,
 * Simulation Modeling and Analysis, 5th ed., section 9.5.3). ρ is taken from the value's jackknife values, the greatest
 * in its family. Bounds are by Student's t, on a scale of factors for what is above 0. A value that is Infinity
 * in some of the drawn runs lies between quantiles of them.
 *
 * @returns an interval for each value, undefined where there is too little data; and the correlations that were found
 */
export function blockBootstrap(run: BlockedRun): {
  readonly intervals: readonly (ValueInterval | undefined)[];
  readonly correlations: ReadonlyMap<string, number>;
} {
  const { blocks, families, leastCorrelations } = run;
  if (blocks < LEAST_BLOCKS) return { intervals: families.map(() => undefined), correlations: new Map() };
  const random = seededRandom("intervals");
  const estimates = run.valuesOf(() => 1);
  const drawn = Array.from({ length: RESAMPLES }, () => run.valuesOf(drawing(blocks, random)));
  const left = Array.from({ length: blocks }, (_, block) => run.valuesOf((other) => other === block ? 0 : 1));
  const correlations = familyCorrelations(families, left, leastCorrelations);
  const intervals = families.map((family, i) =>
    intervalOf(estimates[i]!, drawn.map((values) => values[i]!), correlations.get(family)!, blocks)
  );
  return { intervals, correlations };
}

/** The number of times that each block is drawn, of as many as there are. */
function drawing(blocks: number, random: Random): (block: number) => number {
  const times = new Uint32Array(blocks);
  for (let i = 0; i < blocks; i++) times[Math.floor(random.next() * blocks)]!++;
  return (block) => times[block]!;
}

/** The correlation of neighbouring blocks, the greatest in each family. */
function familyCorrelations(
  families: readonly string[],
  left: readonly (readonly number[])[],
  least: ReadonlyMap<string, number> = new Map(),
): ReadonlyMap<string, number> {
  const greatest = new Map(least);
  families.forEach((family, i) => {
    const found = correlation(left.map((values) => values[i]!));
    greatest.set(family, Math.max(greatest.get(family) ?? 0, found));
  });
  return greatest;
}

/**
 * The correlation of neighbours, with the part added by which a small number of them underrates it (Kendall, 1954). Steady growth
 * counts half: a run that is overloaded grows a backlog in any case, but not always the same.
 */
function correlation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (!Number.isFinite(mean)) return 0;
  const found = (neighbours(values.map((value) => value - mean)) + neighbours(withoutTrend(values, mean))) /
    2;
  return Math.min(GREATEST_CORRELATION, found + (1 + 4 * found) / values.length);
}

/** The correlation of neighbours among differences from a middle; 0 if it is negative. */
function neighbours(values: readonly number[]): number {
  let variance = 0, covariance = 0;
  values.forEach((value, i) => {
    variance += value ** 2;
    if (i > 0) covariance += value * values[i - 1]!;
  });
  return variance > 0 ? Math.max(0, covariance / variance) : 0;
}

/** The differences from the straight line of least squares. */
function withoutTrend(values: readonly number[], mean: number): number[] {
  const middle = (values.length - 1) / 2;
  let squares = 0, products = 0;
  values.forEach((value, i) => {
    squares += (i - middle) ** 2;
    products += (i - middle) * (value - mean);
  });
  return values.map((value, i) => value - mean - (i - middle) * products / squares);
}

function intervalOf(
  estimate: number,
  drawn: readonly number[],
  correlation: number,
  blocks: number,
): ValueInterval | undefined {
  const known = drawn.filter((value) => !Number.isNaN(value));
  if (Number.isNaN(estimate) || known.length < RESAMPLES / 2) return undefined;
  const widening = (1 + correlation) / (1 - correlation);
  const degrees = Math.max(LEAST_DEGREES, blocks / widening - 1);
  const errors = studentQuantile(ALPHA, degrees) * Math.sqrt(widening);
  if (known.includes(Infinity) || estimate === Infinity) return { ...quantiles(known, errors), degrees };
  const areFactors = Math.min(estimate, ...known) > 0;
  const [to, from] = areFactors ? [Math.log, Math.exp] : [(value: number) => value, (value: number) => value];
  const reach = errors * deviation(known.map(to)) * Math.sqrt(blocks / (blocks - 1));
  return { low: from(to(estimate) - reach), high: from(to(estimate) + reach), degrees };
}

/** The bounds of values, some of them Infinity: the quantiles as far from the middle as a number of standard errors. */
function quantiles(values: readonly number[], errors: number): Pick<ValueInterval, "low" | "high"> {
  const sorted = values.toSorted((a, b) => a < b ? -1 : a > b ? 1 : 0);
  const rank = Math.floor(values.length * studentTails(errors, Infinity) / 2);
  return { low: sorted[rank]!, high: sorted.at(-1 - rank)! };
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
