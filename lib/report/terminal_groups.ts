import { CHAIN_COLUMNS, FUNCTION_COLUMNS, type GroupTable, groupTable } from "./group_columns.ts";
import type { Report } from "./schema.ts";
import { type Cell, table } from "./table.ts";
import type { Pen } from "./terminal.ts";
import { formatCount, printable } from "./text.ts";

/** More rows than these are not read on a terminal; --json and --csv have them all. */
const MOST_ROWS = 20;

/** The chains of a run, if there are any. */
export function renderChainTable({ byChain }: Report, pen: Pen): string[] {
  const submitted = Object.entries(byChain).filter(([, { chains }]) => chains.submitted > 0);
  const columns = CHAIN_COLUMNS.filter(({ isWide = false }) => !isWide);
  return rendered("chain", groupTable(Object.fromEntries(submitted), columns), pen);
}

/** The functions of a run, if there are any. */
export function renderFunctionTable({ byFunction }: Report, pen: Pen): string[] {
  const columns = FUNCTION_COLUMNS.filter(({ isWide = false }) => !isWide);
  return rendered("function", groupTable(byFunction, columns), pen);
}

function rendered(kind: string, { heads, rows }: GroupTable, { width, paint }: Pen): string[] {
  if (rows.length === 0) return [];
  const cells = rows.slice(0, MOST_ROWS).map(([name, row]): Cell[] => [
    printable(name),
    ...row.map(({ text, isBad }) => isBad ? { text, style: "bad" as const } : text),
  ]);
  const lines = table([dim(kind, ...heads), ...cells], width, paint);
  const more = rows.length - MOST_ROWS;
  return more > 0 ? [...lines, paint(`and ${formatCount(more)} more ${kind}s`, "dim")] : lines;
}

function dim(...words: string[]): Cell[] {
  return words.map((text) => ({ text, style: "dim" }));
}
