import calls from "./page/calls.js" with { type: "text" };
import chart from "./page/chart.js" with { type: "text" };
import charts from "./page/charts.js" with { type: "text" };
import colours from "./page/colours.js" with { type: "text" };
import distribution from "./page/distribution.js" with { type: "text" };
import dom from "./page/dom.js" with { type: "text" };
import format from "./page/format.js" with { type: "text" };
import group from "./page/group.js" with { type: "text" };
import heat from "./page/heat.js" with { type: "text" };
import instances from "./page/instances.js" with { type: "text" };
import main from "./page/main.js" with { type: "text" };
import over from "./page/over_time.js" with { type: "text" };
import stack from "./page/stack.js" with { type: "text" };
import thin from "./page/thin.js" with { type: "text" };
import waterfall from "./page/waterfall.js" with { type: "text" };

/** The modules that any page with charts needs, each after those that it imports. */
const CHARTS = [format, dom, group, chart, stack];
/** The module that draws instances as waterfalls, for other pages with charts. */
export const WATERFALL = waterfall;
/** The other modules of the page of a report. */
const REPORT = [
  colours,
  thin,
  over,
  distribution,
  heat,
  charts,
  waterfall,
  calls,
  instances,
  main,
];

/**
 * The script of a page with charts. Its modules are browser JavaScript as it stands in `page/`, put one after the other: the page
 * has one scope, so their imports and the word `export` are left out, and what they declare must have different names.
 *
 * @param own the modules of the page beside those of charts, in `page/` or elsewhere (Default: those of a report)
 */
export function pageScript(own: readonly string[] = REPORT): string {
  return [...CHARTS, ...own].map((text) => text.replace(/^import [^;]*;\n/gm, "").replace(/^export /gm, ""))
    .join("\n");
}
