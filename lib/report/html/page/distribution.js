import { Chart } from "./chart.js";
import { chainColours } from "./colours.js";
import { colour, h } from "./dom.js";
import { duration } from "./format.js";
import { Group } from "./group.js";

/** @typedef {import("../data.ts").Distribution} Distribution */
/** @typedef {import("../data.ts").RunData} RunData */

/** Classes of time are 2^(1/32) wide, from 2^-4 ms on: see `latency.ts`. */
const PER_OCTAVE = 32;
export const LOWEST_OCTAVE = -4;
/** Where the axis begins if nothing ever completed. */
const CLASS_OF_1_MS = -LOWEST_OCTAVE * PER_OCTAVE;
/** The most chains of one run that have a curve. */
const MOST_CURVES = 8;
/** The percentages of the table behind the chart. */
const PERCENTS = [1, 5, 10, 25, 50, 75, 90, 95, 99, 99.9, 100];

/**
 * The upper end of a class, in milliseconds.
 *
 * @param {number} at
 */
export function endOfClass(at) {
  return 2 ** ((at + 1) / PER_OCTAVE + LOWEST_OCTAVE);
}

/**
 * A curve: how many percent of all took at most the time of each class.
 *
 * @param {Distribution} distribution
 * @param {number} first the first class
 * @param {number} last the last class
 * @returns {(number | null)[]}
 */
function curveOf({ total, counts }, first, last) {
  const curve = [];
  let passed = 0, next = 0;
  for (let at = first; at <= last; at++) {
    for (; next < counts.length && (counts[next] ?? 0) <= at; next += 2) passed += counts[next + 1] ?? 0;
    curve.push(total === 0 ? null : 100 * passed / total);
  }
  return curve;
}

/**
 * The time that a part of all did not exceed, for people.
 *
 * @param {Distribution} distribution
 * @param {number} percent
 */
function timeAt({ total, counts }, percent) {
  const wanted = Math.ceil(total * percent / 100 - 1e-9);
  let passed = 0;
  for (let next = 0; next < counts.length; next += 2) {
    passed += counts[next + 1] ?? 0;
    if (passed >= wanted) return `≤ ${duration(endOfClass(counts[next] ?? 0))}`;
  }
  return total === 0 ? "–" : "never";
}

/**
 * Draws distributions of times on a logarithmic axis.
 *
 * @param {HTMLElement} figure
 * @param {string} title
 * @param {readonly { label: string, key: string, colour: string, width?: number, of: () => Distribution }[]} curves `of` may
 *   answer something else later, before the chart is drawn again
 * @param {readonly Distribution[]} all everything that may be shown, for the range of the axis
 */
export function distributions(figure, title, curves, all) {
  const classes = all.flatMap(({ counts }) => counts.filter((_, i) => i % 2 === 0));
  const first = Math.max(0, classes.reduce((a, b) => Math.min(a, b), classes[0] ?? CLASS_OF_1_MS) - 4);
  const last = classes.reduce((a, b) => Math.max(a, b), first + PER_OCTAVE) + 4;
  const group = new Group(title, endOfClass(first), endOfClass(last), true);
  /** @type {(number | null)[][]} */
  let data = [];
  const times = Array.from({ length: last - first + 1 }, (_, i) => endOfClass(first + i));
  const chart = new Chart(figure, {
    title,
    lines: curves.map(({ label, key, colour, width = 2 }, i) => ({
      ...{ label, key, colour, width },
      value: (at) => `${(data[i + 1]?.[at] ?? 0).toFixed(1)} %`,
    })),
    formatX: duration,
    formatY: (percent) => `${percent}%`,
    top: () => 104,
    sample: () => data = [times, ...curves.map(({ of }) => curveOf(of(), first, last))],
    paint: (plot) => labelLosses(plot, curves.map(({ of }) => of()), curves.map(({ colour }) => colour)),
    table: () => ({
      head: ["part", ...curves.map(({ label }) => label)],
      rows: PERCENTS.map((percent) => [`${percent} %`, ...curves.map(({ of }) => timeAt(of(), percent))]),
    }),
  }, group);
  return { chart, group };
}

/**
 * Writes at the end of each curve that ends below 100 % how many never got there.
 *
 * @param {import("./chart.js").Plot} plot
 * @param {readonly Distribution[]} all
 * @param {readonly string[]} colours
 */
function labelLosses(plot, all, colours) {
  const { ctx, bbox } = plot, ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `600 ${12 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = "right";
  ctx.textBaseline = "top";
  /** @type {number[]} */
  const taken = [];
  all.forEach(({ total, counts }, i) => {
    const passed = counts.reduce((sum, count, at) => at % 2 === 1 ? sum + count : sum, 0);
    if (total === 0 || passed === total || plot.series[i + 1]?.show === false || all.length > 6) return;
    const lowest = bbox.top + bbox.height - 16 * ratio;
    let y = Math.min(lowest, plot.valToPos(100 * passed / total, "y", true) + 4 * ratio);
    while (taken.some((other) => Math.abs(other - y) < 14 * ratio)) y += 15 * ratio;
    taken.push(y);
    ctx.fillStyle = colour(colours[i] ?? "ink");
    ctx.fillText(`${(100 - 100 * passed / total).toFixed(1)} % never`, bbox.left + bbox.width - 6 * ratio, y);
  });
  ctx.restore();
}

/**
 * Draws chain times: of one run a curve for each chain, of several a curve for each run, of the chain that is chosen.
 *
 * @param {HTMLElement} figure
 * @param {string} title
 * @param {readonly RunData[]} runs
 */
export function chainTimes(figure, title, runs) {
  const [only] = runs;
  if (only !== undefined && runs.length === 1) {
    const [all, ...chains] = only.chainTimes, colourOf = chainColours(runs);
    const shown = chains.length > 1 ? [all, ...chains.slice(0, MOST_CURVES)] : [all];
    const curves = shown.filter((one) => one !== undefined).map((one, i) => ({
      label: one.name,
      key: i === 0 ? "all" : `chain-${one.name}`,
      colour: i === 0 ? "ink" : colourOf(one.name),
      width: i === 0 ? 2.5 : 1.5,
      of: () => one,
    }));
    return distributions(figure, title, curves, only.chainTimes);
  }
  let chosen = 0;
  const names = [...new Set(runs.flatMap(({ chainTimes }) => chainTimes.map(({ name }) => name)))];
  const made = distributions(
    figure,
    title,
    runs.map((run, i) => ({
      label: run.name,
      key: `run${i}`,
      colour: `c${i % 6}`,
      of: () =>
        run.chainTimes.find(({ name }) => name === names[chosen]) ?? { name: "", total: 0, counts: [] },
    })),
    runs.flatMap(({ chainTimes }) => chainTimes),
  );
  const select = h("select", {
    change: (/** @type {Event} */ event) => {
      chosen = /** @type {HTMLSelectElement} */ (event.currentTarget).selectedIndex;
      made.chart.show();
    },
  }, ...names.map((name) => h("option", {}, name)));
  if (names.length > 2) figure.querySelector("figcaption")?.after(h("label.choice", {}, "of ", select));
  return made;
}

/**
 * Draws queueing times, a curve for each run.
 *
 * @param {HTMLElement} figure
 * @param {string} title
 * @param {readonly RunData[]} runs
 */
export function queueingTimes(figure, title, runs) {
  return distributions(
    figure,
    title,
    runs.map((run, i) => ({
      label: runs.length === 1 ? "calls" : run.name,
      key: `run${i}`,
      colour: `c${i % 6}`,
      of: () => run.queueing,
    })),
    runs.map(({ queueing }) => queueing),
  );
}
