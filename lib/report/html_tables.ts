import { type Compared, compareReports } from "./compare.ts";
import { CHAIN_COLUMNS, FUNCTION_COLUMNS, type GroupTable, groupTable } from "./group_columns.ts";
import { QUANTITY_HEADS, quantityRows } from "./quantity_rows.ts";
import type { Report } from "./schema.ts";
import { type Content, el, type Markup } from "./svg.ts";
import { formatChange, formatCount, formatFigure, formatNumber } from "./text.ts";
import type { RunView } from "./view.ts";

/** More rows are in the CSV; a page is to be read. */
const MOST_ROWS = 200;

/** The times of one run. */
export function quantityTable(report: Report): Markup {
  const rows = quantityRows(report).map(({ label, meaning, cells }) => [`${label} (${meaning})`, ...cells]);
  return tableOf(["", ...QUANTITY_HEADS], rows);
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
  return groupsOf("chain", groupTable(byChain, CHAIN_COLUMNS));
}

/** The functions of a run. */
export function functionTable({ byFunction }: Report): Markup | undefined {
  return groupsOf("function", groupTable(byFunction, FUNCTION_COLUMNS));
}

function groupsOf(kind: string, { heads, rows }: GroupTable): Markup | undefined {
  if (rows.length === 0) return undefined;
  const cells = rows.map(([name, row]): Content[] => [
    name,
    ...row.map(({ text, isBad }) => isBad ? el("span", { class: "bad" }, text) : text),
  ]);
  return tableOf([kind, ...heads], cells);
}

/** The cost of a run on each platform, if the platforms have prices. */
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
