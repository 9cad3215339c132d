import { figure } from "./metrics.ts";
import type { Unit } from "./figure_types.ts";
import type { ChainReport, FunctionReport } from "./schema.ts";
import { formatFigure } from "./text.ts";

/** A column of the table of chains, or of functions. */
export interface GroupColumn {
  readonly head: string;
  /** The path of its figure. */
  readonly path: string;
  readonly unit: Unit;
  /** Whether anything but 0 is bad. */
  readonly isAlarming?: boolean;
  /** Whether only wide tables have it: those of pages. */
  readonly isWide?: boolean;
  /** Whether a table has it only if a row has a value. */
  readonly isOptional?: boolean;
}

/** A cell of such a table. */
export interface GroupCell {
  readonly text: string;
  readonly isBad: boolean;
}

/** The columns of the table of chains. */
export const CHAIN_COLUMNS: readonly GroupColumn[] = [
  { head: "submitted", path: "chains.submitted", unit: "count" },
  { head: "done", path: "chains.completed", unit: "count" },
  { head: "lost", path: "chains.lost", unit: "count", isAlarming: true },
  { head: "late", path: "deadlines.missed", unit: "count", isAlarming: true },
  { head: "queueing p50", path: "queueing_ms.p50", unit: "ms" },
  { head: "p99", path: "queueing_ms.p99", unit: "ms" },
  { head: "time p50", path: "chain_ms.p50", unit: "ms" },
  { head: "p99", path: "chain_ms.p99", unit: "ms" },
  { head: "slowdown p50", path: "slowdown.p50", unit: "times", isWide: true },
  { head: "share", path: "share", unit: "share" },
];

/** The columns of the table of functions. */
export const FUNCTION_COLUMNS: readonly GroupColumn[] = [
  { head: "calls", path: "functions.invocations", unit: "count" },
  { head: "attempts", path: "functions.attempts", unit: "count", isWide: true },
  { head: "failed", path: "functions.failed", unit: "count", isAlarming: true },
  { head: "throttled", path: "functions.throttled", unit: "count", isAlarming: true },
  { head: "cold", path: "functions.coldStarts", unit: "count" },
  { head: "queueing p50", path: "queueing_ms.p50", unit: "ms" },
  { head: "p99", path: "queueing_ms.p99", unit: "ms" },
  { head: "run p50", path: "run_ms.p50", unit: "ms" },
  { head: "p99", path: "run_ms.p99", unit: "ms" },
  { head: "inside p50", path: "function_ms.p50", unit: "ms", isOptional: true },
  { head: "p99", path: "function_ms.p99", unit: "ms", isOptional: true },
];

/** A table of groups, by their names. */
export interface GroupTable {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly [name: string, cells: readonly GroupCell[]])[];
}

/** The table of groups: of chains, or of functions. */
export function groupTable(
  groups: Readonly<Record<string, ChainReport | FunctionReport>>,
  columns: readonly GroupColumn[],
): GroupTable {
  const all = Object.values(groups);
  const shown = columns.filter(({ isOptional = false, path }) =>
    !isOptional || all.some((group) => figure(group, path) !== null)
  );
  return {
    heads: shown.map(({ head }) => head),
    rows: Object.entries(groups).map(([name, group]) => [name, shown.map((column) => cellOf(group, column))]),
  };
}

function cellOf(
  group: ChainReport | FunctionReport,
  { path, unit, isAlarming = false }: GroupColumn,
): GroupCell {
  const value = figure(group, path);
  return { text: formatFigure(value, unit), isBad: isAlarming && value !== null && value !== 0 };
}
