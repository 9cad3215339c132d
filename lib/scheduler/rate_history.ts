/** Starts that count together: none of them was later. */
export type Starts = readonly [atMs: number, starts: number];

/** A history that is assumed has at most this many entries; of more starts several share one. */
const MOST_ENTRIES = 1000;

/**
 * The densest history that a rate allows: a burst now, and before that one start after the other, evenly. Whatever others have
 * started under these starts of the window, no window has more of them than this says.
 *
 * @param starts of a window, a whole number above 0
 * @param burst at most this many came together
 * @returns the earliest first
 */
export function densest(starts: number, burst: number, windowMs: number, nowMs: number): Starts[] {
  const together = Math.min(starts, burst), before = starts - together;
  const each = Math.ceil(before / MOST_ENTRIES);
  const history: Starts[] = [];
  for (let i = before; i > 0; i -= each) {
    const count = Math.min(each, i); // all count as the latest of them
    history.push([nowMs - (i - count + 1) * windowMs / starts, count]);
  }
  return [...history, [nowMs, together]];
}

/**
 * The part of a history that stays with whoever keeps that part of the starts: evenly out of it, the latest first, so that the
 * rest is no denser than whoever gets the other part assumes.
 *
 * @param history the earliest first
 * @param part from 0 to 1
 */
export function thinned(history: readonly Starts[], part: number): Starts[] {
  let seen = 0;
  const kept: Starts[] = [];
  for (const [atMs, starts] of history.toReversed()) {
    const before = Math.ceil(seen * part);
    seen += starts;
    const count = Math.ceil(seen * part) - before;
    if (count > 0) kept.push([atMs, count]);
  }
  return kept.reverse();
}
