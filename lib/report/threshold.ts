import { parseDuration } from "../model/mod.ts";
import { type Figure, parseFigure, valueOfFigure } from "./figure.ts";
import type { Metric } from "./metrics.ts";
import type { Report } from "./schema.ts";

/** The operator of a comparison with a figure. */
export type Operator = "<" | "<=" | ">" | ">=" | "==" | "!=";

const OPERATORS: Readonly<Record<Operator, (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

/** A condition under which a run is not good enough. */
export interface Threshold extends Figure {
  /** As it was written. */
  readonly text: string;
  /** The comparison of the figure with the value. */
  readonly operator: Operator;
  /** In the figure's unit; times in milliseconds. */
  readonly value: number;
}

/** A threshold, and the value that it was compared with. */
export interface ThresholdResult {
  /** The threshold. */
  readonly threshold: Threshold;
  /** null if the run has no data for the figure; then it was not missed. */
  readonly actual: number | null;
  /** Whether the run is not good enough by it. */
  readonly failed: boolean;
}

const CONDITION = /^\s*(.*[^<>=!\s])\s*(<=|>=|==|!=|<|>)\s*([^<>=!\s]+)\s*$/s;
const EXAMPLE = "Write a figure, <, <=, >, >=, == or !=, and a number: queueing_ms.p99 > 200";

/**
 * Reads a condition: `queueing_ms.p99 > 200`, `chains.dropped > 0`, `byChain.fan7.chain_ms.max >= 5s`,
 * `fairness.jain < 0.9`. Figures are named as in the report's JSON; times are milliseconds or have a unit.
 *
 * @throws {SyntaxError} naming the nearest valid spelling
 */
export function parseThreshold(text: string): Threshold {
  const match = CONDITION.exec(text);
  if (!match) throw new SyntaxError(`Cannot read "${text}" as a threshold. ${EXAMPLE}`);
  const [, path, operator, value] = match as unknown as [string, string, Operator, string];
  const figure = figureOf(path, text);
  return { text, ...figure, operator, value: valueOf(value, figure.metric, text) };
}

/**
 * Checks a report.
 *
 * @throws {RangeError} if the run has not the chain or function that a threshold names
 */
export function checkThresholds(report: Report, thresholds: readonly Threshold[]): ThresholdResult[] {
  return thresholds.map((threshold) => {
    const actual = valueOfFigure(report, threshold);
    const failed = actual !== null && OPERATORS[threshold.operator](actual, threshold.value);
    return { threshold, actual, failed };
  });
}

function figureOf(path: string, condition: string): Figure {
  try {
    return parseFigure(path);
  } catch (cause) {
    throw new SyntaxError(`Cannot read the threshold "${condition}": ${(cause as Error).message}`, { cause });
  }
}

function valueOf(text: string, { unit }: Metric, condition: string): number {
  const number = Number(text);
  if (Number.isFinite(number)) return number;
  try {
    if (unit === "ms") return parseDuration(text);
  } catch { /* answered below */ }
  const example = unit === "ms" ? "200 (milliseconds) or 1.5s" : "a number";
  throw new SyntaxError(`Cannot read "${text}" in the threshold "${condition}". Write ${example}`);
}
