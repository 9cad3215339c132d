import {
  CHAIN_COLUMNS,
  FUNCTION_COLUMNS,
  type GroupColumn,
  type GroupTable,
  groupTable,
} from "./group_columns.ts";
import { figure } from "./metrics.ts";
import type { ChainReport, FunctionReport, Report } from "./schema.ts";
import { type Cell, table } from "./table.ts";
import type { Pen } from "./terminal_pen.ts";
import { moreWords, printable } from "./text.ts";

/** More rows than these are not read on a terminal, unless all are asked for. */
const MOST_ROWS = 20;

/** The chains of a run, if there are any. */
export function renderChainTable({ byChain }: Report, pen: Pen): string[] {
  const submitted = Object.entries(byChain).filter(([, { chains }]) => chains.submitted > 0);
  return rendered("chain", narrowTable(Object.fromEntries(submitted), CHAIN_COLUMNS), pen);
}

/** The values of the labels that a report is by. */
export function renderLabelTables({ byLabel = {} }: Report, pen: Pen): string[][] {
  return Object.entries(byLabel).map(([label, values]) =>
    rendered(printable(label), narrowTable(values, CHAIN_COLUMNS), pen)
  );
}

/** The functions of a run, if there are any. */
export function renderFunctionTable({ byFunction }: Report, pen: Pen): string[] {
  return rendered("function", narrowTable(byFunction, FUNCTION_COLUMNS), pen);
}

/** A table without the columns that only pages have, and without those of failures where there are none. */
function narrowTable(
  groups: Readonly<Record<string, ChainReport | FunctionReport>>,
  columns: readonly GroupColumn[],
): GroupTable {
  const all = Object.values(groups);
  const isShown = ({ isWide = false, isAlarming = false, path }: GroupColumn) =>
    !isWide && (!isAlarming || all.some((group) => figure(group, path) !== 0));
  return groupTable(groups, columns.filter(isShown));
}

function rendered(kind: string, { heads, rows }: GroupTable, { width, paint, isAll }: Pen): string[] {
  if (rows.length === 0) return [];
  const shown = isAll ? rows : rows.slice(0, MOST_ROWS);
  const cells = shown.map(([name, row]): Cell[] => [
    printable(name),
    ...row.map(({ text, isBad }) => isBad ? { text, style: "bad" as const } : text),
  ]);
  const lines = table([[{ text: kind, style: "bold" }, ...dim(...heads)], ...cells], width, paint);
  const more = rows.length - shown.length;
  return more > 0 ? [...lines, paint(moreWords(more, kind), "dim")] : lines;
}

function dim(...words: string[]): Cell[] {
  return words.map((text) => ({ text, style: "dim" }));
}
