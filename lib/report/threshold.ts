import { comparisonParts, holds, type Operator, writtenQuantity } from "./condition.ts";
import { type Figure, parseFigure, valueOfFigure } from "./figure.ts";
import type { FigureValue, Metric } from "./metrics.ts";
import type { Report } from "./schema.ts";
import { ALPHA } from "./statistics/mod.ts";
import { changeBetween } from "./tested.ts";

/** A condition under which a run is not good enough. */
export interface Threshold extends Figure {
  /** As it was written. */
  readonly text: string;
  /** The comparison of the figure with the value. */
  readonly operator: Operator;
  /** In the figure's unit, times in milliseconds; or else the change from the baseline's figure, in percent. */
  readonly value: number;
  /** Whether the value is a change from the baseline's figure, in percent. */
  readonly isChange: boolean;
}

/** A threshold, and the value that it was compared with. */
export interface ThresholdResult {
  /** The threshold. */
  readonly threshold: Threshold;
  /** "never" is above any number; null if the run has no data for the figure: then it was not missed. */
  readonly actual: FigureValue;
  /** The value of the baseline, if the threshold is a change from that. */
  readonly baseline?: FigureValue;
  /** Whether the change from the baseline may be chance; undefined: there is none, or a run has no interval of the figure. */
  readonly isChance?: boolean;
  /** Whether the run is not good enough by it. */
  readonly failed: boolean;
}

const CHANGE = /^\s*(.*[^\s+-])\s*([+-])\s*(\d+(?:\.\d+)?)\s*%\s*$/s;
const EXAMPLE = "Write a figure, <, <=, >, >=, == or !=, and a number: queueing_ms.p99 > 200; " +
  "or a figure and a change from the baseline: chain_ms.p95 +5%";

/**
 * Reads a condition: `queueing_ms.p99 > 200`, `chains.dropped > 0`, `byChain.fan7.chain_ms.max >= 5s`,
 * `fairness.jain < 0.9`. Figures are named as in the report's JSON; times are milliseconds or have a unit. `chain_ms.p95 +5%`
 * says that the figure is more than 5 % above the baseline's, `throughput.chainsPerS -5%` that it is more than 5 % below;
 * and by more than chance, where both runs have intervals of the figure.
 *
 * @throws {SyntaxError} naming the nearest valid spelling
 */
export function parseThreshold(text: string): Threshold {
  const change = CHANGE.exec(text);
  if (change) {
    const [, path = "", sign, percent] = change;
    const [operator, value] = sign === "+"
      ? [">", Number(percent)] as const
      : ["<", -Number(percent)] as const;
    return { text, ...figureOf(path, text), operator, value, isChange: true };
  }
  const parts = comparisonParts(text);
  if (!parts) throw new SyntaxError(`Cannot read "${text}" as a threshold. ${EXAMPLE}`);
  const { path, operator, value } = parts;
  const figure = figureOf(path, text);
  return { text, ...figure, operator, value: valueOf(value, figure.metric, text), isChange: false };
}

/**
 * Checks a report.
 *
 * @param baseline the report whose figures changes are from; without one, changes are not checked
 * @throws {RangeError} if a run has not the chain, value or function that a threshold names
 */
export function checkThresholds(
  report: Report,
  thresholds: readonly Threshold[],
  baseline?: Report,
): ThresholdResult[] {
  return thresholds.map((threshold) => {
    const actual = valueOfFigure(report, threshold);
    if (!threshold.isChange) return { threshold, actual, failed: fails(actual, threshold, threshold.value) };
    const from = baseline === undefined ? null : valueOfFigure(baseline, threshold);
    const bound = from === null ? NaN : numberOf(from) * (1 + threshold.value / 100);
    const isChance = baseline === undefined ? undefined : isByChance(threshold, baseline, report);
    const failed = isChance !== true && fails(actual, threshold, bound);
    return { threshold, actual, baseline: from, failed, ...isChance !== undefined && { isChance } };
  });
}

/** Whether a change is within chance, by the intervals of both runs; undefined: nothing tells. */
function isByChance(figure: Figure, baseline: Report, report: Report): boolean | undefined {
  const { p } = changeBetween(figure, [baseline], [report]);
  return p === null ? undefined : p > ALPHA;
}

/** @param bound NaN: it is not known, so nothing fails by it */
function fails(actual: FigureValue, { operator }: Threshold, bound: number): boolean {
  return actual !== null && !Number.isNaN(bound) && holds(numberOf(actual), operator, bound);
}

function numberOf(value: number | "never"): number {
  return value === "never" ? Infinity : value;
}

function figureOf(path: string, condition: string): Figure {
  try {
    return parseFigure(path);
  } catch (cause) {
    throw new SyntaxError(`Cannot read the threshold "${condition}": ${(cause as Error).message}`, { cause });
  }
}

function valueOf(text: string, { unit }: Metric, condition: string): number {
  const quantity = writtenQuantity(text, unit);
  if (quantity !== undefined) return quantity;
  const example = unit === "ms"
    ? "200 (milliseconds) or 1.5s"
    : unit === "s"
    ? "90 (seconds) or 1.5m"
    : unit === "share"
    ? "0.05 or 5%"
    : "a number";
  throw new SyntaxError(`Cannot read "${text}" in the threshold "${condition}". Write ${example}`);
}
