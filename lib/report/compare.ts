import type { FigureValue, Metric } from "./metrics.ts";
import { STATISTICS } from "./figure_types.ts";
import type { Mark } from "./mark.ts";
import type { Report } from "./schema.ts";
import { compareRuns, type Tested } from "./tested.ts";

/** A figure of a run, beside that of the first. */
export interface Compared {
  /** null if the run has no data for it. */
  readonly value: FigureValue;
  /** The change from the first run's, as a part of it (0.5: half as much again); null where that cannot be said. */
  readonly change: number | null;
  readonly mark: Mark;
  /** The reason why there is no mark although the values may differ, in words: the runs are not alike in this, or too short. */
  readonly reason?: string;
}

/** A figure of several runs, in their order. */
export interface ComparedRow {
  readonly metric: Metric;
  readonly runs: readonly Compared[];
}

/** Figures that a run has one value of, and no parts of the run tell how much that varies. */
const ONCE = /\.max$/;

/**
 * Lays runs side by side and marks where one is better or worse than the first by more than chance, and by 1 % at least, as
 * {@linkcode compareRuns} finds. A time that is "never" in one of them only, and has no interval, is marked where the numbers
 * of completed chains are. Where nothing tells, and where runs are not alike, there is no mark, but a reason.
 */
export function compareReports(reports: readonly Report[]): ComparedRow[] {
  const rows = compareRuns(reports.map((report) => [report]));
  const completed = rows.find(({ metric }) => metric.path === "chains.completed")!;
  return rows.map(({ metric, runs }) => ({
    metric,
    runs: runs.slice(0, reports.length).map((run, i) =>
      i === 0
        ? { value: run.value, change: null, mark: "same" }
        : judged(metric, runs[0]!.value, run, completed.runs[i]!.mark)
    ),
  }));
}

/** A figure with its mark, or the reason why it has none. @param completed the mark of the number of completed chains */
function judged(
  { better, path }: Metric,
  from: FigureValue,
  { value, change, p, mark, reason }: Tested,
  completed: Mark,
): Compared {
  const isSame = from === null || value === null || from === value || better === undefined;
  if (reason !== undefined) return { value, change, mark: "same", reason };
  if (isSame || p !== null) return { value, change, mark };
  const isNever = (from === "never") !== (value === "never");
  if (isNever && completed === (from === "never" ? "better" : "worse")) {
    return { value, change, mark: completed };
  }
  const words = ONCE.test(path) ? "a run has one value, which may be chance" : "too few chains to tell";
  return { value, change, mark, reason: words };
}

/** The reasons for missing marks of a run, each with the figures that it is of, in words. */
export function unmarkedWords(rows: readonly ComparedRow[], run: number): string[] {
  const labels = new Map<string, Set<string>>();
  for (const { metric, runs } of rows) {
    const { reason } = runs[run]!;
    if (reason !== undefined) labels.set(reason, (labels.get(reason) ?? new Set()).add(figureLabel(metric)));
  }
  return [...labels].map(([reason, of]) => `${listed([...of])} not marked: ${reason}`);
}

/** The label of a metric, without the statistic: all of a quantity are alike. */
function figureLabel({ path, label }: Metric): string {
  const statistic = STATISTICS.find((of) => path.endsWith(`.${of}`) && label.endsWith(` ${of}`));
  return statistic === undefined ? label : label.slice(0, -statistic.length - 1);
}

/** Up to three figures by name. */
function listed(labels: readonly string[]): string {
  const more = labels.length - 3;
  return more > 0 ? `${labels.slice(0, 3).join(", ")} and ${more} more` : labels.join(", ");
}
