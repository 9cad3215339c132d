import { type Random, seededRandom } from "../../model/mod.ts";
import { studentQuantile, studentTails } from "./student_t.ts";

/** The part of tests of equal runs that may find a difference. */
export const ALPHA = 0.05;
/** Up to this number of ways to divide the values in two, all are tried. */
const MOST_DIVISIONS = 20_000;
/** The number of random divisions that are tried beyond. */
const DRAWN_DIVISIONS = 20_000;

/** A mean, and how well it is known. */
export interface Estimate {
  readonly mean: number;
  /** The standard error of the mean. */
  readonly error: number;
  /** Degrees of freedom of that error. */
  readonly degrees: number;
}

/** The mean of independent values, two at least. */
export function estimateOf(values: readonly number[]): Estimate {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (n - 1) / n), degrees: n - 1 };
}

/** The difference of two means. */
export interface Difference {
  readonly mean: number;
  /** The bounds of its 95 % confidence interval. */
  readonly low: number;
  readonly high: number;
  /** The probability of a difference as large as this between runs that are alike. */
  readonly p: number;
}

/**
 * Welch's test: whether two means differ, whose errors are not of one size (B. L. Welch, "The generalization of 'Student's'
 * problem when several different population variances are involved", Biometrika 34, 1947; the degrees of freedom as he and
 * Satterthwaite, 1946, approximate them).
 */
export function welch(a: Estimate, b: Estimate): Difference {
  const mean = b.mean - a.mean;
  const [ofA, ofB] = [a.error ** 2, b.error ** 2], variance = ofA + ofB;
  if (!(variance > 0)) return { mean, low: mean, high: mean, p: mean === 0 ? 1 : 0 };
  const degrees = variance ** 2 / (ofA ** 2 / a.degrees + ofB ** 2 / b.degrees);
  const error = Math.sqrt(variance), reach = studentQuantile(ALPHA, degrees) * error;
  return { mean, low: mean - reach, high: mean + reach, p: studentTails(mean / error, degrees) };
}

/**
 * The rank-sum test of Wilcoxon ("Individual comparisons by ranking methods", Biometrics Bulletin 1, 1945) with midranks
 * for ties, as a permutation test: the part of all divisions of the values in two groups of these sizes whose rank sums
 * differ from what is expected as much as the groups' do. It asks only which values are greater, so that Infinity is a value
 * as others are. Of many divisions some are drawn at random, and the groups' own counts among them (B. Phipson and G. K.
 * Smyth, "Permutation p-values should never be zero", 2010).
 *
 * @returns the p-value, two-sided: at least 1 ÷ the number of divisions
 */
export function rankSumTest(a: readonly number[], b: readonly number[]): number {
  const ranks = midranks([...a, ...b]);
  const expected = a.length * (ranks.length + 1) / 2;
  const far = (sum: number) => Math.abs(sum - expected) + 1e-9;
  const own = far(sumOf(ranks.slice(0, a.length))) - 2e-9;
  if (divisions(ranks.length, a.length) <= MOST_DIVISIONS) {
    let count = 0, asFar = 0;
    for (const sum of rankSums(ranks, a.length)) {
      count++;
      if (far(sum) >= own) asFar++;
    }
    return asFar / count;
  }
  let asFar = 1;
  const random = seededRandom(`ranks ${ranks.join()}`);
  for (let i = 0; i < DRAWN_DIVISIONS; i++) if (far(drawnSum(ranks, a.length, random)) >= own) asFar++;
  return asFar / (DRAWN_DIVISIONS + 1);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function midranks(values: readonly number[]): number[] {
  const sorted = values.toSorted((x, y) => x < y ? -1 : x > y ? 1 : 0);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2 + 1);
}

/** The number of ways to choose some of all. */
function divisions(all: number, some: number): number {
  let count = 1;
  for (let i = 1; i <= some; i++) count *= (all - some + i) / i;
  return count;
}

/** The sums of all ways to choose some of the ranks from a place on. */
function* rankSums(ranks: readonly number[], some: number, from = 0): Generator<number> {
  if (some === 0) return yield 0;
  for (let i = from; i <= ranks.length - some; i++) {
    for (const rest of rankSums(ranks, some - 1, i + 1)) yield ranks[i]! + rest;
  }
}

/** The sum of some ranks that are drawn, by a shuffle that is not ended (Knuth, volume 2, algorithm P). */
function drawnSum(ranks: readonly number[], some: number, random: Random): number {
  const left = [...ranks];
  let sum = 0;
  for (let i = 0; i < some; i++) {
    const at = i + Math.floor(random.next() * (left.length - i));
    [left[i], left[at]] = [left[at]!, left[i]!];
    sum += left[i]!;
  }
  return sum;
}

/**
 * p-values of several tests, adjusted so that where nothing differs at all, a difference is found in at most 5 % of
 * comparisons, however many figures each has: the false discovery rate of Y. Benjamini and Y. Hochberg ("Controlling the false discovery
 * rate", Journal of the Royal Statistical Society B 57, 1995).
 */
export function adjusted(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((x, y) => ps[y]! - ps[x]!);
  const values = new Array<number>(ps.length);
  let least = 1;
  order.forEach((i, place) => {
    least = Math.min(least, ps[i]! * ps.length / (ps.length - place));
    values[i] = least;
  });
  return values;
}
