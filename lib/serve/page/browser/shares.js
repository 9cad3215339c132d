import { h } from "../../../report/html/page/dom.js";
import { proposePause } from "./actions.js";
import { keepIn, say } from "./keep.js";
import { bandColour } from "./live_charts.js";
import { openTable, panel, segments } from "./parts.js";
import { percent, rate, wait, whole } from "./text.js";

/** @typedef {import("../answers.ts").ApiLive} ApiLive */
/** @typedef {import("../answers.ts").ApiRow} ApiRow */
/** @typedef {import("./history.js").History} History */
/** By what the table tells apart. @typedef {"chain" | "function" | "label"} Kind */

/** Rows move to their new places at most once in this time, in milliseconds: what is looked at should stay. */
const SORT_MS = 10_000;
/** Rows that are shown; the rest is behind a button. */
const FIRST_ROWS = 8;

/**
 * The table of who gets what share.
 *
 * @param {History} history
 * @returns {{ element: HTMLElement, update(view: ApiLive): void }}
 */
export function sharesTable(history) {
  /** @type {Kind} */
  let kind = "chain";
  /** @type {ApiLive | undefined} */
  let last;
  let sortedAtMs = -Infinity, isWhole = false;
  /** @type {string[]} */
  let order = [];
  const { element: table, body } = openTable("Who gets what", [
    ["name", ""],
    ["share", "lane"],
    ["in flight", ""],
    ["waiting", ""],
    ["calls/s", ""],
    ["p99 wait", ""],
    ["", ""],
  ]);
  const choice = h("div", {});
  const empty = h("p.dim", {}, "Nothing has run in the last minute.");
  const more = h("button.quiet", {
    type: "button",
    click: () => {
      isWhole = !isWhole;
      fill();
    },
  });
  const fill = () => {
    if (last === undefined) return;
    const view = last, rows = rowsBy(view, kind);
    if (view.atMs - sortedAtMs > SORT_MS && !table.matches(":hover, :focus-within")) {
      sortedAtMs = view.atMs;
      order = [...rows].sort((a, b) => b.share - a.share || b.running - a.running || b.ready - a.ready).map(
        keyOf,
      );
    }
    const placeOf = (/** @type {ApiRow} */ row) => {
      const place = order.indexOf(keyOf(row));
      return row.isRest ? Infinity : place < 0 ? order.length : place;
    };
    const sorted = [...rows].sort((a, b) => placeOf(a) === placeOf(b) ? 0 : placeOf(a) - placeOf(b));
    keepIn(
      body,
      isWhole ? sorted : sorted.slice(0, FIRST_ROWS),
      (row) => `${kind} ${keyOf(row)}`,
      (row) => shareRow(row, kind, history, () => last),
    );
    empty.hidden = rows.length > 0;
    table.hidden = rows.length === 0;
    more.hidden = rows.length <= FIRST_ROWS;
    say(more, isWhole ? "Show fewer" : `Show all ${whole(rows.length)}`);
  };
  let kinds = "";
  return {
    element: panel("Who gets what", [choice], empty, table, more),
    update: (view) => {
      last = view;
      const label = view.byLabel?.label;
      if (kinds !== (label ?? "none")) {
        kinds = label ?? "none";
        if (kind === "label") kind = "chain";
        choice.replaceChildren(segments(
          "Tell apart by",
          [
            ["chain", "chain"],
            ["function", "function"],
            ...label === undefined ? [] : [/** @type {const} */ (["label", label])],
          ],
          kind,
          (value) => {
            kind = /** @type {Kind} */ (value);
            sortedAtMs = -Infinity;
            fill();
          },
        ));
      }
      fill();
    },
  };
}

/** @param {ApiRow} row */
function keyOf({ name, isRest }) {
  return `${isRest === true} ${name}`;
}

/**
 * @param {ApiLive} view
 * @param {Kind} kind
 * @returns {readonly ApiRow[]}
 */
function rowsBy({ byChain, byFunction, byLabel }, kind) {
  return kind === "chain" ? byChain : kind === "function" ? byFunction : byLabel?.rows ?? [];
}

/**
 * @param {ApiRow} first
 * @param {Kind} kind
 * @param {History} history
 * @param {() => ApiLive | undefined} now
 * @returns {import("./keep.js").Kept<ApiRow>}
 */
function shareRow({ name, isRest }, kind, history, now) {
  const chip = kind === "chain" ? h("i", {}) : undefined, fill = h("span", {}), part = h("span", {});
  const cells = [h("td", {}), h("td", {}), h("td", {}), h("td", {})];
  const title = isRest
    ? `other ${kind === "chain" ? "chains" : kind === "function" ? "functions" : "values"}`
    : name;
  const act = () => {
    const label = now()?.byLabel?.label ?? "";
    proposePause(kind === "label" ? { label: { name: label, value: name } } : { [kind]: name });
  };
  const pause = isRest
    ? undefined
    : h("button.quiet", { type: "button", "aria-label": `Pause ${kind} ${name}`, click: act }, "Pause");
  return {
    element: h(
      "tr",
      {},
      h("th", { scope: "row" }, chip, title),
      h("td.lane", {}, h("span.part", {}, h("span.meter", { "aria-hidden": "true" }, fill), part)),
      ...cells,
      h("td.act", {}, pause),
    ),
    update: ({ share, running, ready, callsPerS, queueingMs }) => {
      if (chip !== undefined) chip.className = isRest ? "rest" : bandColour(history, name);
      fill.style.width = `${100 * Math.min(1, share)}%`;
      say(part, percent(share));
      [
        whole(running),
        whole(ready),
        rate(callsPerS),
        queueingMs === undefined ? "–" : wait(queueingMs.p99),
      ]
        .forEach((text, at) => say(/** @type {HTMLElement} */ (cells[at]), text));
    },
  };
}
