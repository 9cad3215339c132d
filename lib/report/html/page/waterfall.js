import { h } from "./dom.js";
import { count, duration } from "./format.js";

/** @typedef {import("../data.ts").NodeShape} NodeShape */

/**
 * An attempt; times in milliseconds from the submission of its instance.
 *
 * @typedef {{ node: string, fn: string, item: number, generation: number, attempt: number, ready: number, start: number, run: number, provider: number, outcome: string, cold: boolean, platform: string, reason: string }} Call
 */

/**
 * An invocation with its attempts, and its place in the tree of its chain.
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {string} fn
 * @property {string} after the names of the nodes that it waits for
 * @property {number} depth
 * @property {number} ready
 * @property {Call[]} calls
 * @property {string} [state] how it stands, if none of its attempts was made, or none is known (Default: –)
 * @property {number} [tries] (Default: the number of its attempts)
 */

/** A part of a row: from, to, and the class of its kind. @typedef {{ from: number, to: number, kind: string, words: string }} Part */

/** The kinds of parts, in the order of the legend. @type {readonly (readonly [kind: string, words: string])[]} */
export const KINDS = [
  ["waiting", "waiting"],
  ["provider", "in the provider's queue"],
  ["running", "running"],
  ["failed", "failed, tried again or given up"],
  ["throttled", "refused by the platform"],
];

/** The most rows that are drawn. */
const MOST_DRAWN = 400;
/** The marks of the axis above the rows. */
const AXIS_TICKS = 4;

/**
 * The parts of an invocation's time, one after the other.
 *
 * @param {readonly Call[]} calls its attempts, by their starts
 * @param {number} ready
 * @returns {Part[]}
 */
export function partsOf(calls, ready) {
  /** @type {Part[]} */
  const parts = [];
  let from = ready;
  for (const { start, run, provider, outcome, attempt, cold, reason, platform } of calls) {
    if (start > from) {
      parts.push({ from, to: start, kind: "waiting", words: `waited ${duration(start - from)}` });
    }
    const begun = start + Math.min(run, Math.max(0, provider)), end = start + run;
    if (begun > start) {
      parts.push({
        from: start,
        to: begun,
        kind: "provider",
        words: `${duration(begun - start)} in the provider's queue`,
      });
    }
    const kind = outcome === "ok" ? "running" : outcome === "throttled" ? "throttled" : "failed";
    const verb = outcome === "ok" ? "ran" : outcome === "throttled" ? "refused after" : `${outcome} after`;
    const notes = [attempt > 1 ? `try ${attempt}` : "", cold ? "a cold start" : "", platform, reason].filter((
      note,
    ) => note !== "");
    parts.push({
      from: begun,
      to: end,
      kind,
      words: `${verb} ${duration(end - begun)} (${notes.join(", ")})`,
    });
    from = Math.max(from, end);
  }
  return parts;
}

/**
 * The invocations of an instance, as a tree: each below the first of the nodes that it waits for.
 *
 * @param {readonly Call[]} calls
 * @param {readonly NodeShape[] | undefined} nodes
 * @returns {Row[]}
 */
export function rowsOf(calls, nodes) {
  /** @type {Map<string, Call[]>} */
  const invocations = new Map();
  for (const call of calls) {
    const key = JSON.stringify([call.node, call.item, call.generation]);
    const known = invocations.get(key);
    if (known === undefined) invocations.set(key, [call]);
    else known.push(call);
  }
  const places = placesOf(nodes ?? []);
  const rows = [...invocations.values()].map((own) => {
    own.sort((a, b) => a.start - b.start);
    const { node, fn, item, generation } = /** @type {Call} */ (own[0]);
    const place = places.get(node) ?? { order: Infinity, depth: 0, after: "" };
    const name = `${node}${item >= 0 ? ` [${item}]` : ""}${generation > 0 ? ` (again, ${generation})` : ""}`;
    return { ...place, name, fn, ready: Math.min(...own.map(({ ready }) => ready)), calls: own };
  });
  return rows.sort((a, b) => a.order === b.order ? a.ready - b.ready : a.order - b.order);
}

/**
 * The places of nodes in the tree of their chain.
 *
 * @param {readonly NodeShape[]} nodes
 * @returns {Map<string, { order: number, depth: number, after: string }>}
 */
