import { type Better, type FigureValue, type Origin, STATISTICS, type Unit } from "./figure_types.ts";
import { FIGURES, type TableFigure } from "./figures.ts";
import type { ChainReport, FunctionReport, Report } from "./schema.ts";

export type { FigureValue, Unit } from "./figure_types.ts";

/** One number of a report, by the path that names it in the JSON: `queueing_ms.p99`. */
export interface Metric {
  /** The path: `queueing_ms.p99`. */
  readonly path: string;
  /** For people. */
  readonly label: string;
  /** The unit of its values. */
  readonly unit: Unit;
  /** Which way is better; undefined: neither. */
  readonly better?: Better;
  /** Whether comparisons of runs show it. */
  readonly isCompared: boolean;
}

function metricsOf(figure: TableFigure): Metric[] {
  const { key, label } = figure;
  if (figure.type === "quantity") {
    const compared: readonly string[] = figure.compared;
    return STATISTICS.map((of) => ({
      path: `${key}.${of}`,
      label: `${label} ${of}`,
      unit: figure.unit,
      better: "lower",
      isCompared: compared.includes(of),
    }));
  }
  const unit = figure.type === "count" ? "count" : figure.unit;
  const { better, isCompared = false } = figure as { better?: Better; isCompared?: boolean };
  return [{ path: key, label, unit, isCompared, ...better !== undefined && { better } }];
}

function metrics(...origins: readonly Origin[]): readonly Metric[] {
  return FIGURES.filter(({ of }) => origins.includes(of)).flatMap(metricsOf);
}

/** The metrics of a function. */
export const FUNCTION_METRICS = metrics("call", "functionRun");
/** The metrics of a chain. */
export const CHAIN_METRICS = metrics("call", "functionRun", "instance", "chain");
/** The metrics of a run. */
export const RUN_METRICS = metrics("call", "functionRun", "instance", "run");
/** The metrics of all of them, each once. */
export const ALL_METRICS = metrics("call", "functionRun", "instance", "chain", "run");

/** The value of a metric; null if there is no data for it. The path must be one of the metrics for `of`. */
export function figure(of: Report | ChainReport | FunctionReport, path: string): FigureValue {
  let value: unknown = of;
  for (const key of path.split(".")) value = (value as Record<string, unknown> | undefined)?.[key];
  return (value ?? null) as FigureValue;
}
