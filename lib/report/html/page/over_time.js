import { Chart } from "./chart.js";
import { count, duration, TABLE_ROWS, TIME_STEPS } from "./format.js";
import { instants, pairsOf, sumsOf, thinned } from "./thin.js";

/** @typedef {import("../data.ts").RunData} RunData */
/** @typedef {import("./thin.js").Pairs} Pairs */

/** A limit that is further above what runs is named, not drawn: it would press the rest to the ground. */
const FAR = 3;

/**
 * A quantity over time, of each run.
 *
 * @typedef {object} Quantity
 * @property {(run: RunData) => Pairs} of
 * @property {boolean} [hasLimit] whether the run's limit belongs to it
 * @property {number} [top] of its axis (Default: above its greatest value)
 */

/** @type {Record<string, Quantity>} By the names of the charts. */
export const OVER_TIME = {
  running: { of: ({ levels }) => ({ ...levels, pairs: levels.running }), hasLimit: true },
  ready: { of: ({ levels }) => ({ ...levels, pairs: levels.ready }) },
  jain: {
    of: ({ jain }) => ({
      fromMs: 0,
      bucketMs: jain.windowMs,
      pairs: pairsOf(jain.values.map((value) => value ?? NaN)),
    }),
    top: 1,
  },
  throttled: {
    of: ({ rates }) => ({ ...rates, pairs: pairsOf(rates.throttled.map((n) => n / rates.bucketMs * 1000)) }),
  },
  lost: { of: ({ rates }) => ({ ...rates, pairs: sumsOf(rates.lost) }) },
  completed: { of: ({ rates }) => ({ ...rates, pairs: sumsOf(rates.completed) }) },
  cost: { of: ({ rates }) => ({ ...rates, pairs: sumsOf(rates.cost) }) },
};

/**
 * The limit of a run, as pairs; of one that is too far away nothing.
 *
 * @param {RunData} run
 * @returns {{ pairs: Pairs | undefined, words: string }}
 */
function limitOf({ bands: { limit, bucketMs }, levels }) {
  const known = limit.filter((value) => value !== null);
  const most = Math.max(0, ...known), peak = levels.running.reduce((a, b) => Math.max(a, b), 0);
  if (known.length === 0) return { pairs: undefined, words: "no limit" };
  if (most > FAR * peak) return { pairs: undefined, words: `limit ${count(most)}, above the chart` };
  const pairs = limit.flatMap((value) => [value ?? NaN, value ?? NaN]);
  return { pairs: { fromMs: 0, bucketMs, pairs }, words: `limit ${count(most)}` };
}

/**
 * Draws a quantity over time, a line for each run.
 *
 * @param {HTMLElement} figure
 * @param {string} title
 * @param {Quantity} quantity
 * @param {readonly RunData[]} runs
 * @param {import("./group.js").Group} group
 */
export function overTime(figure, title, { of, hasLimit = false, top }, runs, group) {
  const isAlone = runs.length === 1;
  /** @type {(number | null)[][]} */
  let data = [];
  /** @type {{ line: import("./chart.js").Line, pairs: Pairs }[]} */
  const drawn = [];
  /** @param {Omit<import("./chart.js").Line, "value">} line @param {Pairs} pairs @param {number} [limit] the index of its limit */
  const draw = (line, pairs, limit) => {
    const index = drawn.length + 1;
    const value = (/** @type {number} */ at) =>
      valueWords(data[index], at) + (limit === undefined ? "" : ` of ${valueWords(data[limit], at)}`);
    drawn.push({ line: { ...line, value }, pairs });
  };
  runs.forEach((run, i) => {
    const key = `run${i}`, colour = `c${i % 6}`;
    const limit = hasLimit ? limitOf(run) : undefined, index = drawn.length + 1;
    const label = isAlone ? title.replace(/,.*/, "") : run.name;
    const far = limit === undefined || limit.pairs !== undefined ? "" : ` (${limit.words})`;
    draw(
      { key, label: label + far, colour, ...isAlone && { fill: "soft" } },
      of(run),
      limit?.pairs === undefined ? undefined : index + 1,
    );
    if (limit?.pairs !== undefined) {
      draw({ key, label: "", colour: isAlone ? "ink" : colour, dash: [6, 4] }, limit.pairs);
    }
  });
  new Chart(figure, {
    title,
    lines: drawn.map(({ line }) => line),
    formatX: (ms) => ms === 0 ? "0" : duration(ms),
    formatY: count,
    ...top !== undefined && { top: () => top },
    steps: TIME_STEPS,
    sample: (from, to, columns) => {
      data = [instants(from, to, columns), ...drawn.map(({ pairs }) => thinned(pairs, from, to, columns))];
      return data;
    },
    table: () => {
      const { from, to } = group.full;
      const columns = drawn.map(({ pairs }) => thinned(pairs, from, to, TABLE_ROWS));
      return {
        head: ["from", ...drawn.map(({ line }) => line.label === "" ? "limit" : line.label)],
        rows: Array.from(
          { length: TABLE_ROWS },
          (_, row) => [
            duration(from + row * (to - from) / TABLE_ROWS),
            ...columns.map((column) => valueWords(column, 2 * row)),
          ],
        ),
      };
    },
  }, group);
}

/**
 * The values of a column, for people.
 *
 * @param {readonly (number | null)[] | undefined} values
 * @param {number} at
 */
function valueWords(values, at) {
  const first = at - at % 2, least = values?.[first], greatest = values?.[first + 1];
  if (typeof least !== "number" || typeof greatest !== "number" || Number.isNaN(greatest)) return "–";
  const [from, to] = [count(least), count(greatest)];
  return from === to ? from : `${from}–${to}`;
}
