import { Chart } from "./chart.js";
import { LOWEST_OCTAVE } from "./distribution.js";
import { colour } from "./dom.js";
import { count, duration, TABLE_ROWS, TIME_STEPS } from "./format.js";

/** @typedef {import("../data.ts").HeatData} HeatData */
/** @typedef {import("../data.ts").RunData} RunData */

/** Rows are 2^(1/4) high: see `latency.ts`. */
const ROWS_PER_OCTAVE = 4;
/** The height of the strip of those that never completed, in pixels. */
const STRIP = 12;
/** The faintest cell; one alone is still to be seen. */
const FAINTEST = 0.35;

/** @param {number} row */
function startOfRow(row) {
  return 2 ** (row / ROWS_PER_OCTAVE + LOWEST_OCTAVE);
}

/**
 * The cells of a map as objects.
 *
 * @param {HeatData} heat
 */
function cellsOf({ cells, fromMs, columnMs }) {
  const list = [];
  for (let i = 0; i < cells.length; i += 3) {
    const from = fromMs + (cells[i] ?? 0) * columnMs;
    list.push({ from, to: from + columnMs, row: cells[i + 1] ?? 0, count: cells[i + 2] ?? 0 });
  }
  return list;
}

/**
 * Draws how long the chains took that were submitted at each time: the darker, the more chains.
 *
 * @param {HTMLElement} figure
 * @param {string} title
 * @param {RunData} run
 * @param {readonly RunData[]} runs all of them, which have one vertical axis
 * @param {import("./group.js").Group} group
 */
export function heatMap(figure, title, run, runs, group) {
  const rows = runs.flatMap(({ heat }) => cellsOf(heat).map(({ row }) => row)).filter((row) => row >= 0);
  const lowest = startOfRow(rows.reduce((a, b) => Math.min(a, b), rows[0] ?? 0)) / 1.3;
  const highest = startOfRow(rows.reduce((a, b) => Math.max(a, b), rows[0] ?? 0) + 1) * 2;
  const cells = cellsOf(run.heat);
  const most = cells.reduce((a, { count }) => Math.max(a, count), 1);
  new Chart(figure, {
    title,
    lines: [{ key: "heat", label: "chains", colour: "heat", width: 0, value: () => "" }],
    formatX: (ms) => ms === 0 ? "0" : duration(ms),
    formatY: duration,
    steps: TIME_STEPS,
    isLogY: true,
    bottom: lowest,
    top: () => highest,
    sample: (from, to) => [[from, to], [null, null]],
    paint: (plot) => paintCells(plot, cells, most),
    read: (ms, y) => {
      const column = cells.filter(({ from, to }) => from <= ms && ms < to);
      const at = column.find(({ row }) => row >= 0 && startOfRow(row) <= y && y < startOfRow(row + 1));
      const lost = column.find(({ row }) => row < 0);
      const here = at === undefined
        ? ""
        : `: ${count(at.count)} took ${duration(startOfRow(at.row))} to ${duration(startOfRow(at.row + 1))}`;
      return `submitted about ${duration(ms)}${here}${
        lost === undefined ? "" : `; ${count(lost.count)} never completed`
      }`;
    },
    table: () => heatTable(cells, group.full),
  }, group);
}

/**
 * @param {import("./chart.js").Plot} plot
 * @param {ReturnType<typeof cellsOf>} cells
 * @param {number} most the greatest count
 */
function paintCells(plot, cells, most) {
  const { ctx, bbox } = plot, strip = STRIP * devicePixelRatio;
  const heat = colour("heat"), lost = colour("lost");
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const { from, to, row, count } of cells) {
    const left = plot.valToPos(from, "x", true), right = plot.valToPos(to, "x", true);
    if (right < bbox.left || left > bbox.left + bbox.width) continue;
    const width = Math.max(1, right - left);
    ctx.globalAlpha = FAINTEST + (1 - FAINTEST) * Math.sqrt(count / most);
    ctx.fillStyle = row < 0 ? lost : heat;
    if (row < 0) ctx.fillRect(left, bbox.top, width, strip);
    else {
      const top = plot.valToPos(startOfRow(row + 1), "y", true),
        bottom = plot.valToPos(startOfRow(row), "y", true);
      ctx.fillRect(left, top, width, bottom - top);
    }
  }
  ctx.globalAlpha = 1;
  if (cells.some(({ row }) => row < 0)) {
    ctx.fillStyle = colour("ink");
    ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.textAlign = "left";
    ctx.textBaseline = "top";
    ctx.fillText("never completed", bbox.left + 4, bbox.top + strip + 2);
  }
  ctx.restore();
}

/**
 * @param {ReturnType<typeof cellsOf>} cells
 * @param {{ from: number, to: number }} full
 */
function heatTable(cells, { from, to }) {
  const width = (to - from) / TABLE_ROWS;
  return {
    head: ["submitted from", "completed", "half took at most", "the slowest took at most", "never completed"],
    rows: Array.from({ length: TABLE_ROWS }, (_, i) => {
      const start = from + i * width;
      const inside = cells.filter((cell) => cell.from >= start && cell.from < start + width);
      const done = inside.filter(({ row }) => row >= 0).sort((a, b) => a.row - b.row);
      const sum = (/** @type {typeof cells} */ list) => list.reduce((total, { count }) => total + count, 0);
      let passed = 0;
      const middle = done.find(({ count }) => (passed += count) >= sum(done) / 2);
      const ends = [middle, done.at(-1)].map((cell) =>
        cell === undefined ? "–" : duration(startOfRow(cell.row + 1))
      );
      return [duration(start), count(sum(done)), ...ends, count(sum(inside.filter(({ row }) => row < 0)))];
    }),
  };
}
