// Control characters, and those that turn the direction of what follows.
// deno-lint-ignore no-control-regex
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * A text as it can be shown: without what would not be seen, or turns text around.
 *
 * @param {string} text
 * @returns {string}
 */
export function visible(text) {
  return text.replace(UNPRINTABLE, "\ufffd");
}

/** The attributes that people read. */
const READ_OUT = ["title", "aria-label", "placeholder"];

/**
 * An element.
 *
 * @param {string} name its tag, with classes: `p.dim`
 * @param {Record<string, unknown>} properties attributes; functions are listeners of the event that they are named by
 * @param {...(Node | string | undefined)} content texts stay texts, and are made fit to be {@linkcode visible}
 * @returns {HTMLElement}
 */
export function h(name, properties, ...content) {
  const [tag = "div", ...classes] = name.split(".");
  const element = document.createElement(tag);
  if (classes.length > 0) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(key, /** @type {EventListener} */ (value));
    else if (value !== undefined && value !== false) {
      element.setAttribute(key, READ_OUT.includes(key) ? visible(String(value)) : String(value));
    }
  }
  for (const part of content) {
    if (part !== undefined) element.append(typeof part === "string" ? visible(part) : part);
  }
  return element;
}

/** @type {Map<string, string>} The colours of the theme, by name, as far as they were asked for. */
const colours = new Map();

/**
 * A colour of the theme that is shown.
 *
 * @param {string} name of a variable of the style: `c0`, `ink`
 * @returns {string}
 */
export function colour(name) {
  let value = colours.get(name);
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    colours.set(name, value);
  }
  return value;
}

/**
 * Calls back whenever what is shown has other colours: another theme, or paper.
 *
 * @param {() => void} paint
 */
export function onTheme(paint) {
  const again = () => {
    colours.clear();
    paint();
  };
  for (const query of ["(prefers-color-scheme: dark)", "print"]) {
    matchMedia(query).addEventListener("change", again);
  }
}

/**
 * A table.
 *
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 * @returns {HTMLElement}
 */
export function table(head, rows) {
  const cells = rows.map(([first = "", ...rest]) =>
    h("tr", {}, h("th", { scope: "row" }, first), ...rest.map((text) => h("td", {}, text)))
  );
  return h(
    "table",
    {},
    h("thead", {}, h("tr", {}, ...head.map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, ...cells),
  );
}
