import { compareReports, unmarkedWords } from "../compare.ts";
import { verdictOf } from "../verdict.ts";
import { type Content, el, type Markup } from "./markup.ts";
import type { PageRun } from "./drawn.ts";
import { how } from "./how.ts";
import { shares } from "./shares.ts";
import { cards } from "./summary.ts";
import {
  chainTable,
  comparisonTable,
  costTable,
  failureTable,
  functionTable,
  labelTable,
  quantityTable,
} from "./tables.ts";

/** The sections of the page, in their order. Charts are empty here: the page's script draws them. */
export function sections(runs: readonly PageRun[]): Content {
  return [
    el("p", { class: "headline" }, verdictOf(runs)),
    el("h2", { class: "hidden" }, "Key figures"),
    cards(runs),
    notes(runs),
    overTime(runs),
    times(runs),
    el("h2", {}, "Who got what"),
    shares(runs),
    fairnessOverTime(runs),
    perRun(runs, "bands", "Calls in flight, by chain"),
    perRun(runs, "shares", "Share of the calls in flight, by chain"),
    tables(runs, "Lost and failed, by cause", (_, run) => failureTable(runs[run]!, run)),
    oneByOne(runs),
    figures(runs),
    tables(runs, "By chain", chainTable),
    labelsOf(runs).map((label) => tables(runs, `By ${label}`, (report) => labelTable(label, report))),
    tables(runs, "By function", functionTable),
    tables(runs, "Cost", costTable),
    el("h2", {}, runs.length === 1 ? "How the run was made" : "How the runs were made"),
    how(runs),
  ];
}

/** The reasons to take figures with care. */
function notes(runs: readonly PageRun[]): Content {
  const list = runs.flatMap(({ name, report }) =>
    report.notes.map(({ text }): Content =>
      el("li", {}, runs.length > 1 ? [el("b", {}, name), ": "] : undefined, `${text}.`)
    )
  );
  return list.length === 0 ? undefined : el("ul", { class: "notes dim" }, list);
}

/** The reasons why figures of some runs have no mark. */
function unmarked(runs: readonly PageRun[]): Content {
  const rows = compareReports(runs.map(({ report }) => report));
  return runs.slice(1).flatMap(({ name }, i) =>
    unmarkedWords(rows, i + 1).map((words) => el("p", { class: "dim" }, el("b", {}, name), `: ${words}.`))
  );
}

/** A chart that the page's script draws. */
function chart(kind: string, title: string, run?: number): Markup {
  return el("figure", { class: "chart", "data-chart": kind, "data-run": run }, el("figcaption", {}, title));
}

function grid(...charts: Content[]): Markup {
  return el("div", { class: "charts" }, charts);
}

function fairnessOverTime(runs: readonly PageRun[]): Content {
  const isKnown = runs.some(({ picture }) => picture.jain.values.some((value) => value !== null));
  if (!isKnown) return undefined;
  return grid(
    chart("jain", "Fairness: Jain's index, 1 where all got their share, while several wanted more"),
  );
}

function perRun(runs: readonly PageRun[], kind: string, title: string): Content {
  return grid(
    runs.map(({ name, picture }, run) =>
      picture.levels.running.length === 0
        ? undefined
        : chart(kind, runs.length === 1 ? title : `${title}: ${name}`, run)
    ),
  );
}

function overTime(runs: readonly PageRun[]): Content {
  const some = (of: "throttled" | "lost" | "completed" | "cost") =>
    runs.some(({ picture }) => picture.rates[of].some((value) => value > 0));
  const quiet = [
    some("throttled") ? undefined : "No call was refused.",
    some("lost") || !some("completed") ? undefined : "No chain was lost.",
  ].filter((words) => words !== undefined);
  return [
    el("h2", {}, "Over time"),
    el("div", { class: "tools", "data-tools": "time" }),
    quiet.length === 0 ? undefined : el("p", { class: "good" }, quiet.join(" ")),
    grid(
      chart("running", "Calls in flight, and the limit (dashed)"),
      chart("ready", "Calls ready and waiting"),
      some("throttled") ? chart("throttled", "Calls refused per second") : undefined,
      some("lost") ? chart("lost", "Chains lost so far") : undefined,
      some("completed") ? chart("completed", "Chains completed so far") : undefined,
      some("cost") ? chart("cost", "Cost so far") : undefined,
    ),
  ];
}

function times(runs: readonly PageRun[]): Content {
  const hasChains = runs.some(({ picture }) => picture.chainTimes[0]!.total > 0);
  return [
    el("h2", {}, hasChains ? "How long chains took" : "How long calls waited"),
    el(
      "p",
      { class: "dim" },
      "Further left and higher is better. A curve that ends below 100 % never gets there: the rest was lost, or had not ended.",
    ),
    grid(
      hasChains
        ? chart("chain-times", "Chain time: the part of the chains that took at most so long")
        : undefined,
      runs.some(({ picture }) => picture.queueing.total > 0)
        ? chart("queueing", "Queueing time: the part of the calls that waited at most so long")
        : undefined,
    ),
    hasChains ? perRun(runs, "heat", "Chain time over time of submission") : undefined,
  ];
}

function oneByOne(runs: readonly PageRun[]): Content {
  if (runs.every(({ picture }) => picture.chosen.instances.length === 0)) return undefined;
  return [el("h2", { id: "instances" }, "Chains one by one"), el("div", { "data-instances": true })];
}

function figures(runs: readonly PageRun[]): Content {
  if (runs.length === 1) return [el("h2", {}, "Times"), quantityTable(runs[0]!.report)];
  return [
    el("h2", {}, "All figures"),
    el("p", { class: "dim" }, "Changes are from the first run; ✔ better, ✘ worse by more than chance."),
    comparisonTable(runs),
    unmarked(runs),
  ];
}

/** The labels whose values some run has figures of. */
function labelsOf(runs: readonly PageRun[]): string[] {
  return [...new Set(runs.flatMap(({ report }) => Object.keys(report.byLabel ?? {})))];
}

/** A table for each run, if any has one. */
function tables(
  runs: readonly PageRun[],
  title: string,
  of: (report: PageRun["report"], run: number) => Markup | undefined,
): Content {
  const made = runs.map(({ name, report }, run) => {
    const table = of(report, run);
    return table && [runs.length > 1 ? el("h3", {}, name) : undefined, table];
  });
  return made.some((table) => table !== undefined) ? [el("h2", {}, title), made] : undefined;
}
