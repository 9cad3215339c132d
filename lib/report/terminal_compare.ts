import { counted, ownOf } from "../model/mod.ts";
import { type Compared, type ComparedRow, compareReports, unmarkedWords } from "./compare.ts";
import { inGroups, isMarked, type SortedRows, sortedRows } from "./comparison_groups.ts";
import type { Metric } from "./metrics.ts";
import type { ChainReport, Report } from "./schema.ts";
import { ASCII } from "./spark.ts";
import { type Cell, table } from "./table.ts";
import { renderConcurrency } from "./terminal_charts.ts";
import { renderFailuresOf } from "./terminal_failures.ts";
import { noteLines, type Pen, runHeads, title } from "./terminal_pen.ts";
import { formatChange, formatFigure, moreWords, printable, wordWrap } from "./text.ts";
import type { RunView } from "./view.ts";

/** Columns of the first column, and of each run's, with the spaces before it; without changes where it is narrow. */
const FIRST = 22, RUN = 19, NARROW_RUN = 12;
/** More chains, or values of a label, than these are not read on a terminal. */
const MOST_GROUPS = 10;

/** The first screen of several runs: their titles, the figures in which they differ most, and what has no mark. */
export function renderComparedFigures(runs: readonly RunView[], pen: Pen): string[][] {
  const { main, others, alike } = rowsOf(runs), shown = pen.isAll ? [...main, ...others, ...alike] : main;
  return [
    runs.flatMap(({ name, report }, i) => title(name, report, pen, `${i + 1}. `)),
    ...tables(runs, shown, pen),
    [...legend(shown, alike.length, pen), ...unmarked(shown, pen)],
  ];
}

/** The rest of several runs: causes, charts, other differences, chains and remarks. */
export function renderComparedDetails(runs: readonly RunView[], pen: Pen): string[][] {
  const { others } = rowsOf(runs);
  return [
    ...renderFailuresOf(runs.map(({ report }) => report), pen),
    renderConcurrency(runs, pen),
    ...pen.isAll ? [] : otherDifferences(runs, others, pen),
    shares(runs, pen),
    runs.flatMap(({ report }, i) => noteLines(report, pen, `${i + 1}.`)),
  ];
}

function otherDifferences(
  runs: readonly RunView[],
  rows: readonly ComparedRow[],
  pen: Pen,
): string[][] {
  const [first, ...more] = tables(runs, rows, pen);
  if (first === undefined) return [];
  return [[...dimLines(["other differences"], pen), ...first], ...more, unmarked(rows, pen)];
}

function rowsOf(runs: readonly RunView[]): SortedRows {
  return sortedRows(compareReports(runs.map(({ report }) => report)));
}

/** Rows in groups, in as many tables as the width asks for; the first run is in each of them. */
function tables(runs: readonly RunView[], shown: readonly ComparedRow[], pen: Pen): string[][] {
  if (shown.length === 0) return [];
  const isNarrow = pen.width < FIRST + 2 * RUN, run = isNarrow ? NARROW_RUN : RUN;
  const perTable = Math.max(1, Math.floor((pen.width - FIRST) / run) - 1);
  const heads = runHeads(runs.map(({ name }) => name), run - 2);
  const groups = inGroups(shown);
  const parts: string[][] = [];
  for (let at = 1; at < runs.length; at += perTable) {
    const columns = [...runs.keys()].filter((i) => i === 0 || i >= at && i < at + perTable);
    const rows = groups.flatMap(({ title, rows }, i): Cell[][] => [
      [{ text: title, style: "bold" }, ...i === 0 ? columns.map((run) => dim(heads[run]!)) : []],
      ...rows.map((
        { metric, runs },
      ) => [metric.label, ...columns.map((run) => cell(runs[run]!, metric, isNarrow, pen))]),
    ]);
    parts.push(table(rows, pen.width, pen.paint));
  }
  return parts;
}

