import { figure, type Metric, RUN_METRICS } from "./metrics.ts";
import type { Report } from "./schema.ts";

/** A change of less than this part of the first run's figure is taken for chance. */
const NOTABLE = 0.05;

/** The result of a comparison of a run's figure with the first run's. */
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

const COMPARED = RUN_METRICS.filter(({ isCompared }) => isCompared);

/**
 * Lays runs side by side and marks where one is better or worse than the first by 5 % or more (of a figure that was 0:
 * by anything).
 */
export function compareReports(reports: readonly Report[]): ComparedRow[] {
  return COMPARED.map((metric) => {
    const [first = null, ...others] = reports.map((report) => figure(report, metric.path));
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
