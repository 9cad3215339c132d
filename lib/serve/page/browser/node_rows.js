import { duration } from "../../../report/html/page/format.js";
import { placesOf } from "../../../report/html/page/waterfall.js";
import { counted } from "./text.js";

/** @typedef {import("../answers.ts").ApiInstance} ApiInstance */
/** @typedef {import("../answers.ts").ApiNode} ApiNode */
/** @typedef {import("../../../report/html/page/waterfall.js").Row} Row */
/** @typedef {import("../../../report/html/page/waterfall.js").Call} Call */
/** @typedef {import("../answers.ts").ApiRecord} ApiRecord */
/** A row, and what is known of it. @typedef {Row & { node: ApiNode, known: ApiRecord, item?: number }} NodeRow */

/**
 * The nodes of an instance as rows of a waterfall: a tree, the items of a map behind their node. Of each node the queue knows the
 * attempt that settled it; earlier ones are part of its waiting.
 *
 * @param {ApiInstance} instance
 * @param {readonly ApiNode[]} nodes
 * @returns {NodeRow[]}
 */
export function nodeRows(instance, nodes) {
  const fromMs = instance.dueAtMs ?? instance.submittedAtMs;
  const at = new Map(nodes.map(({ node }, i) => [node, i]));
  const places = placesOf(nodes.map(({ node: name, calls: fn, after }) => ({
    name,
    fn,
    after: after.map((before) => at.get(before) ?? -1),
  })));
  const ended = new Map(nodes.map(({ node, endedAtMs }) => [node, endedAtMs]));
  return nodes.map((node) => {
    const { node: name, after } = node, place = places.get(name) ?? { order: Infinity, depth: 0, after: "" };
    const ready = Math.max(0, ...after.map((before) => (ended.get(before) ?? fromMs) - fromMs));
    /** @param {ApiRecord} known */
    const readyOf = ({ endedAtMs }) => Math.max(ready, retriedBefore(instance, endedAtMs) - fromMs);
    const rows = [rowOfNode(node, node, place, readyOf(node), fromMs)];
    for (const known of node.items ?? []) {
      rows.push({
        ...rowOfNode(node, known, { ...place, depth: place.depth + 1 }, readyOf(known), fromMs),
        name: `${name} [${known.item}]`,
        item: known.item,
      });
    }
    return { order: place.order, rows };
  }).sort((a, b) => a.order - b.order).flatMap(({ rows }) => rows);
}

/**
 * When an instance was retried last before a node of it has ended: the time that it lay dead before is no waiting of that node.
 *
 * @param {ApiInstance} instance
 * @param {number} [endedAtMs] (Default: it has not ended)
 * @returns {number} in milliseconds since 1970; -Infinity: it was not retried
 */
function retriedBefore({ retriedAtMs = [] }, endedAtMs = Infinity) {
  return Math.max(-Infinity, ...retriedAtMs.filter((atMs) => atMs <= endedAtMs));
}

/**
 * @param {ApiNode} node
 * @param {ApiRecord} known
 * @param {{ depth: number, after: string }} place
 * @param {number} ready
 * @param {number} fromMs
 * @returns {NodeRow}
 */
function rowOfNode(node, known, { depth, after }, ready, fromMs) {
  const { state, attempts = 0, endedAtMs, runMs, reason = "" } = known,
    { node: name, calls: fn, generation = 0 } = node;
  const settled = endedAtMs !== undefined && runMs !== undefined && (state === "ok" || state === "failed");
  const start = settled ? endedAtMs - fromMs - runMs : 0;
  /** @type {Call[]} */
  const calls = !settled ? [] : [{
    node: name,
    fn,
    item: -1,
    generation,
    attempt: attempts,
    ready: Math.min(ready, start),
    start,
    run: runMs,
    provider: -1,
    outcome: state,
    cold: false,
    platform: "",
    reason,
  }];
  return {
    name,
    fn,
    after,
    depth,
    ready: calls.length === 0 ? ready : Math.min(ready, start),
    calls,
    state,
    tries: attempts,
    node,
    known,
  };
}

/**
 * The time of the waterfall, in milliseconds: to the end of the instance, or up to now.
 *
 * @param {ApiInstance} instance
 * @param {readonly NodeRow[]} rows
 * @param {number} nowMs
 */
export function totalOf({ dueAtMs, submittedAtMs, endedAtMs = 0 }, rows, nowMs) {
  const fromMs = dueAtMs ?? submittedAtMs;
  const last = Math.max(0, ...rows.flatMap(({ calls }) => calls.map(({ start, run }) => start + run)));
  return Math.max(1, last, (endedAtMs > 0 ? endedAtMs : nowMs) - fromMs);
}

/**
 * How a node stands, in a sentence.
 *
 * @param {NodeRow} row
 */
export function standWords(
  { known: { state, attempts = 0, runMs }, node: { generation = 0, standing }, after },
) {
  const parts = [
    state === "ok" ? "it is done" : state === "failed" ? "it failed" : `it is ${state}`,
    standing ?? "",
    attempts > 0 ? counted(attempts, "attempt") : "",
    runMs === undefined ? "" : attempts > 1 ? `the last took ${duration(runMs)}` : `took ${duration(runMs)}`,
    generation > 0 ? `begun again ${generation === 1 ? "once" : `${generation} times`}` : "",
    after === "" ? "" : `after ${after}`,
  ].filter((part) => part !== "");
  return `${parts.join(", ").replace(/^i/, "I")}.`;
}
