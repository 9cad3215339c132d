import { type DrawnRun, type PageRun, pageRun } from "./drawn.ts";
import { htmlPage } from "./frame.ts";
import { type Content, el } from "./markup.ts";
import { shortNames } from "../run_names.ts";
import { pageData } from "./page_data.ts";
import { pageScript } from "./page_script.ts";
import { sections } from "./sections.ts";
import { runColour } from "./run_colour.ts";

/**
 * Shows a run, or several side by side, as one HTML page that needs nothing else. Texts from the log are shown as text. Its size
 * does not depend on the length of the run.
 */
export function renderHtml(of: readonly DrawnRun[]): string {
  const names = shortNames(of.map(({ name }) => name));
  const runs = of.map((run, i) => ({ ...pageRun(run), name: names[i]! }));
  return htmlPage({
    title: runs.length === 1 ? runs[0]!.name : `${runs.length} runs compared`,
    brand: "Sequoia report",
    lead: legend(runs),
    main: runs.length === 0 ? el("p", {}, "There are no runs to report on.") : sections(runs),
    drawing: runs.length === 0 ? undefined : { data: pageData(runs), script: pageScript() },
  });
}

/** The runs that are compared, with their colours. */
function legend(runs: readonly PageRun[]): Content {
  if (runs.length < 2) return undefined;
  return el(
    "ul",
    { class: "runs" },
    runs.map(({ name }, run) => el("li", { class: runColour(run) }, el("i"), name)),
  );
}
