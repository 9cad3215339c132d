import { callsOf, waterfall } from "./calls.js";
import { h } from "./dom.js";
import { count, duration, shortId } from "./format.js";
import { partsOf } from "./waterfall.js";

/** @typedef {import("../data.ts").InstanceData} InstanceData */
/** @typedef {import("../data.ts").PageData} PageData */

/** The most rows of the list; the filter finds the others. */
const MOST_LISTED = 100;
/** @type {[value: string, words: string][]} */
const CHOICES = [["slowest", "the slowest"], ["lost", "those that did not complete"], [
  "sample",
  "a sample of the others",
], ["", "all that the page has"]];

/**
 * Lists the instances that the page has, and shows the one that is chosen.
 *
 * @param {HTMLElement} place
 * @param {PageData} page
 */
export function showInstances(place, page) {
  const { runs } = page;
  const first = runs.findIndex(({ chosen }) => chosen.instances.length > 0);
  const state = {
    run: Math.max(0, first),
    why: "",
    text: "",
    /** The number of a cause; empty: any, or none. */
    cause: "",
    shown: /** @type {InstanceData | undefined} */ (undefined),
  };
  const list = h("div.wide", { tabindex: 0, role: "group", "aria-label": "Chains to choose from" });
  const detail = h("div.detail", { "aria-live": "polite" });
  const about = h("p.dim", {});

  /** @param {InstanceData} instance */
  const choose = (instance) => {
    const run = runs[state.run];
    if (run === undefined) return;
    state.shown = instance;
    detail.replaceChildren(waterfall(instance, run, page));
    for (const row of list.querySelectorAll("tr")) {
      row.classList.toggle("chosen", row.dataset.id === instance.id);
      row.querySelector("button")?.setAttribute("aria-pressed", String(row.dataset.id === instance.id));
    }
  };
  /** @param {readonly import("../data.ts").CauseData[]} list */
  const fillCauses = (list) => {
    if (!list.some(({ number }) => String(number) === state.cause)) state.cause = "";
    /** @type {[string, string][]} */
    const options = [
      ["", "whatever happened"],
      ...list.map((
        { number, name, instances },
      ) => /** @type {[string, string]} */ ([String(number), `${name} (${count(instances.length)})`])),
    ];
    causes.replaceChildren(...optionsOf(options, state.cause));
  };
  const fill = () => {
    const run = runs[state.run];
    if (run === undefined) return;
    fillCauses(run.causes);
    const had = run.causes.find(({ number }) => String(number) === state.cause)?.instances;
    const wanted = run.chosen.instances.filter(({ why, id, chain, reason = "", labels = "" }, i) =>
      (state.why === "" || state.why === why) && (had === undefined || had.includes(i)) &&
      `${chain} ${id} ${reason} ${labels}`.toLowerCase().includes(state.text)
    );
    const rows = wanted.sort((a, b) => tookOf(b) - tookOf(a)).slice(0, MOST_LISTED);
    about.textContent = `${count(rows.length)} of ${count(run.chosen.of)} chains${
      wanted.length > rows.length ? `; ${count(wanted.length)} match, look for one by its id` : ""
    }`;
    Object.assign(choices, { value: state.why });
    list.replaceChildren(listOf(rows, run, page, choose));
    const shown = rows.find((instance) => instance === state.shown) ?? rows[0];
    if (shown === undefined) detail.replaceChildren(h("p.dim", {}, "No chain matches."));
    else choose(shown);
  };
  const isSeveral = runs.length > 1;
  if (runs[state.run]?.chosen.instances.some(({ why }) => why === "slowest")) state.why = "slowest";
  const selectOf = (
    /** @type {[string, string][]} */ options,
    /** @type {string} */ value,
    /** @type {(value: string) => void} */ take,
  ) =>
    h("select", {
      change: (/** @type {Event} */ event) => {
        take(/** @type {HTMLSelectElement} */ (event.currentTarget).value);
        fill();
      },
    }, ...optionsOf(options, value));
  const names = selectOf(
    runs.map(({ name }, i) => [String(i), name]),
    String(state.run),
    (value) => state.run = Number(value),
  );
  const choices = selectOf(CHOICES, state.why, (value) => state.why = value);
  const causes = selectOf([], "", (value) => Object.assign(state, { cause: value, why: "" }));
  const search = h("input", {
    type: "search",
    placeholder: "id, chain, label, reason",
    input: (/** @type {Event} */ event) => {
      state.text = /** @type {HTMLInputElement} */ (event.currentTarget).value.toLowerCase();
      fill();
    },
  });
  for (const link of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("a[data-cause]"))) {
    const { cause = "", of = "0" } = link.dataset;
    link.addEventListener("click", () => {
      Object.assign(state, { run: Number(of), why: "", cause, text: "" });
      Object.assign(names, { value: of });
      Object.assign(search, { value: "" });
      fill();
    });
  }
  place.append(
    h(
      "div.tools",
      {},
      isSeveral ? h("label", {}, "run ", names) : undefined,
      h("label", {}, "show ", choices),
      runs.some(({ causes }) => causes.length > 0) ? h("label.cause", {}, "with ", causes) : undefined,
      h("label", {}, "with ", search),
    ),
    about,
    h("div.one-by-one", {}, list, detail),
  );
  fill();
}

