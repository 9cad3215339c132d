import { Chart } from "./chart.js";
import { chainColours } from "./colours.js";
import { chainTimes, queueingTimes } from "./distribution.js";
import { count, duration, TABLE_ROWS, TIME_STEPS } from "./format.js";
import { controlsOf, Group } from "./group.js";
import { heatMap } from "./heat.js";
import { h } from "./dom.js";
import { OVER_TIME, overTime } from "./over_time.js";
import { layerLine, stackedUp } from "./stack.js";

/** @typedef {import("../data.ts").RunData} RunData */

/**
 * Draws all charts of the page into their figures.
 *
 * @param {readonly RunData[]} runs
 */
export function drawCharts(runs) {
  const time = new Group("time", 0, Math.max(1, ...runs.map(({ durationMs }) => durationMs)));
  for (const place of document.querySelectorAll("[data-tools=time]")) {
    place.append(
      ...controlsOf(time).map(([label, words, act]) =>
        h("button", { type: "button", title: words, "aria-label": words, click: act }, label)
      ),
      h("span.dim", {}, "Drag over a chart to zoom; all charts over time follow. Double click shows all."),
    );
  }
  for (const figure of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-chart]"))) {
    const { chart: kind = "", run = "0" } = figure.dataset;
    const title = figure.querySelector("figcaption")?.textContent ?? kind, of = runs[Number(run)];
    const quantity = OVER_TIME[kind];
    if (quantity !== undefined) overTime(figure, title, quantity, runs, time);
    else if (kind === "chain-times") chainTimes(figure, title, runs);
    else if (kind === "queueing") queueingTimes(figure, title, runs);
    else if (of !== undefined && kind === "heat") heatMap(figure, title, of, runs, time);
    else if (of !== undefined) stacked(figure, title, of, runs, time, kind === "shares");
  }
}

/**
 * Draws the calls in flight of a run, the chains on top of each other.
 *
 * @param {HTMLElement} figure
 * @param {string} title
 * @param {RunData} run
 * @param {readonly RunData[]} runs all of them, which have one vertical axis and one set of colours
 * @param {Group} group
 * @param {boolean} isShare whether the whole is 100 % always
 */
function stacked(figure, title, run, runs, group, isShare) {
  const colourOf = chainColours(runs);
  const { list, bucketMs } = run.bands;
  const top = isShare ? 100 : Math.max(...runs.map(({ bands }) => mostOf(bands.list)));
  /** @param {typeof list[number]} band @param {number} at @param {number} whole */
  const value = (band, at, whole) =>
    isShare ? (whole > 0 ? 100 * (band.running[at] ?? 0) / whole : 0) : band.running[at] ?? 0;
  const wholeAt = (/** @type {number} */ at, /** @type {readonly typeof list[number][]} */ bands) =>
    bands.reduce((sum, { running }) => sum + (running[at] ?? 0), 0);
  const keyOf = (/** @type {typeof list[number]} */ { name }) => `chain-${name}`;
  const buckets = list[0]?.running.length ?? 0;
  const unit = isShare ? " %" : "";
  new Chart(figure, {
    title,
    lines: [...list].reverse().map((band) =>
      layerLine({
        key: keyOf(band),
        label: band.name,
        colour: colourOf(band.name),
        value: (at) =>
          `${count(value(band, Math.min(at, buckets - 1), wholeAt(Math.min(at, buckets - 1), list)))}${unit}`,
      })
    ),
    formatX: (ms) => ms === 0 ? "0" : duration(ms),
    formatY: (of) => `${count(of)}${isShare ? "%" : ""}`,
    steps: TIME_STEPS,
    top: () => isShare ? 100 : top * 1.08,
    sample: (_from, _to, _columns, hidden) => {
      const shown = list.filter((band) => !hidden.has(keyOf(band)));
      const columns = Array.from({ length: buckets + 1 }, (_, i) => Math.min(i, buckets - 1));
      const layers = list.map((band) => ({
        key: keyOf(band),
        values: columns.map((at) => value(band, at, wholeAt(at, shown))),
      }));
      return [columns.map((_, i) => i * bucketMs), ...stackedUp(layers, hidden)];
    },
    table: () => ({
      head: ["from", ...list.map(({ name }) => name)],
      rows: Array.from({ length: TABLE_ROWS }, (_, row) => {
        const at = Math.floor(row * buckets / TABLE_ROWS);
        return [
          duration(at * bucketMs),
          ...list.map((band) => `${count(value(band, at, wholeAt(at, list)))}${unit}`),
        ];
      }),
    }),
  }, group);
}

/** @param {RunData["bands"]["list"]} list */
function mostOf(list) {
  const buckets = list[0]?.running.length ?? 0;
  let most = 1;
  for (let at = 0; at < buckets; at++) {
    most = Math.max(most, list.reduce((sum, { running }) => sum + (running[at] ?? 0), 0));
  }
  return most;
}
