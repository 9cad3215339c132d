import { visible } from "../../../report/html/page/dom.js";

/**
 * An element that shows an item, and goes with its changes.
 *
 * @template T
 * @typedef {{ element: HTMLElement, update(item: T): void }} Kept
 */

/** @type {WeakMap<Element, Map<string, Kept<unknown>>>} */
const keptIn = new WeakMap();

/**
 * Shows items in an element. Those that were shown before keep their elements, so that what is focused, selected or hovered stays.
 *
 * @template T
 * @param {Element} parent
 * @param {readonly T[]} items
 * @param {(item: T) => string} keyOf of different items different
 * @param {(item: T) => Kept<T>} make
 */
export function keepIn(parent, items, keyOf, make) {
  const before = /** @type {Map<string, Kept<T>>} */ (keptIn.get(parent) ?? new Map());
  /** @type {Map<string, Kept<T>>} */
  const now = new Map();
  for (const item of items) {
    const key = keyOf(item), kept = before.get(key) ?? make(item);
    kept.update(item);
    now.set(key, kept);
  }
  for (const [key, { element }] of before) if (!now.has(key)) element.remove();
  /** @type {Element | null} */
  let place = null;
  for (const kept of now.values()) {
    /** @type {Element | null} */
    const next = place === null ? parent.firstElementChild : place.nextElementSibling;
    if (next !== kept.element) parent.insertBefore(kept.element, next);
    place = kept.element;
  }
  keptIn.set(parent, /** @type {Map<string, Kept<unknown>>} */ (now));
}

/**
 * Says a text in an element, which is left alone if it says it already.
 *
 * @param {Element} element
 * @param {string} text
 */
export function say(element, text) {
  const shown = visible(text);
  if (element.textContent !== shown) element.textContent = shown;
}
