import { Chart } from "../../../report/html/page/chart.js";
import { h } from "../../../report/html/page/dom.js";
import { count, duration, TABLE_ROWS, TIME_STEPS } from "../../../report/html/page/format.js";
import { Group } from "../../../report/html/page/group.js";
import { layerLine, stackedUp } from "../../../report/html/page/stack.js";
import { REST } from "./history.js";
import { clockTime } from "./text.js";

/** @typedef {import("./history.js").History} History */
/** @typedef {import("../answers.ts").ApiLive} ApiLive */
/** @typedef {import("../answers.ts").ApiRow} ApiRow */
/** @typedef {Omit<import("../../../report/html/page/chart.js").Line, "value"> & { of: (view: ApiLive) => number | undefined, words: (value: number) => string }} LiveLine */

/** What the charts have in common. */
const COMMON = {
  formatX: clockTime,
  steps: TIME_STEPS.filter((ms) => ms >= 1000),
  top: (/** @type {number} */ max) => Math.max(1, max * 1.08),
};

/** @type {LiveLine[]} */
const RATES = [
  { key: "calls", label: "calls start", colour: "c0", of: ({ callsPerS }) => callsPerS, words: count },
  {
    key: "done",
    label: "instances complete",
    colour: "c2",
    of: ({ completedPerS }) => completedPerS,
    words: count,
  },
  {
    key: "refused",
    label: "refused",
    colour: "throttled",
    of: ({ throttledPerS }) => throttledPerS,
    words: count,
  },
  {
    key: "failing",
    label: "instances fail",
    colour: "failed",
    of: ({ failedPerS }) => failedPerS,
    words: count,
  },
];
/** @type {LiveLine[]} */
const QUEUEING = [
  ["p50", "c0"],
  ["p90", "c1"],
  ["p99", "c3"],
].map(([name = "", colour = ""]) => ({
  key: name,
  label: name,
  colour,
  of: ({ queueingMs: { minute } }) =>
    minute.n === 0 ? undefined : minute[/** @type {"p50" | "p90" | "p99"} */ (name)],
  words: duration,
}));

/**
 * The charts over the last minutes.
 *
 * @param {History} history
 * @returns {{ element: HTMLElement, update(): void }}
 */
export function liveCharts(history) {
  const { from, to } = history.span, time = new Group("live", from, to);
  const flight = figure("flight", "In flight, by chain");
  const rates = figure("rates", "Per second");
  const ready = figure("ready", "Waiting calls, by chain");
  const queueing = figure("queueing", "Queueing, last minute");
  /** @type {Chart[]} Those whose lines are chains. */
  let byChain = [];
  let names = "";
  return {
    element: h("div.charts", {}, flight, rates, ready, queueing),
    update: () => {
      if (names === "") { // the first time
        lines(rates, history, time, RATES, count);
        lines(queueing, history, time, QUEUEING, duration);
      }
      const now = JSON.stringify(history.names);
      if (now !== names) {
        names = now;
        for (const chart of byChain) chart.remove();
        byChain = [
          bands(flight, history, time, ({ running }) => running, true),
          bands(ready, history, time, ({ ready }) => ready, false),
        ];
      }
      const { from, to } = history.span;
      time.follow(from, to);
    },
  };
}

/** @param {string} kind @param {string} title */
function figure(kind, title) {
  return h("figure.chart", { "data-chart": kind }, h("figcaption", {}, title));
}

/**
 * The colour of a band, the same in all charts and tables.
 *
 * @param {History} history
 * @param {string} name
 * @returns {string}
 */
export function bandColour({ bands }, name) {
  const at = bands.indexOf(name);
  return at < 0 ? "rest" : `c${at}`;
}

/**
 * Draws a quantity of each chain, on top of each other.
 *
 * @param {HTMLElement} place
 * @param {History} history
 * @param {Group} group
 * @param {(row: ApiRow) => number} of
 * @param {boolean} hasLimit
 * @returns {Chart}
 */
function bands(place, history, group, of, hasLimit) {
  const names = history.names;
  const layersNow = () => names.map((name) => ({ key: `chain-${name}`, values: history.band(name, of) }));
  const limitsNow = () => hasLimit ? [history.values(({ limit }) => limit)] : [];
  let layers = layersNow(), limits = limitsNow(); // as they are drawn
  return new Chart(place, {
    ...COMMON,
    title: titleOf(place),
    lines: [
      ...names.map((name, i) =>
        layerLine({
          key: `chain-${name}`,
          label: name === REST ? "other chains" : name,
          colour: bandColour(history, name),
          value: (at) => words(layers[i]?.values[at], count),
        })
      ).reverse(),
      ...limits.map(() => ({
        key: "limit",
        label: "limit",
        colour: "ink",
        dash: [6, 4],
        value: (/** @type {number} */ at) => words(limits[0]?.[at], count),
      })),
    ],
    formatY: count,
    sample: (_from, _to, _columns, hidden) => {
      layers = layersNow();
      limits = limitsNow();
      return [history.instants, ...stackedUp(layers, hidden), ...limits];
    },
    table: () =>
      tableOf(history, [
        ...names.map((name) => ({ name, values: history.band(name, of), words: count })),
        ...limitsNow().map((values) => ({ name: "limit", values, words: count })),
      ]),
  }, group);
}

/**
 * Draws lines.
 *
 * @param {HTMLElement} place
 * @param {History} history
 * @param {Group} group
 * @param {readonly LiveLine[]} of
 * @param {(value: number) => string} formatY
 * @returns {Chart}
 */
function lines(place, history, group, of, formatY) {
  const valuesNow = () => of.map(({ of }) => history.values(of));
  let drawn = valuesNow(); // as the chart has it
  return new Chart(place, {
    ...COMMON,
    title: titleOf(place),
    lines: of.map(({ of: _, words: formatted, ...line }, i) => ({
      ...line,
      value: (at) => words(drawn[i]?.[at], formatted),
    })),
    formatY,
    sample: () => [history.instants, ...drawn = valuesNow()],
    table: () =>
      tableOf(
        history,
        of.map(({ label, of, words }) => ({ name: label, values: history.values(of), words })),
      ),
  }, group);
}

/** @param {HTMLElement} place */
function titleOf(place) {
  return place.querySelector("figcaption")?.textContent ?? "";
}

/** @param {number | null | undefined} value @param {(value: number) => string} formatted */
function words(value, formatted) {
  return value === null || value === undefined ? "–" : formatted(value);
}

/**
 * @param {History} history
 * @param {readonly { name: string, values: readonly (number | null)[], words: (value: number) => string }[]} columns
 */
function tableOf(history, columns) {
  const { length } = history.points, step = Math.max(1, Math.floor(length / TABLE_ROWS));
  const rows = Array.from({ length: Math.min(length, TABLE_ROWS) }, (_, row) => length - 1 - row * step);
  return {
    head: ["at", ...columns.map(({ name }) => name)],
    rows: rows.map((at) => [
      clockTime(history.instants[at] ?? 0),
      ...columns.map(({ values, words: formatted }) => words(values[at], formatted)),
    ]),
  };
}
