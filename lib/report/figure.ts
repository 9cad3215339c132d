import { nearest } from "../model/mod.ts";
import { CHAIN_METRICS, figure, FUNCTION_METRICS, type Metric, RUN_METRICS } from "./metrics.ts";
import type { Report } from "./schema.ts";
import { formatFigure } from "./text.ts";

/** One figure of reports: of the whole run, or of one of its chains or functions. */
export interface Figure {
  /** As in the report's JSON: `queueing_ms.p99`, `byChain.fan7.chain_ms.max`. */
  readonly path: string;
  /** Whether it is of the run, of a chain or of a function. */
  readonly scope: "run" | "byChain" | "byFunction";
  /** The chain or function, unless the whole run is meant. */
  readonly name?: string;
  /** The metric that it is a value of. */
  readonly metric: Metric;
}

/**
 * Reads a path as in the report's JSON.
 *
 * @throws {SyntaxError} naming the nearest valid spelling
 */
export function parseFigure(path: string): Figure {
  const by = /^(byChain|byFunction)\.(.*)$/s.exec(path);
  if (!by) return { path, scope: "run", metric: metricNamed(path, RUN_METRICS, "") };
  const scope = by[1] as "byChain" | "byFunction", rest = by[2]!;
  const metrics = scope === "byChain" ? CHAIN_METRICS : FUNCTION_METRICS;
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
export function valueOfFigure(report: Report, { scope, name, metric, path }: Figure): number | null {
  if (scope === "run") return figure(report, metric.path);
  const all = report[scope];
  const found = Object.entries(all).find(([key]) => key === name);
  if (found) return figure(found[1], metric.path);
  const kind = scope === "byChain" ? "chain" : "function";
  const names = Object.keys(all);
  const known = names.length === 0 ? `It has none` : `It has ${names.slice(0, 10).join(", ")}`;
  throw new RangeError(`Cannot find "${path}": the run has no ${kind} "${name}". ${known}`);
}

/** A value of a figure, in its unit, for people. */
export function figureWords(value: number | null, { metric }: Figure): string {
  return formatFigure(value, metric.unit);
}
