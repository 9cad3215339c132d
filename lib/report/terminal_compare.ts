import { type Compared, compareReports } from "./compare.ts";
import type { Metric } from "./metrics.ts";
import { type Cell, fit, table } from "./table.ts";
import { greatest, type Pen, sumOf, title } from "./terminal.ts";
import { ASCII, sparkline } from "./spark.ts";
import { formatChange, formatCount, formatFigure, printable } from "./text.ts";
import type { RunView } from "./view.ts";

/** Columns of the first column, and of each run's, with the spaces before it. */
const LABEL = 22, RUN = 19;

/** Shows several runs side by side: figures with their change from the first run's, and small charts. */
export function renderComparison(runs: readonly RunView[], pen: Pen): string[][] {
  const perTable = Math.max(1, Math.floor((pen.width - LABEL) / RUN) - 1);
  const others = runs.slice(1);
  const tables: string[][] = [];
  for (let at = 0; at < others.length; at += perTable) {
    tables.push(comparison([runs[0]!, ...others.slice(at, at + perTable)], runs, pen));
  }
  const legend = [
    pen.paint(
      `${sign("better", pen)} better, ${sign("worse", pen)} worse than the first run by 5% or more`,
      "dim",
    ),
  ];
  return [
    runs.flatMap(({ name, report }, i) => title(`${i + 1}. ${name}`, report, pen)),
    ...tables,
    legend,
    ...shares(runs, pen),
    charts(runs, pen),
  ];
}

function comparison(shown: readonly RunView[], all: readonly RunView[], pen: Pen): string[] {
  const head = ["", ...shown.map((run) => fit(`${all.indexOf(run) + 1}. ${printable(run.name)}`, RUN - 2))];
  const rows = compareReports(shown.map(({ report }) => report))
    .filter(({ runs }) => runs.some(({ value }) => value !== null && value !== 0))
    .map(({ metric, runs }): Cell[] => [metric.label, ...runs.map((run) => cell(run, metric, pen))]);
  return table([head.map((text) => ({ text, style: "dim" as const })), ...rows], pen.width, pen.paint);
}

function cell({ value, change, mark }: Compared, { unit }: Metric, pen: Pen): Cell {
  const text = formatFigure(value, unit);
  if (mark === "same") return `${text}${" ".repeat(8)}`;
  const note = `${formatChange(change).padStart(5)} ${sign(mark, pen)}`;
  return { text: `${text} ${note}`, style: mark === "better" ? "good" : "bad" };
}

function sign(mark: "better" | "worse", { signs }: Pen): string {
  if (signs === ASCII) return mark === "better" ? "+" : "!";
  return mark === "better" ? "✔" : "✘";
}

/** The shares of each chain in each run. */
function shares(runs: readonly RunView[], pen: Pen): string[][] {
  const names = [...new Set(runs.flatMap(({ report }) => Object.keys(report.byChain)))].sort().slice(0, 20);
  if (names.length < 2) return [];
  const head = ["chain time p99, share", ...runs.map((_, i) => `${i + 1}.`)];
  const rows = names.map((name) => [
    printable(name),
    ...runs.map(({ report }) => {
      const of = report.byChain[name];
      return of
        ? `${formatFigure(of.chain_ms.p99, "ms")} ${formatFigure(of.share, "share").padStart(5)}`
        : "–";
    }),
  ]);
  return [table([head.map((text) => ({ text, style: "dim" as const })), ...rows], pen.width, pen.paint)];
}

/** The concurrency of each run, on one scale. */
function charts(runs: readonly RunView[], { width, paint, signs }: Pen): string[] {
  const running = runs.map(({ series }) => sumOf(series.bands.map((band) => band.running)));
  const longest = greatest(runs.map(({ series }) => series.bucketMs * series.buckets));
  const top = greatest(running.flat());
  if (!(longest > 0) || top === 0) return [];
  const columns = width - 30;
  const lines = runs.map(({ report, series }, i) => {
    const part = series.bucketMs * series.buckets / longest;
    const line = sparkline(running[i]!, top, Math.max(1, Math.round(columns * part)), signs).padEnd(columns);
    return `${`${i + 1}.`.padStart(11)}  ${paint(line, "accent")} max ${formatCount(report.concurrency.max)}`;
  });
  const end = formatFigure(longest, "ms");
  return [
    paint("concurrency", "dim"),
    ...lines,
    paint(" ".repeat(13) + "0s" + end.padStart(columns - 2), "dim"),
  ];
}