function cell({ value, change, mark }: Compared, { unit }: Metric, isNarrow: boolean, pen: Pen): Cell {
  const changed = isNarrow ? "" : (change === 0 ? "" : formatChange(change)).padStart(5) + " ";
  const text = `${formatFigure(value, unit)} ${changed}${mark === "same" ? " " : signOf(mark, pen)}`;
  return mark === "same" ? text : { text, style: mark === "better" ? "good" : "bad" };
}

/** The sign of a mark. */
export function signOf(mark: "better" | "worse", { signs }: Pick<Pen, "signs">): string {
  if (signs === ASCII) return mark === "better" ? "+" : "!";
  return mark === "better" ? "✔" : "✘";
}

/** The meaning of marks, and the number of rows that are left out. */
function legend(rows: readonly ComparedRow[], alike: number, pen: Pen): string[] {
  const words = [
    ...rows.some(isMarked)
      ? [`${signOf("better", pen)} better, ${signOf("worse", pen)} worse than 1. by more than chance`]
      : [],
    ...pen.isAll || alike === 0
      ? []
      : [`${counted(alike, "figure is", "figures are")} alike, or within chance: see --all`],
  ];
  return words.length === 0 ? [] : dimLines([words.join("; ")], pen);
}

/** The reasons why figures have no mark, each with the numbers of its runs. */
function unmarked(rows: readonly ComparedRow[], pen: Pen): string[] {
  const runs = rows[0]?.runs ?? [];
  const all = runs.flatMap((_, run) => unmarkedWords(rows, run).map((words) => ({ words, run })));
  return dimLines(
    [...Map.groupBy(all, ({ words }) => words)].map(([words, of]) =>
      `${of.map(({ run }) => `${run + 1}.`).join(", ")} ${words}`
    ),
    pen,
  );
}

/** The times and shares of each chain in each run, or of each value of the label that shares go by. */
function shares(runs: readonly RunView[], pen: Pen): string[] {
  const { kind, groupsOf } = sharingIn(runs);
  const names = [...new Set(runs.flatMap(({ report }) => Object.keys(groupsOf(report))))].sort();
  if (names.length < 2) return [];
  const shown = pen.isAll ? names : names.slice(0, MOST_GROUPS);
  const isLate = runs.some(({ report }) => report.deadlines.missed > 0);
  const head: Cell[] = [
    { text: `${printable(kind)}: p99, share${isLate ? ", late" : ""}`, style: "bold" },
    ...runs.map((_, i) => dim(`${i + 1}.`)),
  ];
  const rows = shown.map((name) => [
    printable(name),
    ...runs.map(({ report }) => {
      const of = ownOf(groupsOf(report), name);
      if (of === undefined) return "–";
      const late = isLate ? ` ${formatFigure(of.deadlines.missed, "count").padStart(4)}` : "";
      return `${formatFigure(of.chain_ms.p99, "ms")} ${formatFigure(of.share, "share").padStart(5)}${late}`;
    }),
  ]);
  const more = names.length - shown.length;
  return [
    ...table([head, ...rows], pen.width, pen.paint),
    ...more > 0 ? dimLines([moreWords(more, kind)], pen) : [],
  ];
}

/** The groups that shares of runs go by: values of the label that all of them are reported by, else chains. */
function sharingIn(runs: readonly RunView[]): {
  readonly kind: string;
  groupsOf(report: Report): Readonly<Record<string, ChainReport>>;
} {
  const label = runs[0]?.report.fairness.by ?? undefined;
  const isBy = label !== undefined &&
    runs.every(({ report }) => ownOf(report.byLabel ?? {}, label) !== undefined);
  return isBy
    ? { kind: label, groupsOf: ({ byLabel = {} }) => ownOf(byLabel, label) ?? {} }
    : { kind: "chain", groupsOf: ({ byChain }) => byChain };
}

function dim(text: string): Cell {
  return { text, style: "dim" };
}

function dimLines(words: readonly string[], { paint, width }: Pen): string[] {
  return words.flatMap((text) => wordWrap(text, width)).map((line) => paint(line, "dim"));
}
