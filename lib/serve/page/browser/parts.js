import { h } from "../../../report/html/page/dom.js";
import { hashOf } from "./router.js";

/** The colours of states. @type {Record<string, string>} */
const STATE_CLASSES = {
  completed: "good",
  ok: "good",
  failed: "bad",
  running: "busy",
};

/**
 * The state of an instance or a node, as a word with a dot.
 *
 * @param {string} state
 * @returns {HTMLElement}
 */
export function badge(state) {
  return h(`span.badge.${STATE_CLASSES[state] ?? "calm"}`, {}, state);
}

/**
 * A link to an instance.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function instanceLink(id) {
  return h("a.id", { href: hashOf(["instances", id]), title: id }, id);
}

/**
 * Labels as text.
 *
 * @param {Readonly<Record<string, string>> | undefined} labels
 * @returns {string}
 */
export function labelWords(labels = {}) {
  return Object.entries(labels).map(([name, value]) => `${name}=${value}`).join(", ");
}

/**
 * A table whose rows come later.
 *
 * @param {string} label
 * @param {readonly (readonly [name: string, className: string])[]} columns
 * @returns {{ element: HTMLElement, body: HTMLElement }}
 */
export function openTable(label, columns) {
  const body = h("tbody", {});
  const head = columns.map(([name, className]) =>
    h(
      `th${className === "" ? "" : `.${className}`}`,
      { scope: "col" },
      name === "" ? h("span.hidden", {}, "actions") : name,
    )
  );
  const element = h(
    "div.wide",
    { tabindex: 0, role: "group", "aria-label": label },
    h("table", {}, h("thead", {}, h("tr", {}, ...head)), body),
  );
  return { element, body };
}

/**
 * A panel with a heading, and what stands at its right.
 *
 * @param {string} title
 * @param {readonly (Node | undefined)[]} aside
 * @param {...(Node | string | undefined)} content
 * @returns {HTMLElement}
 */
export function panel(title, aside, ...content) {
  return h(
    "section.panel",
    { "aria-label": title },
    h("div.head", {}, h("h2", {}, title), ...aside),
    ...content,
  );
}

/**
 * A fact of a list of facts.
 *
 * @param {string} name
 * @param {...(Node | string)} value
 * @returns {HTMLElement}
 */
export function fact(name, ...value) {
  return h("div", {}, h("dt", {}, name), h("dd", {}, ...value));
}

/**
 * A form.
 *
 * @param {() => void} send called when it is sent: the page does what is asked itself
 * @param {...(Node | string | undefined)} content
 * @returns {HTMLElement}
 */
export function formOf(send, ...content) {
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    send();
  };
  return h("form", { submit }, ...content);
}

/**
 * An input for names and ids, which no browser completes or corrects.
 *
 * @param {string} id
 * @param {Record<string, unknown>} [properties]
 * @returns {HTMLElement}
 */
export function textInput(id, properties = {}) {
  return h("input", { id, autocomplete: "off", spellcheck: "false", ...properties });
}

/**
 * A field with its name.
 *
 * @param {string} name
 * @param {HTMLElement} input
 * @returns {HTMLElement}
 */
export function field(name, input) {
  return h("span.field", {}, h("label", { for: input.id }, name), input);
}

/**
 * What is written in a field.
 *
 * @param {HTMLElement} input
 * @returns {string}
 */
export function valueOf(input) {
  return /** @type {HTMLInputElement | HTMLSelectElement} */ (input).value.trim();
}

/**
 * Buttons of which one is pressed.
 *
 * @param {string} label
 * @param {readonly (readonly [value: string, words: string])[]} options
 * @param {string} value
 * @param {(value: string) => void} take
 * @returns {HTMLElement}
 */
export function segments(label, options, value, take) {
  const buttons = options.map(([of, words]) =>
    h("button", {
      type: "button",
      "aria-pressed": String(of === value),
      click: () => {
        for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.of === of));
        take(of);
      },
      "data-of": of,
    }, words)
  );
  return h("div.segments", { role: "group", "aria-label": label }, ...buttons);
}
