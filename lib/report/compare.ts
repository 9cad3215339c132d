import { figure, type Metric, metricAt, RUN_METRICS } from "./metrics.ts";
import type { Report } from "./schema.ts";

/** A change of less than this part of the first run's figure is taken for chance. */
const NOTABLE = 0.05;

/** How a run's figure compares with the first run's. */
export type Mark = "better" | "worse" | "same";

/** A figure of a run, beside that of the first. */
export interface Compared {
  /** null if the run has no data for it. */
  readonly value: number | null;
  /** The change from the first run's, as a part of it (0.5: half as much again); null where that cannot be said. */
  readonly change: number | null;
  readonly mark: Mark;
}

/** A figure of several runs, in their order. */
export interface ComparedRow {
  readonly metric: Metric;
  readonly runs: readonly Compared[];
}

/** What is compared if nothing else is asked for. */
const COMPARED = [
  "run.durationMs",
  "chains.submitted",
  "chains.completed",
  "chains.failed",
  "chains.dropped",
  "chains.shed",
  "chains.unfinished",
  "functions.throttled",
  "functions.retried",
  "functions.coldStarts",
  "queueing_ms.mean",
  "queueing_ms.p50",
  "queueing_ms.p90",
  "queueing_ms.p95",
  "queueing_ms.p99",
  "queueing_ms.max",
  "run_ms.p50",
  "run_ms.p99",
  "function_ms.p50",
  "function_ms.p99",
  "provider_queueing_ms.p50",
  "provider_queueing_ms.p99",
  "chain_ms.p50",
  "chain_ms.p90",
  "chain_ms.p99",
  "chain_ms.max",
  "slowdown.p50",
  "slowdown.p99",
  "throughput.chainsPerS",
  "throughput.functionsPerS",
  "concurrency.mean",
  "concurrency.max",
  "fairness.jain",
  "fairness.minShare",
  "deadlines.met",
  "deadlines.missed",
  "cost.total",
];

/**
 * Lays runs side by side and marks where one is better or worse than the first by 5 % or more (of a figure that was 0:
 * by anything).
 */
export function compareReports(
  reports: readonly Report[],
  paths: readonly string[] = COMPARED,
): ComparedRow[] {
  return paths.map((path) => {
    const metric = metricAt(RUN_METRICS, path);
    const [first = null, ...others] = reports.map((report) => figure(report, path));
    return {
      metric,
      runs: [
        { value: first, change: null, mark: "same" },
        ...others.map((value) => compared(metric, first, value)),
      ],
    };
  });
}

function compared({ better }: Metric, first: number | null, value: number | null): Compared {
  if (first === null || value === null) return { value, change: null, mark: "same" };
  const change = first === 0 ? null : (value - first) / first;
  const notable = change === null ? value !== 0 : Math.abs(change) >= NOTABLE;
  if (!notable || better === undefined) return { value, change, mark: "same" };
  return { value, change, mark: (value < first) === (better === "lower") ? "better" : "worse" };
}
