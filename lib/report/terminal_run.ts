import { renderCharts, renderHistogram } from "./terminal_charts.ts";
import { renderFailures } from "./terminal_failures.ts";
import { renderChainTable, renderFunctionTable, renderLabelTables } from "./terminal_groups.ts";
import { noteLines, type Pen, title, wrapped } from "./terminal_pen.ts";
import { type Cell, table } from "./table.ts";
import { QUANTITY_HEADS, quantityRows } from "./quantity_rows.ts";
import type { CostReport, Report } from "./schema.ts";
import { changeWords } from "./setting_words.ts";
import { formatCount, formatFigure, formatNumber, NO_DATA, printable } from "./text.ts";
import { LOSSES } from "./kinds.ts";
import type { RunView } from "./view.ts";

const n = formatCount;

/** The first screen of one run: its title and its figures in groups. */
export function renderRunFigures({ name, report }: RunView, pen: Pen): string[][] {
  return [
    [...title(name, report, pen), ...changes(report, pen)],
    group("lost work", lostWork(report, pen), pen),
    group("fairness and deadlines", fairness(report, pen), pen),
    times(report, pen),
    group("throughput", throughput(report, pen), pen),
    group("cost", report.cost === undefined ? [] : wrapped("cost", costWords(report.cost), pen), pen),
  ];
}

/** The rest of one run: remarks, causes, charts, and tables of its chains and functions. */
export function renderRunDetails({ report, series }: RunView, pen: Pen): string[][] {
  return [
    noteLines(report, pen),
    renderFailures(report, pen),
    renderCharts(report, series, pen),
    renderHistogram(series, pen),
    renderChainTable(report, pen),
    ...renderLabelTables(report, pen),
    renderFunctionTable(report, pen),
  ];
}

/** The most changes of settings that are named. */
const MOST_CHANGES = 5;

function changes({ run: { changes = [] } }: Report, pen: Pen): string[] {
  if (changes.length === 0) return [];
  const named = changes.slice(0, pen.isAll ? undefined : MOST_CHANGES), more = changes.length - named.length;
  return wrapped("changed", [...named.map(changeWords), ...more > 0 ? [`${n(more)} more`] : []], pen);
}

function group(head: string, lines: readonly string[], { paint }: Pen): string[] {
  return lines.length === 0 ? [] : [paint(head, "bold"), ...lines];
}

function lostWork({ chains, waste, functions }: Report, pen: Pen): string[] {
  const bad = alarm(pen);
  const losses = LOSSES.filter((kind) => chains[kind] > 0).map((kind) => bad(`${n(chains[kind])} ${kind}`));
  return [
    ...chains.submitted === 0 ? [] : wrapped("chains", [
      `${n(chains.submitted)} submitted`,
      `${n(chains.completed)} completed`,
      ...losses.length === 0 ? [pen.paint("none lost", "good")] : losses,
      ...chains.unfinished > 0 ? [bad(`${n(chains.unfinished)} unfinished`)] : [],
    ], pen),
    ...waste.calls === 0 ? [] : wrapped("wasted", [
      bad(`${n(waste.calls)} calls for lost chains`),
      `${formatFigure(waste.seconds, "s")} of ${formatFigure(functions.seconds, "s")}`,
    ], pen),
  ];
}

function fairness({ fairness, deadlines: { met, missed }, chains }: Report, pen: Pen): string[] {
  const missedWords = missed > 0 ? alarm(pen)(`${n(missed)} missed`) : "0 missed";
  return [
    ...chains.submitted === 0 && fairness.jain === null
      ? []
      : wrapped("fairness", fairnessWords(fairness), pen),
    ...met + missed > 0 ? wrapped("deadlines", [`${n(met)} met`, missedWords], pen) : [],
  ];
}

function fairnessWords({ by, jain, minShare, maxShare }: Report["fairness"]): string[] {
  const groups = by === null ? "chains" : `values of ${printable(by)}`;
  if (jain === null) return [`no two ${groups} wanted more than they got`];
  const [least, most] = [minShare, maxShare].map((share) => formatFigure(share, "share"));
  return [
    `${formatFigure(jain, "share")} (Jain${by === null ? "" : `, by ${printable(by)}`})`,
    `shares from ${least} to ${most} of fair`,
  ];
}

function times(report: Report, pen: Pen): string[] {
  const head: Cell[] = [
    { text: "times", style: "bold" },
    ...QUANTITY_HEADS.map((text): Cell => ({ text, style: "dim" })),
  ];
  const rows = quantityRows(report).filter(({ cells }) => cells.some((cell) => cell !== NO_DATA))
    .map(({ label, cells }) => [label, ...cells]);
  const clock = report.backwards === undefined ? [] : wrapped("clock", [
    pen.paint(`${n(report.backwards)} chains ended before they were submitted: a clock was set`, "bad"),
    "how long they took is left out",
  ], pen);
  return rows.length === 0 ? clock : [...table([head, ...rows], pen.width, pen.paint), ...clock];
}

function throughput(report: Report, pen: Pen): string[] {
  const { chains, functions: f, throughput: t, goodput, concurrency: c } = report, bad = alarm(pen);
  return [
    ...wrapped("rates", [
      ...chains.submitted === 0 ? [] : [`${formatNumber(t.chainsPerS)} chains/s`],
      `${formatNumber(t.functionsPerS)} calls/s`,
      `${formatNumber(c.mean)} at once on average, ${n(c.max)} at most`,
    ], pen),
    ...goodput.chainsPerS === null || chains.submitted === 0 ? [] : wrapped("goodput", [
      `${formatNumber(goodput.chainsPerS)} chains/s within ${report.goodputTimes}× their ideal time`,
    ], pen),
    ...wrapped("calls", [
      `${n(f.invocations)} in ${n(f.attempts)} attempts`,
      `${n(f.completed)} ok`,
      ...f.failed > 0 ? [bad(`${n(f.failed)} failed`)] : [],
      ...f.throttled > 0 ? [bad(`${n(f.throttled)} throttled`)] : [],
      ...f.retried > 0 ? [`${n(f.retried)} retried`] : [],
      ...f.coldStarts > 0 ? [`${n(f.coldStarts)} cold`] : [],
    ], pen),
  ];
}

function costWords({ total, byPlatform }: CostReport): string[] {
  const of = Object.entries(byPlatform).map(([name, { cost, attempts }]) =>
    `${printable(name)} ${formatNumber(cost)} (${formatCount(attempts)} attempts)`
  );
  return [`${formatNumber(total)} in all`, ...of];
}

function alarm({ paint }: Pen): (text: string) => string {
  return (text) => paint(text, "bad");
}
