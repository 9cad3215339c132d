import { formatDuration } from "../model/mod.ts";
import { legend } from "./chart.ts";
import { distributionChart, LOSSES, lostChart, shareChart } from "./chart_runs.ts";
import { concurrencyChart, type TimeAxes, waitingChart } from "./chart_time.ts";
import { STYLE } from "./html_style.ts";
import { chainTable, comparisonTable, costTable, functionTable, quantityTable } from "./html_tables.ts";
import type { Report } from "./schema.ts";
import { type Content, el, type Markup } from "./svg.ts";
import { formatCount, formatFigure, formatNumber } from "./text.ts";
import type { RunView } from "./view.ts";

/** The width of a chart that stands alone, and of one of two. */
const FULL = 940, HALF = 460;

/**
 * Shows a run, or several side by side, as one HTML page that needs nothing else: no script, no network (its policy forbids
 * both), charts as SVG. Names from the log are escaped. Its size does not depend on the length of the run.
 */
export function renderHtml(runs: readonly RunView[]): string {
  const title = runs.length === 1 ? `Sequoia: ${runs[0]!.name}` : `Sequoia: ${runs.length} runs compared`;
  const page = el(
    "html",
    { lang: "en" },
    el(
      "head",
      {},
      { html: '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">' },
      {
        html:
          `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
      },
      el("title", {}, title),
      { html: `<style>${STYLE}</style>` },
    ),
    el("body", {}, el("main", {}, el("h1", {}, title), body(runs))),
  );
  return `<!DOCTYPE html>\n${page.html}\n`;
}

function body(runs: readonly RunView[]): Content {
  const [first] = runs;
  if (first === undefined) return el("p", {}, "There are no runs to report on.");
  return [
    runs.length === 1 ? summary(first) : comparison(runs),
    overTime(runs),
    distributions(runs),
    losses(runs),
    fairness(runs),
    groups(runs),
  ];
}

function summary({ report }: RunView): Content {
  return [
    el("p", { class: "dim" }, about(report)),
    cards(report),
    el("h2", {}, "Times"),
    quantityTable(report),
  ];
}

function comparison(runs: readonly RunView[]): Content {
  return [
    runs.map(({ name, report }, i) => [
      el("h3", {}, `${i + 1}. ${name}`),
      el("p", { class: "dim" }, about(report)),
    ]),
    el("h2", {}, "Figures"),
    el("p", { class: "dim" }, "Changes are from the first run; ✔ better, ✘ worse by 5% or more."),
    comparisonTable(runs),
  ];
}

function about({ run }: Report): string {
  const words = [
    run.command,
    run.policy === null ? "" : `policy ${run.policy}`,
    run.limit === null ? "no limit" : `limit ${run.limit}`,
    run.startedAt === null ? "" : `started ${run.startedAt.slice(0, 19).replace("T", " ")} UTC`,
    `took ${formatDuration(run.durationMs)}`,
  ];
  return words.filter((word) => word !== "").join(" · ");
}

function cards(
  { chains, functions, queueing_ms, fairness, throughput, concurrency, deadlines }: Report,
): Markup {
  const lost = chains.failed + chains.dropped;
  const card = (figure: string, label: string, style?: "good" | "bad") =>
    el("li", {}, el("b", { class: style }, figure), el("span", {}, label));
  const n = formatCount;
  return el(
    "ul",
    { class: "cards" },
    chains.submitted === 0
      ? card(n(functions.completed), `of ${n(functions.invocations)} calls completed`)
      : [
        card(n(chains.completed), `of ${n(chains.submitted)} chains completed`),
        card(
          n(lost),
          `chains lost (${n(chains.failed)} failed, ${n(chains.dropped)} dropped)`,
          lost > 0 ? "bad" : "good",
        ),
        chains.shed > 0 ? card(n(chains.shed), "chains shed: too late for their deadlines") : undefined,
      ],
    card(formatFigure(queueing_ms.p99, "ms"), "queueing time, p99"),
    card(
      formatNumber(throughput.chainsPerS),
      `chains per second (${formatNumber(throughput.functionsPerS)} calls)`,
    ),
    card(n(concurrency.max), `calls at once at most (${formatNumber(concurrency.mean)} on average)`),
    card(
      n(functions.throttled),
      `throttles in ${n(functions.attempts)} attempts`,
      functions.throttled > 0 ? "bad" : "good",
    ),
    card(fairness.jain.toFixed(2), `fairness (Jain), least share ${fairness.minShare.toFixed(2)}`),
    deadlines.met + deadlines.missed > 0
      ? card(
        n(deadlines.missed),
        `deadlines missed, ${n(deadlines.met)} met`,
        deadlines.missed > 0 ? "bad" : "good",
      )
      : undefined,
  );
}

function overTime(runs: readonly RunView[]): Content {
  const names = [...new Set(runs.flatMap(({ series }) => series.bands.map(({ name }) => name)))];
  if (names.length === 0) return undefined;
  const own = names.filter((name) => !runs.some(({ report, series }) => isRest(name, report, series.bands)));
  const colourOf = (name: string) => own.includes(name) ? `c${own.indexOf(name) % 8}` : "rest";
  const stacked = (of: "running" | "waiting") =>
    most(
      runs.flatMap(({ series }) =>
        Array.from({ length: series.buckets }, (_, i) =>
          series.bands.reduce((sum, band) => sum + band[of][i]!, 0))
      ),
    );
  const axes: TimeAxes = {
    durationMs: most(runs.map(({ series }) => series.bucketMs * series.buckets)),
    maxRunning: withLimits(stacked("running"), runs),
    maxWaiting: stacked("waiting"),
    colourOf,
  };
  const several = runs.length > 1;
  const width = several ? HALF : FULL;
  return [
    el("h2", {}, "Over time"),
    el(
      "p",
      { class: "dim" },
      `Each step is a mean over ${formatDuration(runs[0]!.series.bucketMs)}${
        several ? " or so; all runs have the same axes" : ""
      }.`,
    ),
    legend(names.map((name) => ({ name, colour: colourOf(name) }))),
    runs.map(({ name, series }, i) =>
      el(
        "section",
        { class: "run" },
        several ? el("h3", {}, `${i + 1}. ${name}`) : undefined,
        el(
          "div",
          { class: several ? "pair" : "" },
          concurrencyChart(series, axes, width),
          waitingChart(series, axes, width),
        ),
      )
    ),
  ];
}

/** The most that was running, or a limit above it, unless that is so far away that it would press the rest to the ground. */
function withLimits(running: number, runs: readonly RunView[]): number {
  const limits = runs.map(({ series }) => most(series.limit.map((limit) => limit ?? 0)));
  return most([running, ...limits.filter((limit) => limit <= 3 * running)]);
}

/** Whether a band stands for several chains: no chain has its name. */
function isRest(name: string, { byChain }: Report, bands: readonly { readonly name: string }[]): boolean {
  return bands.at(-1)?.name === name && !Object.hasOwn(byChain, name);
}

function distributions(runs: readonly RunView[]): Content {
  const queueing = distributionChart(
    "Queueing time",
    "ready to start",
    "calls",
    runs.map(({ series }) => series.queueing),
    HALF,
  );
  const chains = distributionChart(
    "Chain time",
    "submitted to completed",
    "chains",
    runs.map(({ series }) => series.chainTime),
    HALF,
  );
  if (queueing === undefined && chains === undefined) return undefined;
  return [
    el("h2", {}, "Distributions"),
    el("p", { class: "dim" }, "How many percent took at most so long; further left is better."),
    runs.length > 1 ? runLegend(runs) : undefined,
    el("div", { class: "pair" }, queueing, chains),
  ];
}

function losses(runs: readonly RunView[]): Content {
  if (runs.every(({ report }) => report.chains.submitted === 0)) return undefined;
  const drawn = lostChart(runs, FULL);
  return [
    el("h2", {}, "Chains lost"),
    drawn
      ? [legend(LOSSES), drawn]
      : el("p", { class: "good" }, "None: every chain completed, was shed or was cancelled."),
  ];
}

function fairness(runs: readonly RunView[]): Content {
  const drawn = shareChart(runs, FULL);
  return [
    el("h2", {}, "Fairness"),
    drawn
      ? [
        el(
          "p",
          { class: "dim" },
          `Jain's index ${
            runs.map(({ report }, i) =>
              `${runs.length > 1 ? `${i + 1}: ` : ""}${report.fairness.jain.toFixed(2)}`
            ).join(", ")
          }; counted only while at least two chains wanted more than they got.`,
        ),
        runs.length > 1 ? runLegend(runs) : undefined,
        drawn,
      ]
      : el("p", { class: "dim" }, "There was never a moment when two chains wanted more than they got."),
  ];
}

function runLegend(runs: readonly RunView[]): Markup {
  return legend(runs.map(({ name }, i) => ({ name: `${i + 1}. ${name}`, colour: `c${i % 8}`, line: true })));
}

function groups(runs: readonly RunView[]): Content {
  const section = (title: string, of: (report: Report) => Markup | undefined) => {
    const tables = runs.map(({ name, report }, i) => {
      const table = of(report);
      return table && [runs.length > 1 ? el("h3", {}, `${i + 1}. ${name}`) : undefined, table];
    });
    return tables.some((table) => table !== undefined) ? [el("h2", {}, title), tables] : undefined;
  };
  return [
    section("By chain", chainTable),
    section("By function", functionTable),
    section("Cost", costTable),
  ];
}

function most(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 0);
}