export function placesOf(nodes) {
  const places = new Map();
  const visit = (/** @type {number} */ at, /** @type {number} */ depth) => {
    const node = nodes[at];
    if (node === undefined || places.has(node.name)) return;
    places.set(node.name, {
      order: places.size,
      depth,
      after: node.after.map((before) => nodes[before]?.name).join(", "),
    });
    nodes.forEach(({ after }, child) => after[0] === at && visit(child, depth + 1));
  };
  nodes.forEach(({ after }, at) => after.length === 0 && visit(at, 0));
  return places;
}

/**
 * Invocations as a waterfall, with its legend.
 *
 * @param {readonly Row[]} rows
 * @param {number} totalMs what the width stands for
 * @param {typeof KINDS} kinds those that the legend has
 * @param {(row: Row) => void} [choose] called when a row is chosen (Default: rows cannot be chosen)
 * @returns {HTMLElement[]}
 */
export function drawRows(rows, totalMs, kinds, choose) {
  const legend = h(
    "ul.kinds",
    { "aria-hidden": "true" },
    ...kinds.map(([kind, words]) => h("li", {}, h(`i.${kind}`, {}), words)),
  );
  return [
    legend,
    rows.length === 0 ? h("p.dim", {}, "No call of it was made.") : drawing(rows, totalMs, choose),
    ...rows.length > MOST_DRAWN ? [h("p.dim", {}, `and ${count(rows.length - MOST_DRAWN)} more calls`)] : [],
  ];
}

/**
 * @param {readonly Row[]} rows
 * @param {number} totalMs
 * @param {(row: Row) => void} [choose]
 */
function drawing(rows, totalMs, choose) {
  const ticks = Array.from({ length: AXIS_TICKS + 1 }, (_, i) => {
    const tick = h("span", {}, i === 0 ? "0" : duration(totalMs * i / AXIS_TICKS));
    tick.style.left = `${100 * i / AXIS_TICKS}%`;
    return tick;
  });
  const head = h(
    "tr",
    {},
    h("th", { scope: "col" }, "node"),
    h(
      "th.lane",
      { scope: "col" },
      h("span.ticks", { "aria-hidden": "true" }, ...ticks),
      h("span.hidden", {}, "its time"),
    ),
    ...["waited", "ran", "tries"].map((name) => h("th", { scope: "col" }, name)),
  );
  return h(
    "div.wide",
    { tabindex: 0, role: "group", "aria-label": "The calls of the chain" },
    h(
      "table",
      {},
      h("thead", {}, head),
      h("tbody", {}, ...rows.slice(0, MOST_DRAWN).map((row) => rowOf(row, totalMs, choose))),
    ),
  );
}

/**
 * @param {Row} row
 * @param {number} totalMs
 * @param {(row: Row) => void} [choose]
 */
function rowOf(row, totalMs, choose) {
  const { name, fn, after, depth, ready, calls, state = "–", tries = calls.length } = row;
  const parts = partsOf(calls, ready);
  const sum = (/** @type {string[]} */ ...kinds) =>
    parts.filter(({ kind }) => kinds.includes(kind)).reduce((total, { from, to }) => total + to - from, 0);
  const words = parts.map(({ words }) => words).join(", then ");
  const title = after === "" ? fn : `${fn}, after ${after}`;
  const label = choose === undefined
    ? h("span.node", { title }, name)
    : h("button.node", { title, type: "button", click: () => choose(row) }, name);
  label.style.paddingLeft = `${Math.min(depth, 12) * 12}px`;
  const spans = parts.map(({ from, to, kind, words }) => {
    const span = h(`span.${kind}`, { title: words });
    span.style.left = `${100 * Math.max(0, from) / totalMs}%`;
    span.style.width = `${100 * (to - Math.max(0, from)) / totalMs}%`;
    return span;
  });
  const running = sum("running") > 0 ? duration(sum("running")) : calls.at(-1)?.outcome ?? state;
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, label),
    h("td.lane", {}, h("span.track", { "aria-hidden": "true" }, ...spans), h("span.hidden", {}, words)),
    h("td", {}, calls.length === 0 ? "–" : duration(sum("waiting", "provider"))),
    h(`td${sum("running") > 0 || calls.length === 0 ? "" : ".bad"}`, {}, running),
    h("td", {}, String(tries)),
  );
}
