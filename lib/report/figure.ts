import { nearest } from "../model/mod.ts";
import {
  CHAIN_METRICS,
  figure,
  type FigureValue,
  FUNCTION_METRICS,
  type Metric,
  RUN_METRICS,
} from "./metrics.ts";
import type { ChainReport, FunctionReport, Report } from "./schema.ts";
import { formatFigure } from "./text.ts";

/** One figure of reports: of the whole run, or of one of its chains or functions. */
export interface Figure {
  /** As in the report's JSON: `queueing_ms.p99`, `byChain.fan7.chain_ms.max`. */
  readonly path: string;
  /** Whether it is of the run, of a chain, of a value of a label or of a function. */
  readonly scope: "run" | "byChain" | "byLabel" | "byFunction";
  /** The chain or function, or the label and its value (`tenant.acme`), unless the whole run is meant. */
  readonly name?: string;
  /** The metric that it is a value of. */
  readonly metric: Metric;
}

/** A figure of the whole run. */
export function runFigure(metric: Metric): Figure {
  return { path: metric.path, scope: "run", metric };
}

/**
 * Reads a path as in the report's JSON.
 *
 * @throws {SyntaxError} naming the nearest valid spelling
 */
export function parseFigure(path: string): Figure {
  const by = /^(byChain|byLabel|byFunction)\.(.*)$/s.exec(path);
  if (!by) return runFigure(metricNamed(path, RUN_METRICS, ""));
  const scope = by[1] as "byChain" | "byLabel" | "byFunction", rest = by[2]!;
  const metrics = scope === "byFunction" ? FUNCTION_METRICS : CHAIN_METRICS;
  // A name may have dots, so the figure is looked for at the end.
  const metric = metrics.find(({ path }) => rest.endsWith(`.${path}`));
  if (metric) return { path, scope, name: rest.slice(0, -metric.path.length - 1), metric };
  const [name = "", ...figure] = rest.split(".");
  return { path, scope, name, metric: metricNamed(figure.join("."), metrics, `${scope}.${name}.`) };
}

function metricNamed(path: string, metrics: readonly Metric[], prefix: string): Metric {
  const metric = metrics.find((metric) => metric.path === path);
  if (metric) return metric;
  const paths = metrics.map(({ path }) => path);
  const guess = nearest(path, paths);
  const advice = guess === undefined
    ? `The figures are named as in report --json, for example ${prefix}${paths.at(-1)}`
    : `Did you mean ${prefix}${guess}?`;
  throw new SyntaxError(`there is no figure "${prefix}${path}". ${advice}`);
}

/**
 * The value of a figure in a report; null if it has no data for it.
 *
 * @throws {RangeError} if the chain or function is not in the run
 */
export function valueOfFigure(report: Report, of: Figure): FigureValue {
  return figure(partOf(report, of), of.metric.path);
}

/**
 * The figures of the run, or of the chain, value or function that a figure is of.
 *
 * @throws {RangeError} if the chain or function is not in the run
 */
export function partOf(
  report: Report,
  { scope, name, path }: Figure,
): Report | ChainReport | FunctionReport {
  if (scope === "run") return report;
  const all = scope === "byLabel" ? valuesOf(report) : report[scope];
  const found = Object.entries(all).find(([key]) => key === name);
  if (found) return found[1];
  const kind = { byChain: "chain", byLabel: "label with the value", byFunction: "function" }[scope];
  const names = Object.keys(all);
  const known = names.length === 0 ? `It has none` : `It has ${names.slice(0, 10).join(", ")}`;
  throw new RangeError(`Cannot find "${path}": the run has no ${kind} "${name}". ${known}`);
}

/** The figures of the values of labels, by label and value: `tenant.acme`. */
function valuesOf({ byLabel = {} }: Report): Readonly<Record<string, ChainReport>> {
  const all = Object.entries(byLabel).flatMap(([label, values]) =>
    Object.entries(values).map(([value, figures]) => [`${label}.${value}`, figures] as const)
  );
  return Object.fromEntries(all);
}

/** A value of a figure, in its unit, for people. */
export function figureWords(value: FigureValue, { metric }: Figure): string {
  return formatFigure(value, metric.unit);
}
