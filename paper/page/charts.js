import { Chart } from "../../lib/report/html/page/chart.js";
import { count } from "../../lib/report/html/page/format.js";
import { Group } from "../../lib/report/html/page/group.js";

/** @typedef {import("../plot.ts").Lines} Lines */

/** @type {Lines[]} */
const plots = JSON.parse(document.getElementById("data")?.textContent ?? "");

for (const figure of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-plot]"))) {
  const plot = plots[Number(figure.dataset.plot)];
  if (plot !== undefined) drawLines(figure, plot);
}
document.documentElement.dataset.ready = "true";

/**
 * @param {HTMLElement} figure
 * @param {Lines} plot
 */
function drawLines(figure, { title, x, lines, y: unit }) {
  const xs = [...new Set(lines.flatMap(({ points }) => points.map(([at]) => at)))].sort((a, b) => a - b);
  const columns = lines.map(({ points }) => xs.map((at) => between(points, at)));
  const group = new Group(title, xs[0] ?? 0, xs.at(-1) ?? 1);
  new Chart(figure, {
    title,
    lines: lines.map(({ name }, i) => ({
      key: `${title}/${name}`,
      label: name,
      colour: `c${i}`,
      width: 2,
      value: (at) => words(columns[i]?.[at], unit),
    })),
    formatX: (value) => `${count(value)} ${x === "seconds" ? "s" : ""}`,
    formatY: count,
    sample: () => [xs, ...columns],
    table: () => ({
      head: [x, ...lines.map(({ name }) => name)],
      rows: xs.map((at, row) => [count(at), ...columns.map((column) => words(column[row], unit))]),
    }),
  }, group);
}

/** @param {number | null | undefined} value @param {string} unit */
function words(value, unit) {
  return value === null || value === undefined ? "–" : `${count(value)}${unit.startsWith("%") ? " %" : ""}`;
}

/**
 * The value of a line at a place, on the straight line between its points; null outside of them.
 *
 * @param {readonly (readonly [number, number])[]} points
 * @param {number} at
 */
function between(points, at) {
  const next = points.findIndex(([x]) => x >= at), after = points[next], before = points[next - 1];
  if (after === undefined) return null;
  if (after[0] === at || before === undefined) return after[0] === at ? after[1] : null;
  return before[1] + (after[1] - before[1]) * (at - before[0]) / (after[0] - before[0]);
}
