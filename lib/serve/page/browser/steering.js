import { h } from "../../../report/html/page/dom.js";
import {
  limitsWords,
  proposeLimit,
  proposePause,
  proposePolicy,
  proposeReset,
  proposeResume,
} from "./actions.js";
import { keepIn, say } from "./keep.js";
import { field, formOf, panel, textInput, valueOf } from "./parts.js";
import { pauseWords } from "./text.js";

/** @typedef {import("../answers.ts").ApiLive} ApiLive */
/** @typedef {import("../answers.ts").ApiPause} ApiPause */

/** The kinds of things that can be paused. @type {[value: string, words: string][]} */
const KINDS_OF_PAUSE = [["chain", "chain"], ["function", "function"], ["label", "label"], [
  "all",
  "everything",
]];

/**
 * The view of the settings of all consumers, and the forms that change them.
 *
 * @param {readonly { name: string, summary: string }[]} policies
 * @returns {{ element: HTMLElement, update(view: ApiLive): void }}
 */
export function steeringView(policies) {
  const now = h("dl.facts", {}), form = policyForm(policies);
  const pauses = h("ul.pauses", {}), noPause = h("p.dim", {}, "Nothing is paused.");
  const names = h("datalist", { id: "names" });
  return {
    element: h(
      "div",
      {},
      h("h1", {}, "Steering"),
      h(
        "p.dim",
        {},
        "What is set here holds for all consumers of the queue, those too that come later. Each change first shows what it reaches.",
      ),
      h(
        "div.columns",
        {},
        panel("In force", [h("button.quiet", { type: "button", click: proposeReset }, "Reset all …")], now),
        panel("Policy", [], form.element),
        panel("Limit", [], limitForm()),
        panel(
          "Pauses",
          [
            h("button.quiet", { type: "button", click: () => proposeResume(undefined) }, "Resume all …"),
          ],
          noPause,
          pauses,
          pauseForm(),
          names,
        ),
      ),
    ),
    update: (view) => {
      const { settings: { policy, failedPolicy, limit, limitFixed, ceilings, floors, pauses: set } } = view;
      form.begin(policy?.name ?? view.consumers[0]?.policy);
      const own = [...new Set(view.consumers.map((consumer) => consumer.policy))].join("; ");
      keepIn(
        now,
        [
          ["Policy", policy?.name ?? (own === "" ? "each consumer's own" : `each consumer's own: ${own}`)],
          ...failedPolicy === undefined
            ? []
            : [["Failed policy", `${failedPolicy.name}: ${failedPolicy.reason} (${failedPolicy.by})`]],
          ["Limit", limit === undefined ? ownLimit(view) : `${limit}${limitFixed ? ", fixed" : ""}`],
          ["Ceilings", limitsWords(ceilings)],
          ["Floors", limitsWords(floors)],
        ],
        ([name = ""]) => name,
        ([name = ""]) => factOf(name),
      );
      noPause.hidden = set.length > 0;
      keepIn(pauses, set, pauseWords, (pause) => ({
        element: h(
          "li",
          {},
          h("span", {}, pauseWords(pause)),
          h("button.quiet", {
            type: "button",
            "aria-label": `Resume ${pauseWords(pause)}`,
            click: () => proposeResume(pause),
          }, "Resume"),
        ),
        update: () => {},
      }));
      const known = [...view.byChain, ...view.byFunction].filter(({ isRest }) => !isRest).map(({ name }) =>
        name
      );
      keepIn(
        names,
        [...new Set(known)],
        (name) => name,
        (name) => ({ element: h("option", { value: name }), update: () => {} }),
      );
    },
  };
}

/** @param {string} name @returns {import("./keep.js").Kept<string[]>} */
function factOf(name) {
  const value = h("dd", {});
  return { element: h("div", {}, h("dt", {}, name), value), update: ([, words = ""]) => say(value, words) };
}

/** @param {readonly { name: string, summary: string }[]} policies */
function policyForm(policies) {
  const about = h("p.dim", {});
  const tell = () => say(about, policies.find(({ name }) => name === valueOf(select))?.summary ?? "");
  const select = h(
    "select",
    { id: "policy", change: tell },
    ...policies.map(({ name }) => h("option", { value: name }, name)),
  );
  tell();
  let hasBegun = false;
  return {
    element: formOf(
      () => proposePolicy(valueOf(select)),
      field("Policy of all consumers", select),
      h("button.main", { type: "submit" }, "Set …"),
      about,
    ),
    /** Chooses the policy in force, once that is known. @param {string | undefined} name */
    begin: (name) => {
      if (hasBegun || name === undefined) return;
      hasBegun = true;
      if (policies.some((policy) => policy.name === name)) Object.assign(select, { value: name });
      tell();
    },
  };
}

function limitForm() {
  const limit = textInput("limit", {
    inputmode: "numeric",
    placeholder: "100, or auto",
    required: true,
    pattern: "[0-9]+|auto",
    title: "A number of calls, or auto", // browsers show it if the text is something else
  });
  const fixed = h("input", { id: "fixed", type: "checkbox" });
  const send = () => {
    const value = valueOf(limit), isFixed = /** @type {HTMLInputElement} */ (fixed).checked;
    proposeLimit(value === "auto" ? "auto" : Number(value), isFixed && value !== "auto");
  };
  return formOf(
    send,
    field("Most calls in flight", limit),
    h("span.check", {}, fixed, h("label", { for: "fixed" }, "fixed: whatever the platform refuses")),
    h("button.main", { type: "submit" }, "Set …"),
  );
}

function pauseForm() {
  const kind = h(
    "select",
    { id: "pause-kind", change: () => fit() },
    ...KINDS_OF_PAUSE.map(([value, words]) => h("option", { value }, words)),
  );
  const name = textInput("pause-name", { list: "names" });
  const place = field("Name", name);
  const fit = () => {
    place.hidden = valueOf(kind) === "all";
    name.toggleAttribute("required", !place.hidden);
    name.setAttribute("placeholder", valueOf(kind) === "label" ? "tenant=acme" : "its name");
    if (valueOf(kind) === "label") name.setAttribute("pattern", ".+=.*");
    else name.removeAttribute("pattern");
  };
  fit();
  return formOf(
    () => proposePause(pauseOf(valueOf(kind), valueOf(name))),
    field("Pause", kind),
    place,
    h("button.main", { type: "submit" }, "Pause …"),
  );
}

/**
 * @param {string} kind
 * @param {string} name
 * @returns {ApiPause}
 */
function pauseOf(kind, name) {
  const at = name.indexOf("=");
  if (kind === "all") return {};
  return kind === "label"
    ? { label: { name: name.slice(0, at), value: name.slice(at + 1) } }
    : { [kind]: name };
}

/** @param {ApiLive} view */
function ownLimit({ limit }) {
  return `each consumer's own${limit === undefined ? "" : `: ${limit} together now`}`;
}
