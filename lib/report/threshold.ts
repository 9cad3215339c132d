import { nearest, parseDuration } from "../model/mod.ts";
import { CHAIN_METRICS, figure, FUNCTION_METRICS, type Metric, RUN_METRICS } from "./metrics.ts";
import type { Report } from "./schema.ts";

const OPERATORS = {
  "<": (a: number, b: number) => a < b,
  "<=": (a: number, b: number) => a <= b,
  ">": (a: number, b: number) => a > b,
  ">=": (a: number, b: number) => a >= b,
  "==": (a: number, b: number) => a === b,
  "!=": (a: number, b: number) => a !== b,
} as const;

/** How a figure is compared. */
export type Operator = keyof typeof OPERATORS;

/** A condition under which a run is not good enough. */
export interface Threshold {
  /** As it was written. */
  readonly text: string;
  readonly scope: "run" | "byChain" | "byFunction";
  /** The chain or function, unless the whole run is meant. */
  readonly name?: string;
  readonly metric: Metric;
  readonly operator: Operator;
  /** In the figure's unit; times in milliseconds. */
  readonly value: number;
}

/** A threshold, and what it was compared with. */
export interface ThresholdResult {
  readonly threshold: Threshold;
  /** null if the run has no data for the figure; then it was not missed. */
  readonly actual: number | null;
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
  const subject = subjectOf(path, text);
  return { text, ...subject, operator, value: valueOf(value, subject.metric, text) };
}

/**
 * Checks a report.
 *
 * @throws {RangeError} if the run has not the chain or function that a threshold names
 */
export function checkThresholds(report: Report, thresholds: readonly Threshold[]): ThresholdResult[] {
  return thresholds.map((threshold) => {
    const actual = figure(scopeOf(report, threshold), threshold.metric.path);
    const failed = actual !== null && OPERATORS[threshold.operator](actual, threshold.value);
    return { threshold, actual, failed };
  });
}

function subjectOf(path: string, text: string): Pick<Threshold, "scope" | "name" | "metric"> {
  const by = /^(byChain|byFunction)\.(.*)$/s.exec(path);
  if (!by) return { scope: "run", metric: metricNamed(path, RUN_METRICS, "", text) };
  const scope = by[1] as "byChain" | "byFunction", rest = by[2]!;
  const metrics = scope === "byChain" ? CHAIN_METRICS : FUNCTION_METRICS;
  // A name may have dots, so the figure is looked for at the end.
  const metric = metrics.find(({ path }) => rest.endsWith(`.${path}`));
  if (metric) return { scope, name: rest.slice(0, -metric.path.length - 1), metric };
  const [name = "", ...figure] = rest.split(".");
  return { scope, name, metric: metricNamed(figure.join("."), metrics, `${scope}.${name}.`, text) };
}

function metricNamed(path: string, metrics: readonly Metric[], prefix: string, text: string): Metric {
  const metric = metrics.find((metric) => metric.path === path);
  if (metric) return metric;
  const paths = metrics.map(({ path }) => path);
  const guess = nearest(path, paths);
  const advice = guess === undefined
    ? `The figures are named as in report --json, for example ${prefix}${paths.at(-1)}`
    : `Did you mean ${prefix}${guess}?`;
  throw new SyntaxError(
    `Cannot read the threshold "${text}": there is no figure "${prefix}${path}". ${advice}`,
  );
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

function scopeOf(report: Report, { scope, name, text }: Threshold) {
  if (scope === "run") return report;
  const all = report[scope];
  const found = Object.entries(all).find(([key]) => key === name);
  if (found) return found[1];
  const kind = scope === "byChain" ? "chain" : "function";
  const names = Object.keys(all);
  const known = names.length === 0 ? `It has none` : `It has ${names.slice(0, 10).join(", ")}`;
  throw new RangeError(`Cannot check "${text}": the run has no ${kind} "${name}". ${known}`);
}
