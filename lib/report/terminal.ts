import { formatDuration } from "../model/mod.ts";
import { renderComparison } from "./terminal_compare.ts";
import { renderChainTable, renderFunctionTable } from "./terminal_groups.ts";
import { type Cell, fit, painter, type Style, table } from "./table.ts";
import { QUANTITY_HEADS, quantityRows } from "./quantity_rows.ts";
import type { CostReport, Report } from "./schema.ts";
import { DECADES_MS, type Series } from "./series.ts";
import { ASCII, bar, type Signs, sparkline, UNICODE } from "./spark.ts";
import { formatCount, formatNumber, printable } from "./text.ts";
import type { RunView } from "./view.ts";

/** The options of reports on a terminal. */
export interface TerminalOptions {
  /** Columns. (Default: 80) */
  readonly width?: number;
  /** Whether to colour. (Default: false) */
  readonly color?: boolean;
  /** Whether to draw charts with ASCII signs only. (Default: false) */
  readonly ascii?: boolean;
}

/** The tools that the parts of the view are drawn with. */
export interface Pen {
  readonly width: number;
  readonly paint: (text: string, style?: Style) => string;
  readonly signs: Signs;
}

/** The ASCII signs that replace our own ones; names stay as they are. */
const PLAIN: Readonly<Record<string, string>> = {
  "−": "-",
  "–": "-",
  "×": "x",
  "·": "-",
  "…": "~",
  "±": " ",
  "≥": ">",
};

/** Shows a run, or several side by side, as lines of text. Pure: nothing is printed. */
export function renderTerminal(runs: readonly RunView[], options: TerminalOptions = {}): string {
  const pen: Pen = {
    width: Math.max(40, options.width ?? 80),
    paint: painter(options.color ?? false),
    signs: options.ascii ? ASCII : UNICODE,
  };
  const [first] = runs;
  if (first === undefined) return "";
  const parts = runs.length === 1 ? renderRun(first, pen) : renderComparison(runs, pen);
  const text = parts.filter((part) => part.length > 0).map((part) => part.join("\n") + "\n").join("\n");
  return options.ascii ? text.replace(/[−–×·…±≥]/g, (sign) => PLAIN[sign]!) : text;
}

function renderRun({ name, report, series }: RunView, pen: Pen): string[][] {
  return [
    [...title(name, report, pen), ...headline(report, pen)],
    quantities(report, pen),
    facts(report, pen),
    charts(report, series, pen),
    histogram(series, pen),
    renderChainTable(report, pen),
    renderFunctionTable(report, pen),
  ];
}

/** The title of a run: its command, policy and limit, and its start. */
export function title(name: string, { run }: Report, { paint, width }: Pen): string[] {
  const what = [name, run.command, run.policy, run.limit === null ? "no limit" : `limit ${run.limit}`]
    .filter((word) => word !== null && word !== "").map((word) => printable(String(word))).join(" · ");
  const when = run.startedAt === null
    ? ""
    : run.command === "simulate"
    ? ", in virtual time"
    : `, started ${run.startedAt.slice(0, 19).replace("T", " ")} UTC`;
  return [paint(fit(what, width), "bold"), paint(`took ${formatDuration(run.durationMs)}${when}`, "dim")];
}

function headline({ chains, functions }: Report, { paint, width }: Pen): string[] {
  const n = formatCount;
  if (chains.submitted === 0) {
    return [`${n(functions.completed)} of ${n(functions.invocations)} calls completed`];
  }
  const lost = chains.failed + chains.dropped;
  const kinds = `(${n(chains.failed)} failed, ${n(chains.dropped)} dropped)`;
  return wrapped("", [
    `${n(chains.completed)} of ${n(chains.submitted)} chains completed`,
    lost === 0 ? paint("none lost", "good") : paint(`${n(lost)} lost ${kinds}`, "bad"),
    ...chains.unfinished > 0 ? [paint(`${n(chains.unfinished)} unfinished`, "bad")] : [],
    ...chains.shed > 0 ? [`${n(chains.shed)} shed`] : [],
    ...chains.cancelled > 0 ? [`${n(chains.cancelled)} cancelled`] : [],
  ], width);
}

function quantities(report: Report, pen: Pen): string[] {
  const head: Cell[] = ["", ...QUANTITY_HEADS].map((text) => ({ text, style: "dim" }));
  const rows = quantityRows(report).map(({ label, cells }) => [label, ...cells]);
  return table([head, ...rows], pen.width, pen.paint);
}