/**
 * @param {[value: string, words: string][]} options
 * @param {string} value
 */
function optionsOf(options, value) {
  return options.map(([of, words]) => h("option", { value: of, selected: of === value }, words));
}

/**
 * Those that never completed took longest.
 *
 * @param {InstanceData} instance
 */
function tookOf({ outcome, endedMs, submittedMs }) {
  return endedMs === null ? Infinity : (outcome === "completed" ? 0 : 1e12) + endedMs - submittedMs;
}

/**
 * @param {readonly InstanceData[]} instances
 * @param {PageData["runs"][number]} run
 * @param {PageData} page
 * @param {(instance: InstanceData) => void} choose
 */
function listOf(instances, run, page, choose) {
  return h(
    "table",
    {},
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        ...["chain", "took", "waiting and running", "outcome"].map((name) => h("th", { scope: "col" }, name)),
      ),
    ),
    h(
      "tbody",
      {},
      ...instances.map((instance) => {
        const { id, chain, outcome, endedMs, submittedMs } = instance;
        return h(
          "tr",
          { "data-id": id, click: () => choose(instance) },
          h(
            "th",
            { scope: "row" },
            h(
              "button",
              { type: "button", "aria-pressed": "false" },
              chain,
              " ",
              h("small", { title: id }, shortId(id)),
            ),
          ),
          h("td", {}, endedMs === null ? "–" : duration(endedMs - submittedMs)),
          h("td", {}, split(instance, run, page)),
          h(`td${outcome === "completed" ? "" : ".bad"}`, {}, outcome),
        );
      }),
    ),
  );
}

/**
 * How the time of an instance's calls divides, as a bar and in words.
 *
 * @param {InstanceData} instance
 * @param {PageData["runs"][number]} run
 * @param {PageData} page
 */
function split(instance, run, page) {
  /** @type {Map<string, number>} */
  const sums = new Map();
  /** @type {Map<string, import("./waterfall.js").Call[]>} */
  const invocations = new Map();
  for (const call of callsOf(instance, run, page)) {
    const key = JSON.stringify([call.node, call.item, call.generation]), known = invocations.get(key);
    if (known === undefined) invocations.set(key, [call]);
    else known.push(call);
  }
  for (const calls of invocations.values()) {
    for (
      const { kind, from, to } of partsOf(
        calls.sort((a, b) => a.start - b.start),
        Math.min(...calls.map(({ ready }) => ready)),
      )
    ) {
      sums.set(kind, (sums.get(kind) ?? 0) + to - from);
    }
  }
  const total = [...sums.values()].reduce((a, b) => a + b, 0);
  const parts = [...sums].map(([kind, ms]) => {
    const part = h(`span.${kind}`, {});
    part.style.width = `${100 * ms / (total || 1)}%`;
    return part;
  });
  const words = [...sums].map(([kind, ms]) => `${kind} ${duration(ms)}`).join(", ");
  return h(
    "span",
    {},
    h("span.split", { "aria-hidden": "true", title: words }, ...parts),
    h("span.hidden", {}, words),
  );
}
