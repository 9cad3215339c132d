import { h } from "../../../report/html/page/dom.js";
import { duration } from "../../../report/html/page/format.js";
import { canReach, proposeMany } from "./actions.js";
import { ask, messageOf } from "./api.js";
import { keepIn, say } from "./keep.js";
import { badge, field, formOf, instanceLink, labelWords, openTable, textInput, valueOf } from "./parts.js";
import { hashOf } from "./router.js";
import { counted, instant } from "./text.js";

/** @typedef {import("../answers.ts").ApiInstance} ApiInstance */
/** @typedef {import("../answers.ts").ApiInstances} ApiInstances */
/** The instances that are meant. @typedef {{ state?: string, chain?: string, label?: string }} Chosen */

const STATES = ["delayed", "queued", "running", "completed", "failed", "cancelled"];
/** Instances of one part of the list. */
const PART = 50;
/** Most pages that are read for one part: each looks at some ten thousand instances, of which few may be meant. */
const MOST_PAGES = 100;

/** @type {[string, string][]} */
const COLUMNS = [
  ["instance", ""],
  ["chain", "left"],
  ["state", "left"],
  ["submitted", ""],
  ["took", ""],
  ["labels", "left"],
  ["reason", "left"],
];

/** The columns of a short table. */
const SHORT = ["instance", "chain", "state", "submitted", "took"];

/**
 * A table of instances.
 *
 * @param {string} label
 * @param {boolean} [isShort] whether it has only the columns that tell how instances get on (Default: all)
 * @returns {{ element: HTMLElement, show(instances: readonly ApiInstance[], nowMs: number): void }}
 */
export function instanceTable(label, isShort = false) {
  const { element, body } = openTable(
    label,
    isShort ? COLUMNS.filter(([name]) => SHORT.includes(name)) : COLUMNS,
  );
  return {
    element,
    show: (instances, nowMs) =>
      keepIn(body, instances, ({ id }) => id, (instance) => instanceRow(instance, nowMs, isShort)),
  };
}

/**
 * @param {ApiInstance} instance
 * @param {number} nowMs
 * @param {boolean} isShort
 * @returns {import("./keep.js").Kept<ApiInstance>}
 */
function instanceRow({ id, chain, submittedAtMs, labels }, nowMs, isShort) {
  const state = h("td.left", {}), took = h("td", {}), reason = h("td.left.reason", {});
  let before = "";
  return {
    element: h(
      "tr",
      {},
      h("th", { scope: "row" }, instanceLink(id)),
      h("td.left", {}, chain),
      state,
      h("td", {}, instant(submittedAtMs, nowMs)),
      took,
      ...isShort ? [] : [h("td.left.dim", {}, labelWords(labels)), reason],
    ),
    update: (now) => {
      if (before !== now.state) state.replaceChildren(badge(before = now.state));
      say(
        took,
        now.endedAtMs === undefined
          ? "–"
          : duration(Math.max(0, now.endedAtMs - (now.dueAtMs ?? submittedAtMs))),
      );
      say(reason, now.reason ?? "");
      reason.title = now.reason ?? "";
    },
  };
}

/**
 * The view of instances: a filter, and a list that goes on.
 *
 * @returns {{ element: HTMLElement, open(place: import("./router.js").Place): void, close(): void }}
 */
export function instancesView() {
  /** @type {AbortController | undefined} */
  let asking;
  /** @type {ApiInstance[]} */
  let listed = [];
  /** @type {string | undefined} */
  let cursor;
  /** @type {Chosen} */
  let chosen = {};
  const state = h(
    "select",
    { id: "state" },
    h("option", { value: "" }, "in any state"),
    ...STATES.map((name) => h("option", { value: name }, name)),
  );
  const chain = textInput("chain", { placeholder: "any" });
  const label = textInput("label", { placeholder: "any, or tenant=acme" });
  const id = textInput("find", { placeholder: "its id" });
  const about = h("p.dim", { "aria-live": "polite" }), fault = h("p.bad", { role: "alert" });
  const { element: table, show } = instanceTable("Instances");
  const more = h("button", { type: "button", click: () => void load(true) }, "Show more");
  const cancel = h(
    "button",
    { type: "button", click: () => proposeMany("cancel", chosen, again) },
    "Cancel these …",
  );
  const retry = h(
    "button",
    { type: "button", click: () => proposeMany("retry", chosen, again) },
    "Retry these …",
  );
  const again = () => void load(false);
  const go = () => {
    location.hash = hashOf(["instances"], {
      state: valueOf(state),
      chain: valueOf(chain),
      label: valueOf(label),
    });
  };
  const find = () => {
    if (valueOf(id) !== "") location.hash = hashOf(["instances", valueOf(id)]);
  };

  /** @param {boolean} isMore */
  const load = async (isMore) => {
    asking?.abort();
    const mine = asking = new AbortController();
    say(about, "Asking …");
    say(fault, "");
    try {
      if (!isMore) {
        listed = [];
        cursor = undefined;
      }
      const wanted = listed.length + PART;
      for (let page = 1; page === 1 || cursor !== undefined && listed.length < wanted; page++) {
        if (page > MOST_PAGES) break;
        /** @type {ApiInstances} */
        const answer = await ask("instances", {
          query: { ...chosen, limit: String(wanted - listed.length), cursor },
          signal: mine.signal,
        });
        listed = [...listed, ...answer.instances];
        cursor = answer.next;
        show(listed, Date.now());
        table.hidden = listed.length === 0;
        if (page > 1) say(about, `Looking at older ones … ${counted(listed.length, "instance")} so far.`);
      }
      say(about, wordsOf(listed.length, cursor !== undefined));
    } catch (error) {
      if (mine.signal.aborted) return;
      say(about, "");
      say(fault, messageOf(error));
    }
    table.hidden = listed.length === 0;
    more.hidden = cursor === undefined;
    cancel.hidden = listed.length === 0 || !canReach("cancel", chosen.state);
    retry.hidden = listed.length === 0 || !canReach("retry", chosen.state);
  };

  return {
    element: h(
      "div",
      {},
      h("h1", {}, "Instances"),
      h(
        "div.filters",
        {},
        formOf(
          go,
          field("State", state),
          field("Chain", chain),
          field("Label", label),
          h("button.main", { type: "submit" }, "Show"),
        ),
        formOf(find, field("Or one instance", id), h("button", { type: "submit" }, "Open")),
      ),
      h(
        "div.strip",
        {},
        about,
        h("button.quiet", { type: "button", click: again }, "Refresh"),
        cancel,
        retry,
      ),
      fault,
      table,
      more,
    ),
    open: ({ query }) => {
      chosen = {};
      for (
        const [name, input] of /** @type {const} */ ([["state", state], ["chain", chain], ["label", label]])
      ) {
        const value = query.get(name) ?? "";
        Object.assign(input, { value });
        if (value !== "") chosen[name] = value;
      }
      listed = [];
      void load(false);
    },
    close: () => asking?.abort(),
  };
}

/**
 * @param {number} count
 * @param {boolean} isMore whether older ones have not been looked at
 */
function wordsOf(count, isMore) {
  if (count > 0) {
    return `${counted(count, "instance")}${isMore ? ", and there are more" : ""}, the newest first.`;
  }
  return isMore
    ? "None of the newest is meant. Show more looks at older ones."
    : "The queue has no such instance.";
}
