import { h } from "../../../report/html/page/dom.js";
import { duration } from "../../../report/html/page/format.js";
import { drawRows } from "../../../report/html/page/waterfall.js";
import { canReach, proposeOne, proposeRetryFrom } from "./actions.js";
import { ApiError, ask, messageOf } from "./api.js";
import { nodeRows, standWords, totalOf } from "./node_rows.js";
import { badge, fact, instanceLink, labelWords } from "./parts.js";
import { hashOf } from "./router.js";
import { instant } from "./text.js";

/** @typedef {import("../answers.ts").ApiInstance} ApiInstance */
/** @typedef {import("../answers.ts").ApiDetail} ApiDetail */
/** @typedef {import("./node_rows.js").NodeRow} NodeRow */

/** Between two looks at an instance that has not ended, in milliseconds. */
const LOOK_AGAIN_MS = 2000;
/** The most characters that are shown of a value. */
const MOST_SHOWN = 20_000;
/** The kinds of parts that the queue tells apart, of those of the waterfall. */
const SHOWN_KINDS = ["waiting", "running", "failed"].map((kind) => /** @type {const} */ ([kind, kind]));

/**
 * The view of one instance: its facts, its tree with the waterfall, and one node of it.
 *
 * @returns {{ element: HTMLElement, open(place: import("./router.js").Place): void, close(): void }}
 */
export function instanceView() {
  const element = h("div", {});
  /** @type {AbortController | undefined} */
  let asking;
  let before = "";

  /** @param {string} id @param {AbortSignal} signal */
  const load = async (id, signal) => {
    try {
      /** @type {ApiDetail} */
      const instance = await ask(`instances/${encodeURIComponent(id)}`, { query: { nodes: "true" }, signal });
      if (signal.aborted) return;
      const now = JSON.stringify(instance), hasEnded = instance.endedAtMs !== undefined;
      const isRead = getSelection()?.isCollapsed === false; // what somebody selects stays
      if (now !== before || !(hasEnded || isRead)) show(instance);
      before = now;
      if (!hasEnded) setTimeout(() => signal.aborted || void load(id, signal), LOOK_AGAIN_MS);
    } catch (error) {
      if (signal.aborted) return;
      if (before === "") {
        const isUnknown = error instanceof ApiError && error.status === 404;
        element.replaceChildren(
          back(),
          h("h1", {}, isUnknown ? "No such instance" : "The instance cannot be shown"),
          h("p.bad", { role: "alert" }, messageOf(error)),
        );
      } else setTimeout(() => signal.aborted || void load(id, signal), LOOK_AGAIN_MS);
    }
  };

  let chosen = "";
  /** @param {ApiDetail} instance */
  const show = (instance) => {
    const { nodes, isCut } = instance;
    const nowMs = Date.now(), rows = nodeRows(instance, nodes), { id, chain, state } = instance;
    const detail = h("div.detail", { "aria-live": "polite" });
    const choose = (/** @type {NodeRow} */ row) => {
      chosen = row.name;
      detail.replaceChildren(...nodeDetail(row, rows, instance, again));
      for (const tr of tree.querySelectorAll("tbody tr")) {
        tr.classList.toggle("chosen", tr.querySelector("button")?.textContent === row.name);
      }
    };
    const focused = document.activeElement?.closest(".waterfall button")?.textContent;
    const tree = h(
      "div.waterfall",
      {},
      ...drawRows(
        rows,
        totalOf(instance, rows, nowMs),
        SHOWN_KINDS,
        (row) => choose(/** @type {NodeRow} */ (row)),
      ),
      isCut ? h("p.dim", {}, "It has more nodes or items than the page shows.") : undefined,
    );
    const again = () => open(id);
    element.replaceChildren(
      back(),
      h(
        "div.strip",
        {},
        h("h1", {}, chain),
        badge(state),
        canReach("cancel", state)
          ? h("button", { type: "button", click: () => proposeOne("cancel", id, again) }, "Cancel …")
          : undefined,
        canReach("retry", state)
          ? h("button", { type: "button", click: () => proposeOne("retry", id, again) }, "Retry …")
          : undefined,
      ),
      instance.reason === undefined ? h("p", {}) : h("p.reason.bad", {}, instance.reason),
      facts(instance, nowMs),
      h(
        "section.panel",
        { "aria-label": "Nodes" },
        h(
          "div.head",
          {},
          h("h2", {}, "Nodes"),
          h("span.dim", {}, "Choose a node to see its inputs and its output."),
        ),
        tree,
      ),
      detail,
      h("div.columns", {}, value("Submitted with", instance.args), value("Result", instance.output)),
    );
    const row = rows.find(({ name }) => name === chosen) ??
      rows.find(({ known }) => known.state === "failed") ??
      rows.find(({ known }) => known.state === "open") ?? rows[0];
    if (row !== undefined) choose(row);
    if (focused !== undefined && focused !== null) {
      for (const button of tree.querySelectorAll("button")) {
        if (button.textContent === focused) button.focus();
      }
    }
  };

  /** @param {string} id */
  const open = (id) => {
    asking?.abort();
    asking = new AbortController();
    before = "";
    void load(id, asking.signal);
  };
  return {
    element,
    open: ({ parts: [, id = ""] }) => {
      chosen = "";
      element.replaceChildren(back(), h("p.dim", {}, "Asking …"));
      open(id);
    },
    close: () => asking?.abort(),
  };
}

