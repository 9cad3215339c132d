import type { Compared, ComparedRow } from "./compare.ts";
import { formatFigure } from "./text.ts";

/** A group of figures in a comparison. */
export interface FigureGroup {
  readonly title: string;
  /** The first parts of the paths of its figures: "waste" of `waste.calls`. */
  readonly of: readonly string[];
  /** The paths of those that the first screen shows, if runs differ in them. */
  readonly main: readonly string[];
}

/** The groups, the weightiest first. */
export const FIGURE_GROUPS: readonly FigureGroup[] = [
  {
    title: "lost work",
    of: ["chains", "waste"],
    main: [
      "chains.submitted",
      "chains.completed",
      "chains.failed",
      "chains.dropped",
      "chains.shed",
      "chains.unfinished",
      "waste.seconds",
    ],
  },
  {
    title: "fairness and deadlines",
    of: ["fairness", "deadlines"],
    main: ["fairness.minShare", "deadlines.met"],
  },
  {
    title: "times",
    of: [
      "queueing_ms",
      "run_ms",
      "function_ms",
      "provider_queueing_ms",
      "chain_ms",
      "completed_chain_ms",
      "slowdown",
    ],
    main: ["chain_ms.p50", "chain_ms.p99", "queueing_ms.p99", "run_ms.p99"],
  },
  {
    title: "throughput",
    of: ["throughput", "goodput", "concurrency", "functions", "run"],
    main: ["goodput.chainsPerS", "functions.throttled"],
  },
  { title: "cost", of: ["cost"], main: ["cost.total"] },
];

/** A change of a figure that is neither better nor worse, as a part of it, from which on it is a difference. */
const NOTABLE = 0.05;

/** The rows of a comparison by what they say. */
export interface SortedRows {
  /** Those of the first screen: runs differ, and it is known which is better, or neither is. */
  readonly main: readonly ComparedRow[];
  /** The others in which runs differ. */
  readonly others: readonly ComparedRow[];
  /** Those in which all runs are alike, where there is something to show. */
  readonly alike: readonly ComparedRow[];
}

const MAIN = new Set(FIGURE_GROUPS.flatMap(({ main }) => main));

/** Sorts the rows of a comparison. Where no row has a mark, the first screen has those without, too. */
export function sortedRows(rows: readonly ComparedRow[]): SortedRows {
  const shown = rows.filter(({ runs }) => runs.some(({ value }) => value !== null && value !== 0));
  const different = shown.filter(isDifferent);
  const isAnyMarked = different.some(isMarked);
  const isMain = (row: ComparedRow) =>
    MAIN.has(row.metric.path) && (!isAnyMarked || row.metric.better === undefined || isMarked(row));
  return {
    main: different.filter(isMain),
    others: different.filter((row) => !isMain(row)),
    alike: shown.filter((row) => !isDifferent(row)),
  };
}

/** Whether a run is better or worse than the first in it. */
export function isMarked({ runs }: ComparedRow): boolean {
  return runs.some(({ mark }) => mark !== "same");
}

/** Lays rows in their groups; groups without rows are left out. */
export function inGroups(
  rows: readonly ComparedRow[],
): { readonly title: string; readonly rows: readonly ComparedRow[] }[] {
  return FIGURE_GROUPS.map(({ title, of }) => ({
    title,
    rows: rows.filter(({ metric: { path } }) => of.includes(path.split(".")[0]!)),
  })).filter(({ rows }) => rows.length > 0);
}

function isDifferent({ metric, runs }: ComparedRow): boolean {
  const [first, ...others] = runs;
  return others.some((run) =>
    run.mark !== "same" ||
    isNotable(first!, run, metric.better === undefined || run.reason !== undefined) &&
      formatFigure(first!.value, metric.unit) !== formatFigure(run.value, metric.unit)
  );
}

/** Whether values that are not marked differ by more than a little. @param isUnjudged whether nothing says which is better */
function isNotable(first: Compared, { value, change }: Compared, isUnjudged: boolean): boolean {
  if (!isUnjudged) return false;
  return change === null ? value !== first.value : Math.abs(change) >= NOTABLE;
}
