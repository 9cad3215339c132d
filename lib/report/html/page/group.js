/**
 * The charts that have one axis in common: they are looked at, zoomed and moved together.
 *
 * @typedef {{ show(): void }} Member
 */

/** How much of what is seen a step of the keyboard moves. */
const STEP = 0.1;
/** The most that can be zoomed in. */
const MOST_ZOOM = 5000;

export class Group {
  /** @type {Member[]} */
  #members = [];
  #isDue = false;

  /**
   * @param {string} key names it among the groups
   * @param {number} from the least value of the axis
   * @param {number} to the greatest
   * @param {boolean} isLog whether the axis is logarithmic
   */
  constructor(key, from, to, isLog = false) {
    this.key = key;
    this.isLog = isLog;
    this.full = { from, to };
    this.seen = this.full;
  }

  get isZoomed() {
    return this.seen.from !== this.full.from || this.seen.to !== this.full.to;
  }

  /** @param {Member} member */
  add(member) {
    this.#members.push(member);
  }

  /** @param {Member} member */
  remove(member) {
    this.#members = this.#members.filter((other) => other !== member);
  }

  /**
   * Takes another axis, as that of a time that goes on. A part that is looked at stays, as far as the axis has it.
   *
   * @param {number} from
   * @param {number} to
   */
  follow(from, to) {
    const { seen, isZoomed } = this;
    this.full = { from, to };
    if (isZoomed) this.show(seen.from, seen.to);
    else this.reset();
  }

  /**
   * Shows a part of the axis, in the next frame.
   *
   * @param {number} from
   * @param {number} to
   */
  show(from, to) {
    const { full } = this, start = this.#at(full.from), end = this.#at(full.to);
    const least = (end - start) / MOST_ZOOM;
    const width = Math.min(end - start, Math.max(least, this.#at(to) - this.#at(from)));
    const at = Math.min(end - width, Math.max(start, this.#at(from)));
    this.seen = width >= end - start ? full : { from: this.#value(at), to: this.#value(at + width) };
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      for (const member of this.#members) member.show();
    });
  }

  reset() {
    this.show(this.full.from, this.full.to);
  }

  /**
   * Zooms around a value.
   *
   * @param {number} factor below 1: closer
   * @param {number} [around] (Default: the middle)
   */
  zoom(factor, around) {
    const from = this.#at(this.seen.from), to = this.#at(this.seen.to);
    const middle = around === undefined ? (from + to) / 2 : this.#at(around);
    this.show(this.#value(middle - (middle - from) * factor), this.#value(middle + (to - middle) * factor));
  }

  /** @param {number} part of what is seen; negative: to the left */
  pan(part) {
    const from = this.#at(this.seen.from), to = this.#at(this.seen.to), by = (to - from) * part;
    this.show(this.#value(from + by), this.#value(to + by));
  }

  /** @param {number} steps of the keyboard; negative: to the left */
  step(steps) {
    this.pan(steps * STEP);
  }

  /** @param {number} value */
  #at(value) {
    return this.isLog ? Math.log(value) : value;
  }

  /** @param {number} at */
  #value(at) {
    return this.isLog ? Math.exp(at) : at;
  }
}

/**
 * The buttons that zoom and move a group.
 *
 * @param {Group} group
 * @returns {[label: string, words: string, act: () => void][]}
 */
export function controlsOf(group) {
  return [
    ["+", "Zoom in", () => group.zoom(0.5)],
    ["−", "Zoom out", () => group.zoom(2)],
    ["←", "Earlier", () => group.step(-3)],
    ["→", "Later", () => group.step(3)],
    ["All", "Show all", () => group.reset()],
  ];
}
