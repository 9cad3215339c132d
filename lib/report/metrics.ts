import type { ChainReport, FunctionReport, Report } from "./schema.ts";

/** What a figure counts in. `ms`: milliseconds; `times`: a ratio, or any other number; `perS`: per second. */
export type Unit = "ms" | "count" | "times" | "perS" | "share";

/** A figure of a report, by the path that names it in the JSON: `queueing_ms.p99`. */
export interface Metric {
  readonly path: string;
  /** For people. */
  readonly label: string;
  readonly unit: Unit;
  /** Which way is better; undefined if neither is. */
  readonly better?: "lower" | "higher";
}

const STATISTICS = ["mean", "p50", "p90", "p95", "p99", "max"] as const;

function quantity(key: string, label: string, unit: Unit): Metric[] {
  return STATISTICS.map((of) => ({ path: `${key}.${of}`, label: `${label} ${of}`, unit, better: "lower" }));
}

function metric(path: string, label: string, unit: Unit, better?: "lower" | "higher"): Metric {
  return { path, label, unit, ...(better ? { better } : {}) };
}

/** What a function's figures are. */
export const FUNCTION_METRICS: readonly Metric[] = [
  metric("functions.invocations", "invocations", "count"),
  metric("functions.attempts", "attempts", "count"),
  metric("functions.completed", "calls completed", "count"),
  metric("functions.failed", "calls failed", "count", "lower"),
  metric("functions.throttled", "calls throttled", "count", "lower"),
  metric("functions.retried", "calls retried", "count", "lower"),
  metric("functions.coldStarts", "cold starts", "count", "lower"),
  ...quantity("queueing_ms", "queueing time", "ms"),
  ...quantity("run_ms", "run time", "ms"),
  ...quantity("function_ms", "function time", "ms"),
  ...quantity("provider_queueing_ms", "queue at provider", "ms"),
  metric("throughput.functionsPerS", "calls per second", "perS", "higher"),
  metric("concurrency.mean", "concurrency mean", "times"),
  metric("concurrency.max", "concurrency max", "count"),
];

/** What a chain's figures are. */
export const CHAIN_METRICS: readonly Metric[] = [
  metric("chains.submitted", "chains submitted", "count"),
  metric("chains.completed", "chains completed", "count", "higher"),
  metric("chains.failed", "chains failed", "count", "lower"),
  metric("chains.dropped", "chains dropped", "count", "lower"),
  metric("chains.cancelled", "chains cancelled", "count"),
  metric("chains.shed", "chains shed", "count", "lower"),
  metric("chains.unfinished", "chains unfinished", "count", "lower"),
  ...FUNCTION_METRICS,
  ...quantity("chain_ms", "chain time", "ms"),
  ...quantity("slowdown", "slowdown", "times"),
  metric("throughput.chainsPerS", "chains per second", "perS", "higher"),
  metric("deadlines.met", "deadlines met", "count", "higher"),
  metric("deadlines.missed", "deadlines missed", "count", "lower"),
  metric("share", "part of its fair share", "share"),
];

/** What a run's figures are. */
export const RUN_METRICS: readonly Metric[] = [
  metric("run.durationMs", "duration", "ms"),
  ...CHAIN_METRICS.filter(({ path }) => path !== "share"),
  metric("fairness.jain", "fairness (Jain)", "share", "higher"),
  metric("fairness.minShare", "least share", "share", "higher"),
  metric("fairness.maxShare", "largest share", "share", "lower"),
  metric("cost.total", "cost", "times", "lower"),
];

/** The figure that a path names; null if there is no data for it. The path must be of the metrics for `of`. */
export function figure(of: Report | ChainReport | FunctionReport, path: string): number | null {
  let value: unknown = of;
  for (const key of path.split(".")) value = (value as Record<string, unknown> | undefined)?.[key];
  return (value ?? null) as number | null;
}

/** The metric of a path. */
export function metricAt(metrics: readonly Metric[], path: string): Metric {
  const metric = metrics.find((metric) => metric.path === path);
  if (metric === undefined) {
    throw new RangeError(`Cannot find the figure "${path}": there is none of this name`);
  }
  return metric;
}