function back() {
  return h("p.back", {}, h("a", { href: hashOf(["instances"]) }, "Instances"));
}

/** @param {ApiInstance} instance @param {number} nowMs */
function facts(
  {
    id,
    submittedAtMs,
    dueAtMs,
    retriedAtMs,
    endedAtMs,
    labels,
    priority,
    deadlineMs,
    parent,
    state,
    unreadable,
  },
  nowMs,
) {
  const fromMs = dueAtMs ?? submittedAtMs;
  const missed = deadlineMs !== undefined && (endedAtMs ?? nowMs) > deadlineMs ? ", missed" : "";
  return h(
    "dl.facts",
    {},
    fact("Id", h("code", {}, id)),
    fact("Submitted", instant(submittedAtMs, nowMs)),
    dueAtMs === undefined ? undefined : fact("Due", instant(dueAtMs, nowMs)),
    retriedAtMs === undefined
      ? undefined
      : fact("Retried", retriedAtMs.map((ms) => instant(ms, nowMs)).join(", ")),
    endedAtMs === undefined
      ? fact(
        state === "delayed" ? "Due in" : "So far",
        duration(Math.round(Math.abs(nowMs - fromMs) / 100) * 100),
      )
      : fact("Took", `${duration(Math.max(0, endedAtMs - fromMs))}, until ${instant(endedAtMs, nowMs)}`),
    deadlineMs === undefined ? undefined : fact("Deadline", `${instant(deadlineMs, nowMs)}${missed}`),
    priority === undefined || priority === 0 ? undefined : fact("Priority", String(priority)),
    labelWords(labels) === "" ? undefined : fact("Labels", labelWords(labels)),
    parent === undefined ? undefined : fact(
      "Called by",
      instanceLink(parent.instance),
      ` ${parent.node}${parent.item === undefined ? "" : ` [${parent.item}]`}`,
    ),
    unreadable === undefined ? undefined : fact("Cannot be read", unreadable),
  );
}

/**
 * All that is known of a node.
 *
 * @param {NodeRow} row
 * @param {readonly NodeRow[]} rows
 * @param {ApiDetail} instance
 * @param {() => void} again
 */
function nodeDetail(row, rows, { id: own, endedAtMs, called: all }, again) {
  const { name, node, known, item } = row;
  const called = all.filter(({ parent }) =>
    parent?.node === node.node && (item === undefined || parent.item === item)
  );
  const inputs = node.after.flatMap((before) => {
    const of = rows.find((other) => other.item === undefined && other.name === before);
    return of?.known.output === undefined ? [] : [value(`Input from ${before}`, of.known.output)];
  });
  return [
    h("h3", {}, name, " ", row.fn === node.node ? undefined : h("span.dim", {}, row.fn)),
    h("p", {}, standWords(row)),
    known.reason === undefined ? h("p", {}) : h("p.reason.bad", {}, known.reason),
    ...called.length === 0 ? [] : [
      h(
        "p",
        {},
        "Called ",
        ...called.slice(0, 20).flatMap(({ id, state }) => [instanceLink(id), ` ${state} `]),
        called.length > 20 ? `and ${called.length - 20} more` : "",
      ),
    ],
    ...inputs,
    value("Output", known.output),
    endedAtMs === undefined || known.state === "not done" ? h("span", { hidden: true }) : h("button", {
      type: "button",
      click: () => proposeRetryFrom(own, node.node, again),
    }, "Run again from here …"),
  ];
}

/**
 * A value as text, folded if it is long; nothing if there is none.
 *
 * @param {string} title
 * @param {unknown} of JSON
 */
function value(title, of) {
  if (of === undefined || of === null) return h("span", { hidden: true });
  const text = JSON.stringify(of, null, 2);
  const pre = h("pre.value", { tabindex: 0, role: "group", "aria-label": title });
  for (const line of text.slice(0, MOST_SHOWN).split("\n")) pre.append(h("span", {}, line), "\n");
  const cut = text.length > MOST_SHOWN ? h("p.dim", {}, `cut: it has ${text.length} characters`) : undefined;
  return h("details.value", { open: text.length < 2000 }, h("summary", {}, title), pre, cut);
}
