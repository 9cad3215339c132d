import { h } from "./dom.js";
import { duration } from "./format.js";
import { drawRows, KINDS, rowsOf } from "./waterfall.js";

/** @typedef {import("../data.ts").InstanceData} InstanceData */
/** @typedef {import("../data.ts").PageData} PageData */
/** @typedef {import("../data.ts").RunData} RunData */
/** @typedef {import("./waterfall.js").Call} Call */

/**
 * The attempts of an instance.
 *
 * @param {InstanceData} instance
 * @param {RunData} run
 * @param {PageData} page
 * @returns {Call[]}
 */
export function callsOf({ calls }, { chosen: { words } }, { callFields, callOutcomes }) {
  const list = [], at = (/** @type {string} */ name) => callFields.indexOf(name);
  for (let i = 0; i < calls.length; i += callFields.length) {
    const of = (/** @type {string} */ name) => calls[i + at(name)] ?? 0;
    const word = (/** @type {string} */ name) => words[of(name)] ?? "";
    const ms = (/** @type {string} */ name) => of(name) / 100;
    list.push({
      ...{ node: word("node"), fn: word("fn"), platform: word("platform"), reason: word("reason") },
      ...{ item: of("item"), generation: of("generation"), attempt: of("attempt"), cold: of("cold") === 1 },
      ...{
        ready: ms("ready"),
        start: ms("start"),
        run: ms("run"),
        provider: of("provider") < 0 ? -1 : ms("provider"),
      },
      outcome: callOutcomes[of("outcome")] ?? "",
    });
  }
  return list;
}

/**
 * An instance as a waterfall, its tree at the left.
 *
 * @param {InstanceData} instance
 * @param {RunData} run
 * @param {PageData} page
 * @returns {HTMLElement}
 */
export function waterfall(instance, run, page) {
  const calls = callsOf(instance, run, page);
  const rows = rowsOf(calls, run.chosen.shapes.find(({ chain }) => chain === instance.chain)?.nodes);
  const lastMs = calls.reduce((most, { start, run }) => Math.max(most, start + run), 0);
  const totalMs = Math.max(0.01, lastMs, (instance.endedMs ?? run.durationMs) - instance.submittedMs);
  const { id, chain, outcome, reason, labels, submittedMs, endedMs, isCut } = instance;
  const took = endedMs === null
    ? "had not ended when the log ended"
    : `${outcome} after ${duration(endedMs - submittedMs)}`;
  return h(
    "section.waterfall",
    { "aria-label": `${chain} ${id}` },
    h("h3", {}, `${chain} `, h("code", {}, id)),
    h(
      "p",
      {},
      `Submitted at ${duration(submittedMs)}, ${took}.`,
      ...reason === undefined ? [] : [" ", h("span.bad", {}, reason)],
    ),
    labels === undefined ? undefined : h("p.dim", {}, labels),
    ...drawRows(rows, totalMs, KINDS),
    isCut ? h("p.dim", {}, "It had more attempts than the page keeps.") : undefined,
  );
}
