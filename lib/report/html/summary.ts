import { type ComparedRow, compareReports } from "../compare.ts";
import { LOSSES } from "../kinds.ts";
import { figure, type Metric, RUN_METRICS } from "../metrics.ts";
import type { Report } from "../schema.ts";
import { formatCount, formatFigure } from "../text.ts";
import type { RunView } from "../view.ts";
import { bar, type BarPart } from "./bars.ts";
import { type Content, el, type Markup } from "./markup.ts";
import { runColour } from "./run_colour.ts";
import { changeOf } from "./tables.ts";

/** A figure that is shown large. */
interface Key {
  readonly path: string;
  readonly title: string;
  /** The words under the value of a single run. */
  readonly note?: (report: Report) => string;
  /** Whether a report has it. (Default: always) */
  readonly isKnown?: (report: Report) => boolean;
  /** The value of a bar that is full, if that is the same for all runs. (Default: the greatest value) */
  readonly full?: (report: Report) => number;
}

const n = formatCount;
const hasChains = ({ chains }: Report) => chains.submitted > 0;
const hasDeadlines = ({ deadlines }: Report) => deadlines.met + deadlines.missed > 0;

/** In the order in which they matter: lost work, deadlines and fairness, times, throughput, cost. */
const KEYS: readonly Key[] = [
  {
    path: "chains.completed",
    title: "Chains completed",
    isKnown: hasChains,
    full: ({ chains }) => chains.submitted,
    note: ({ chains }) => `of ${n(chains.submitted)}; ${lossWords({ chains })}`,
  },
  {
    path: "functions.completed",
    title: "Calls completed",
    isKnown: (report) => !hasChains(report),
    full: ({ functions }) => functions.invocations,
    note: ({ functions }) => `of ${n(functions.invocations)}, in ${n(functions.attempts)} attempts`,
  },
  {
    path: "deadlines.missed",
    title: "Deadlines missed",
    isKnown: hasDeadlines,
    full: ({ deadlines }) => deadlines.met + deadlines.missed,
    note: ({ deadlines }) => `${n(deadlines.met)} met`,
  },
  {
    path: "fairness.minShare",
    title: "Least share",
    isKnown: ({ fairness }) => fairness.minShare !== null,
    full: () => 1,
    note: ({ fairness }) => `what the worst-served ${fairness.by ?? "chain"} got of its fair share`,
  },
  {
    path: "chain_ms.p50",
    title: "Chain time, half",
    isKnown: hasChains,
    note: () => "half of the chains took at most this",
  },
  {
    path: "chain_ms.p99",
    title: "Chain time, 99 %",
    isKnown: hasChains,
    note: () => "99 % of the chains took at most this",
  },
  {
    path: "queueing_ms.p99",
    title: "Queueing, 99 %",
    isKnown: ({ queueing_ms }) => queueing_ms.p99 !== null,
    note: () => "of the calls waited at most this",
  },
  { path: "run_ms.p99", title: "Run time, 99 %", isKnown: (report) => !hasChains(report) },
  { path: "throughput.chainsPerS", title: "Chains per second", isKnown: hasChains },
  {
    path: "goodput.chainsPerS",
    title: "Goodput",
    isKnown: (report) => hasChains(report) && report.goodput.chainsPerS !== null,
    note: ({ goodputTimes }) => `chains per second within ${goodputTimes}× their ideal time`,
  },
  {
    path: "waste.seconds",
    title: "Time wasted",
    isKnown: ({ waste }) => waste.calls > 0,
    note: ({ waste }) => `of functions, by ${n(waste.calls)} calls for lost chains`,
  },
  { path: "throughput.functionsPerS", title: "Calls per second", isKnown: (report) => !hasChains(report) },
  {
    path: "functions.throttled",
    title: "Calls refused",
    note: ({ functions }) => `of ${n(functions.attempts)} attempts`,
  },
  { path: "cost.total", title: "Cost", isKnown: ({ cost }) => cost !== undefined },
];

/** The figures that say most, each with its value in every run. */
export function cards(runs: readonly RunView[]): Markup {
  const reports = runs.map(({ report }) => report);
  const rows = new Map(compareReports(reports).map((row) => [row.metric.path, row]));
  const keys = KEYS.filter(({ isKnown }) => isKnown === undefined || reports.some(isKnown));
  return el(
    "ul",
    { class: runs.length === 1 ? "cards" : "cards several" },
    keys.map((key) =>
      el(
        "li",
        {},
        el("h3", {}, key.title),
        runs.length === 1 ? single(key, reports[0]!) : several(key, runs, rows.get(key.path)),
      )
    ),
  );
}

function single({ path, full, note }: Key, report: Report): Content {
  const value = figure(report, path), style = styleOf(path, report);
  return [
    el("p", { class: `value ${style}` }, formatFigure(value, metricOf(path).unit)),
    full === undefined ? undefined : bar(partsOf(path, report, value, full(report), "c0")),
    note === undefined ? undefined : el("p", { class: "dim" }, note(report)),
  ];
}

function several(key: Key, runs: readonly RunView[], row: ComparedRow | undefined): Content {
  const { unit } = metricOf(key.path);
  const values = runs.map(({ report }) => figure(report, key.path));
  const greatest = Math.max(...values.map((value) => typeof value === "number" ? value : 0));
  return el(
    "ul",
    {},
    runs.map(({ name, report }, run) => {
      const value = values[run]!;
      const of = key.full === undefined ? greatest : key.full(report);
      return el(
        "li",
        {},
        el("span", { class: `name ${runColour(run)}` }, el("i"), name),
        bar(partsOf(key.path, report, value, of, runColour(run))),
        el(
          "span",
          { class: "number" },
          el("b", { class: styleOf(key.path, report) }, formatFigure(value, unit)),
          run === 0 || row === undefined ? undefined : changeOf(row.runs[run]!),
        ),
      );
    }),
  );
}

/** The bar of a value; of the chains that completed, with the lost ones behind them. A value that is never fills it. */
function partsOf(
  path: string,
  { chains }: Report,
  value: unknown,
  full: number,
  colour: string,
): BarPart[] {
  if (value === null || value === undefined) return [];
  const part = typeof value === "number" ? (full > 0 ? value / full : 0) : 1;
  const own = { part, colour: typeof value === "number" ? colour : "lost" };
  return path === "chains.completed" && full > 0
    ? [own, { part: chains.lost / full, colour: "lost" }]
    : [own];
}

function styleOf(path: string, report: Report): string {
  const value: unknown = figure(report, path);
  if (value === "never") return "bad";
  if (path === "chains.completed") return styleOfCompleted(report);
  return /missed|throttled|waste/.test(path) && typeof value === "number" && value > 0 ? "bad" : "";
}

function metricOf(path: string): Metric {
  return RUN_METRICS.find((metric) => metric.path === path)!;
}

function styleOfCompleted({ chains }: Report): string {
  return chains.lost > 0 ? "bad" : chains.completed === chains.submitted ? "good" : "";
}

/** The chains that did not complete: the lost ones by kind, then those that had not ended. */
function lossWords({ chains }: Pick<Report, "chains">): string {
  const lost = LOSSES.filter((kind) => chains[kind] > 0).map((kind) => `${n(chains[kind])} ${kind}`);
  const open = chains.unfinished === 0 ? [] : [`${n(chains.unfinished)} unfinished`];
  return [...lost.length === 0 ? ["none lost"] : lost, ...open].join(", ");
}
