/** Writes the page of the claims: one HTML file that needs nothing else, with charts to look into. */
import { type Content, el, htmlPage, pageScript } from "../lib/report/mod.ts";
import { type Claim, PARTS } from "./claim.ts";
import { headlineRows } from "./headlines.ts";
import { drawingOf } from "./picture.ts";
import type { Lines } from "./plot.ts";
import { foundIn, type Result, type Results, SEEDS, stateOf } from "./results.ts";
import { PAGE_STYLE } from "../tools/picture/theme.ts";
import { figureRow, markOf } from "./words.ts";
import charts from "./page/charts.js" with { type: "text" };

/** Shows claims and what came of them. */
export function paperPage(claims: readonly Claim[], results: Results): string {
  const plots: Lines[] = [];
  const main = [
    el("h2", {}, "The abstract's claims"),
    table(
      ["claim", "paper", "here", ""],
      headlineRows(results).map(({ says, paper, ours, holds }) => [says, paper, ours, markOf(holds)]),
    ),
    Object.entries(PARTS).map(([part, title]) => [
      el("h2", {}, title),
      claims.filter((claim) => claim.part === part).map((claim) => section(claim, results[claim.id]!, plots)),
    ]),
  ];
  return htmlPage({
    title: "The paper's results",
    brand: `deno task paper, ${SEEDS.length} seeds`,
    main,
    style: PAGE_STYLE,
    drawing: { data: JSON.stringify(plots), script: pageScript([charts]) },
  });
}

function section(claim: Claim, result: Result, plots: Lines[]): Content {
  const { title, says, differs, measures } = claim;
  return el(
    "section",
    { id: claim.id },
    el("h3", {}, `${title}: ${stateOf(claim, result)}`),
    el("p", {}, says),
    table(
      ["figure", "paper", "here, virtual", "real load, virtual", "here, real", ""],
      measures.map((measure) => {
        const { name, paper, virtual, sameLoad, real, mark } = figureRow(measure, result);
        return [name, paper, virtual, sameLoad, real, mark];
      }),
    ),
    el("p", { class: "dim" }, differs),
    (claim.plots ?? []).map((plotOf) => {
      const plot = plotOf(foundIn(result));
      if (plot.kind === "bars") return el("figure", { class: "chart" }, drawingOf(plot));
      plots.push(plot);
      return el(
        "figure",
        { class: "chart", "data-plot": plots.length - 1 },
        el("figcaption", {}, plot.title),
      );
    }),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): Content {
  return el(
    "div",
    { class: "wide", tabindex: 0 },
    el(
      "table",
      {},
      el("thead", {}, el("tr", {}, head.map((cell) => el("th", { scope: "col" }, cell)))),
      el(
        "tbody",
        {},
        rows.map(([first = "", ...rest]) =>
          el("tr", {}, el("th", { scope: "row" }, first), rest.map((cell) => el("td", {}, cell)))
        ),
      ),
    ),
  );
}
