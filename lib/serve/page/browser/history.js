/** @typedef {import("../answers.ts").ApiLive} ApiLive */
/** @typedef {import("../answers.ts").ApiRow} ApiRow */

/** A view as the charts need it; where a gap begins there is none. @typedef {{ atMs: number, view: ApiLive | undefined }} Point */

/** The most views that are kept: a quarter of an hour, as there is one a second. */
export const MOST_POINTS = 900;
/** The least time that the charts show, in milliseconds. */
const LEAST_SPAN_MS = 120_000;
/** Longer without a view, in milliseconds, is a gap in the charts. */
const GAP_MS = 10_000;
/** The chains that have bands of their own; the others are one. */
const MOST_BANDS = 7;
/** The band of the others. */
export const REST = "others";

/** The views of the last minutes. */
export class History {
  /** @type {Point[]} */
  points = [];
  /** @type {string[]} The chains that have bands, in the order in which they came. */
  bands = [];
  hasRest = false;

  /**
   * Takes a view, unless it is not newer than the last one.
   *
   * @param {ApiLive} view
   */
  add(view) {
    const last = this.points.at(-1);
    if (last !== undefined && view.atMs < last.atMs - GAP_MS) this.points = []; // the server's clock was set
    else if (last !== undefined && view.atMs <= last.atMs) return;
    if (last !== undefined && view.atMs - last.atMs > GAP_MS) {
      this.points.push({ atMs: last.atMs + 1, view: undefined });
    }
    this.points.push({ atMs: view.atMs, view });
    if (this.points.length > MOST_POINTS) this.points.splice(0, this.points.length - MOST_POINTS);
    const byName = [...view.byChain].sort((a, b) => a.name < b.name ? -1 : 1); // all viewers see the same colours
    for (const { name, isRest, running, ready } of byName) {
      if (isRest || this.bands.includes(name) || running + ready === 0) continue;
      if (this.bands.length < MOST_BANDS) this.bands.push(name);
      else this.hasRest = true;
    }
    if (view.byChain.some(({ isRest }) => isRest)) this.hasRest = true;
  }

  /** The part of the time that the charts show. @returns {{ from: number, to: number }} */
  get span() {
    const first = this.points[0]?.atMs ?? 0, to = this.points.at(-1)?.atMs ?? LEAST_SPAN_MS;
    return { from: Math.min(first, to - LEAST_SPAN_MS), to };
  }

  /** The names of the bands, the others last. @returns {string[]} */
  get names() {
    return this.hasRest ? [...this.bands, REST] : [...this.bands];
  }

  /**
   * A quantity of each point; null where there was no view.
   *
   * @param {(view: ApiLive) => number | undefined} of
   * @returns {(number | null)[]}
   */
  values(of) {
    return this.points.map(({ view }) => view === undefined ? null : of(view) ?? null);
  }

  /**
   * A quantity of a band at each point.
   *
   * @param {string} name
   * @param {(row: ApiRow) => number} of
   * @returns {(number | null)[]}
   */
  band(name, of) {
    const isMeant = (/** @type {ApiRow} */ row) =>
      name === REST
        ? row.isRest === true || !this.bands.includes(row.name)
        : row.name === name && !row.isRest;
    return this.values(({ byChain }) => byChain.reduce((sum, row) => isMeant(row) ? sum + of(row) : sum, 0));
  }

  /** @returns {number[]} */
  get instants() {
    return this.points.map(({ atMs }) => atMs);
  }
}