function facts(report: Report, { paint, width }: Pen): string[] {
  const { functions: f, throughput: t, concurrency: c, fairness, deadlines: d } = report;
  const n = formatCount;
  const bad = (text: string, count: number) => count > 0 ? paint(text, "bad") : text;
  const line = (label: string, parts: readonly string[]) =>
    wrapped(paint(label.padEnd(13), "dim"), parts, width);
  return [
    ...line("calls", [
      `${n(f.invocations)} in ${n(f.attempts)} attempts`,
      `${n(f.completed)} ok`,
      bad(`${n(f.failed)} failed`, f.failed),
      bad(`${n(f.throttled)} throttled`, f.throttled),
      `${n(f.retried)} retried`,
      `${n(f.coldStarts)} cold`,
    ]),
    ...report.backwards === undefined ? [] : line("clock", [
      paint(`${n(report.backwards)} chains ended before they were submitted: a clock was set`, "bad"),
      "how long they took is left out",
    ]),
    ...line("throughput", [
      `${formatNumber(t.chainsPerS)} chains/s`,
      `${formatNumber(t.functionsPerS)} calls/s`,
    ]),
    ...line("concurrency", [`${formatNumber(c.mean)} mean`, `${n(c.max)} max`]),
    ...line("fairness", [
      `${fairness.jain.toFixed(2)} (Jain)`,
      `shares from ${fairness.minShare.toFixed(2)} to ${fairness.maxShare.toFixed(2)} of fair`,
    ]),
    ...report.cost === undefined ? [] : line("cost", costWords(report.cost)),
    ...d.met + d.missed > 0
      ? line("deadlines", [`${n(d.met)} met`, bad(`${n(d.missed)} missed`, d.missed)])
      : [],
  ];
}

function costWords({ total, byPlatform }: CostReport): string[] {
  const of = Object.entries(byPlatform).map(([name, { cost, attempts }]) =>
    `${printable(name)} ${formatNumber(cost)} (${formatCount(attempts)} attempts)`
  );
  return [`${formatNumber(total)} in all`, ...of];
}

/** Sets parts behind a label, on as many lines as it takes. Colours do not count. */
function wrapped(label: string, parts: readonly string[], width: number): string[] {
  const indent = visible(label);
  const lines: string[] = [];
  let line = "", length = 0;
  for (const part of parts) {
    const size = visible(part) + 2;
    if (line !== "" && indent + length + size > width) {
      lines.push(`${line},`);
      line = "", length = 0;
    }
    line += line === "" ? part : `, ${part}`;
    length += size;
  }
  return [...lines, line].map((text, i) => (i === 0 ? label : " ".repeat(indent)) + text);
}

function visible(text: string): number {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[\d+m/g, "").length;
}

function charts({ concurrency }: Report, series: Series, { paint, width, signs }: Pen): string[] {
  const running = sumOf(series.bands.map((band) => band.running));
  const waiting = sumOf(series.bands.map((band) => band.waiting));
  if (running.length < 2) return [];
  const limit = greatest(series.limit.map((value) => value ?? 0));
  const columns = Math.max(10, width - 40);
  const draw = (label: string, values: readonly number[], top: number, note: string) =>
    paint(label.padEnd(13), "dim") + paint(sparkline(values, top, columns, signs).padEnd(columns), "accent") +
    ` ${note}`;
  const limitNote = limit > 0 ? `, limit ${formatCount(limit)}` : "";
  const end = formatDuration(series.bucketMs * series.buckets);
  const drawn = Math.min(columns, series.buckets);
  return [
    draw("concurrency", running, Math.max(limit, greatest(running)), `max ${concurrency.max}${limitNote}`),
    draw("waiting", waiting, greatest(waiting), `max ${formatNumber(greatest(waiting))}`),
    paint(" ".repeat(13) + "0s" + end.padStart(Math.max(end.length, drawn - 2)), "dim"),
  ];
}

function histogram({ queueingCounts }: Series, { paint, width, signs }: Pen): string[] {
  const total = queueingCounts.reduce((a, b) => a + b, 0);
  if (total === 0) return [];
  const top = greatest(queueingCounts);
  const first = queueingCounts.findIndex((count) => count > 0);
  const last = queueingCounts.findLastIndex((count) => count > 0);
  const size = formatCount(top).length;
  const lines = queueingCounts.slice(first, last + 1).map((count, i) => {
    const below = DECADES_MS[first + i]!;
    const label = below === Infinity ? `≥ ${limitName(DECADES_MS[first + i - 1]!)}` : `< ${limitName(below)}`;
    const part = `${(100 * count / total).toFixed(1)}%`.padStart(6);
    const drawn = paint(bar(count, top, width - 13 - size - 10, signs), "accent");
    return `${label.padStart(11)}  ${formatCount(count).padStart(size)} ${part}  ${drawn}`.trimEnd();
  });
  return [paint("queueing time of calls", "dim"), ...lines];
}

function limitName(ms: number): string {
  return ms < 1000 ? `${ms}ms` : `${ms / 1000}s`;
}

/** Adds up lists of numbers, place by place. */
export function sumOf(lists: readonly (readonly number[])[]): number[] {
  return (lists[0] ?? []).map((_, i) => lists.reduce((sum, list) => sum + list[i]!, 0));
}

/** The greatest of some numbers that are not negative; 0 of none. */
export function greatest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 0);
}
