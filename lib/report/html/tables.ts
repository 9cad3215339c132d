import { type Compared, compareReports } from "../compare.ts";
import { failureWords } from "../failure_words.ts";
import { CHAIN_COLUMNS, FUNCTION_COLUMNS, type GroupTable, groupTable } from "../group_columns.ts";
import { QUANTITY_HEADS, quantityRows } from "../quantity_rows.ts";
import type { Report } from "../schema.ts";
import { formatChange, formatCount, formatFigure, formatNumber, printable } from "../text.ts";
import type { RunView } from "../view.ts";
import type { PageRun } from "./drawn.ts";
import { type Content, el, type Markup } from "./markup.ts";

/** More rows are in the CSV; a page is to be read. */
const MOST_ROWS = 200;

/** The times of one run. */
export function quantityTable(report: Report): Markup {
  const rows = quantityRows(report).map(({ label, meaning, cells }) => [`${label} (${meaning})`, ...cells]);
  return tableOf("Times", ["quantity", ...QUANTITY_HEADS], rows);
}

/** The figures of several runs, with their change from the first. */
export function comparisonTable(runs: readonly RunView[]): Markup {
  const rows = compareReports(runs.map(({ report }) => report))
    .filter(({ runs }) => runs.some(({ value }) => value !== null && value !== 0))
    .map(({ metric, runs }) => [
      metric.label,
      ...runs.map((run, i): Content => [
        formatFigure(run.value, metric.unit),
        i === 0 ? undefined : changeOf(run),
      ]),
    ]);
  return tableOf("Figures of the runs", ["figure", ...runs.map(({ name }) => name)], rows);
}

/** A change from the first run, with its mark. */
export function changeOf({ change, mark }: Compared): Content {
  const sign = { better: "✔", worse: "✘", same: "" }[mark];
  const words = { better: "better", worse: "worse", same: "" }[mark];
  return [
    " ",
    el(
      "small",
      { class: { better: "good", worse: "bad", same: "dim" }[mark], title: words === "" ? undefined : words },
      `${formatChange(change)} ${sign}`.trim(),
    ),
  ];
}

/** The chains of a run. */
export function chainTable({ byChain }: Report): Markup | undefined {
  return groupsOf("chain", groupTable(byChain, CHAIN_COLUMNS));
}

/** The values of a label. */
export function labelTable(label: string, { byLabel }: Report): Markup | undefined {
  const values = byLabel?.[label];
  return values && groupsOf(label, groupTable(values, CHAIN_COLUMNS));
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
  return tableOf(`By ${kind}`, [kind, ...heads], cells);
}

/** The cost of a run on each platform, if the platforms have prices. */
export function costTable({ cost }: Report): Markup | undefined {
  if (cost === undefined) return undefined;
  const rows = Object.entries(cost.byPlatform).map(([name, { attempts, throttled, cost }]) => [
    name,
    formatCount(attempts),
    throttled > 0 ? el("span", { class: "bad" }, formatCount(throttled)) : "0",
    formatNumber(cost),
  ]);
  return tableOf("Cost by platform", ["platform", "attempts", "throttled", "cost"], [
    ...rows,
    ["all", "", "", formatNumber(cost.total)],
  ]);
}

/**
 * The causes of lost chains and failed calls, if there are any: each with a link to the instances that had it.
 *
 * @param run the number of the run
 */
export function failureTable(
  { report: { failures }, picture, byCause }: PageRun,
  run: number,
): Markup | undefined {
  if (failures.length === 0) return undefined;
  return tableOf(
    "Causes of losses and failures",
    ["cause", "count", el("span", { class: "fact" }, "seen")],
    failures.map((failure, cause) => {
      const { what, reason, where } = failureWords(failure);
      const [first, ...more] = byCause[cause]!.map((instance) => picture.chosen.instances[instance]!.id);
      const whom = more.length === 0
        ? printable(first ?? "")
        : `the ${more.length + 1} chains of the page with it`;
      const to = { href: "#instances", "data-cause": cause, "data-of": run };
      const link = first === undefined ? undefined : [" ", el("a", to, `look at ${whom}`)];
      return [`${what}: ${reason}`, formatCount(failure.count), el("span", { class: "fact" }, where, link)];
    }),
  );
}

/** A table with a head; the first cell of each row is its head. It scrolls by itself where it is too wide. */
export function tableOf(
  name: string,
  head: readonly Content[],
  rows: readonly (readonly Content[])[],
): Markup {
  const more = rows.length - MOST_ROWS;
  return el(
    "div",
    { class: "wide", tabindex: 0, role: "group", "aria-label": `${name}, a table` },
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
