import { type Compared, compareReports } from "./compare.ts";
import type { Quantity, Report } from "./schema.ts";
import { type Content, el, type Markup } from "./svg.ts";
import { formatChange, formatCount, formatFigure, formatNumber } from "./text.ts";
import type { RunView } from "./view.ts";

/** More rows are in the CSV; a page is to be read. */
const MOST_ROWS = 200;

/** The times of one run. */
export function quantityTable(report: Report): Markup {
  const row = (label: string, of: Quantity, unit: "ms" | "times") => [
    label,
    ...[of.mean, of.p50, of.p90, of.p95, of.p99, of.max].map((value) =>
      formatFigure(value, unit) + (unit === "times" && value !== null ? "×" : "")
    ),
  ];
  return tableOf(["", "mean", "p50", "p90", "p95", "p99", "max"], [
    row("queueing time (ready to start)", report.queueing_ms, "ms"),
    row("run time (start to response)", report.run_ms, "ms"),
    ...report.function_ms.p50 === null
      ? []
      : [row("· function time (as the function said)", report.function_ms, "ms")],
    ...report.provider_queueing_ms.p50 === null
      ? []
      : [row("· queue at the provider (call to start of the function)", report.provider_queueing_ms, "ms")],
    row("chain time (submitted to completed)", report.chain_ms, "ms"),
    row("slowdown (chain time ÷ without any waiting)", report.slowdown, "times"),
  ]);
}

/** The figures of several runs, with their change from the first. */
export function comparisonTable(runs: readonly RunView[]): Markup {
  const rows = compareReports(runs.map(({ report }) => report))
    .filter(({ runs }) => runs.some(({ value }) => value !== null && value !== 0))
    .map(({ metric, runs }) => [
      metric.label,
      ...runs.map((
        run,
        i,
      ): Content => [formatFigure(run.value, metric.unit), i === 0 ? undefined : changeOf(run)]),
    ]);
  return tableOf(["", ...runs.map(({ name }, i) => `${i + 1}. ${name}`)], rows);
}

function changeOf({ change, mark }: Compared): Content {
  const sign = { better: "✔", worse: "✘", same: "" }[mark];
  return [
    " ",
    el(
      "small",
      { class: { better: "good", worse: "bad", same: "dim" }[mark] },
      `${formatChange(change)} ${sign}`,
    ),
  ];
}

/** The chains of a run. */
export function chainTable({ byChain }: Report): Markup | undefined {
  const head = [
    "chain",
    "submitted",
    "completed",
    "lost",
    "queueing p50",
    "p99",
    "chain time p50",
    "p99",
    "slowdown p50",
    "share",
  ];
  const rows = Object.entries(byChain).map(([name, of]) => [
    name,
    formatCount(of.chains.submitted),
    formatCount(of.chains.completed),
    alarming(of.chains.failed + of.chains.dropped),
    formatFigure(of.queueing_ms.p50, "ms"),
    formatFigure(of.queueing_ms.p99, "ms"),
    formatFigure(of.chain_ms.p50, "ms"),
    formatFigure(of.chain_ms.p99, "ms"),
    formatFigure(of.slowdown.p50, "times"),
    formatFigure(of.share, "share"),
  ]);
  return rows.length === 0 ? undefined : tableOf(head, rows);
}

/** The functions of a run. */
export function functionTable({ byFunction }: Report): Markup | undefined {
  const functions = Object.entries(byFunction);
  const anyTold = functions.some(([, { function_ms }]) => function_ms.p50 !== null);
  const head = [
    "function",
    "calls",
    "attempts",
    "failed",
    "throttled",
    "cold",
    "queueing p50",
    "p99",
    "run p50",
    "p99",
    ...anyTold ? ["inside p50", "p99"] : [],
  ];
  const rows = functions.map(([name, { functions: f, queueing_ms, run_ms, function_ms }]) => [
    name,
    formatCount(f.invocations),
    formatCount(f.attempts),
    alarming(f.failed),
    alarming(f.throttled),
    formatCount(f.coldStarts),
    formatFigure(queueing_ms.p50, "ms"),
    formatFigure(queueing_ms.p99, "ms"),
    formatFigure(run_ms.p50, "ms"),
    formatFigure(run_ms.p99, "ms"),
    ...anyTold ? [formatFigure(function_ms.p50, "ms"), formatFigure(function_ms.p99, "ms")] : [],
  ]);
  return rows.length === 0 ? undefined : tableOf(head, rows);
}

/** What a run cost on each platform, if these have prices. */
export function costTable({ cost }: Report): Markup | undefined {
  if (cost === undefined) return undefined;
  const rows = Object.entries(cost.byPlatform).map(([name, { attempts, throttled, cost }]) => [
    name,
    formatCount(attempts),
    alarming(throttled),
    formatNumber(cost),
  ]);
  return tableOf(["platform", "attempts", "throttled", "cost"], [
    ...rows,
    ["all", "", "", formatNumber(cost.total)],
  ]);
}

function alarming(count: number): Content {
  return count > 0 ? el("span", { class: "bad" }, formatCount(count)) : "0";
}

function tableOf(head: readonly string[], rows: readonly (readonly Content[])[]): Markup {
  const more = rows.length - MOST_ROWS;
  return el(
    "div",
    { class: "wide" },
    el(
      "table",
      {},
      el("thead", {}, el("tr", {}, head.map((text) => el("th", { scope: "col" }, text)))),
      el(
        "tbody",
        {},
        rows.slice(0, MOST_ROWS).map(([first, ...rest]) =>
          el("tr", {}, el("th", { scope: "row" }, first), rest.map((cell) => el("td", {}, cell)))
        ),
      ),
    ),
    more > 0 ? el("p", { class: "dim" }, `and ${formatCount(more)} more; report --csv has all`) : undefined,
  );
}
