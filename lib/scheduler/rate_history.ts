/** Starts that count together: none of them was later. */
export type Starts = readonly [atMs: number, starts: number];

/** A history that is assumed has at most this many entries; of more starts several share one. */
const MOST_ENTRIES = 1000;

/** The bounds on a history of starts. */
export interface Density {
  /** The number of starts in a window, a whole number above 0. */
  readonly starts: number;
  /** At most this many come together; … */
  readonly burst: number;
  /** … apart from that they are spread evenly, at this interval, in milliseconds; … */
  readonly intervalMs: number;
  /** … but each may come as much earlier as the last one came late, in milliseconds. */
  readonly lateMs: number;
}

/**
 * The densest history within bounds: a burst now, and before that one start after the other, evenly, the earliest of them late.
 * Whatever others have started within these bounds, no window that ends later has more of their starts than this says.
 *
 * @returns the earliest first
 */
export function densest({ starts, burst, intervalMs, lateMs }: Density, nowMs: number): Starts[] {
  const together = Math.min(starts, burst), before = starts - together;
  const each = Math.ceil(before / MOST_ENTRIES);
  const history: Starts[] = [];
  for (let i = before; i > 0; i -= each) {
    const count = Math.min(each, i); // all count as the latest of them
    history.push([nowMs - Math.max(0, (i - count + 1) * intervalMs - lateMs), count]);
  }
  return [...history, [nowMs, together]];
}

/** A share that changes hands. */
export interface RestedShare {
  /** Its starts, the earliest first. */
  readonly history: readonly Starts[];
  /** The number of starts that are not earned back by waiting. */
  readonly due: number;
}

/**
 * The densest history of a share that others have let rest before they gave it up, or lost. Whoever gives one up has earned back
 * all that came together under it: a window up to an instant x before that has had at most x × starts ÷ windowMs of it, and none
 * for the shortest interval. Those who are lost have not: each may have had a burst at its end.
 *
 * @param restMs the shortest interval: that of the whole rate
 * @param lostAtMs when others were lost that may have had some of it, the latest last
 */
export function rested(
  density: Density,
  nowMs: number,
  restMs: number,
  lostAtMs: readonly number[],
): RestedShare {
  const { starts, burst, intervalMs, lateMs } = density;
  const even = densest({ ...density, burst: 1 }, nowMs - restMs), due = 1 - (restMs - lateMs) / intervalMs;
  if (lostAtMs.length === 0) return { history: even, due };
  const together = Math.min(starts, burst + lostAtMs.length - 1);
  const bursts: Starts = [Math.min(nowMs, lostAtMs.at(-1)!), together];
  return { history: [...even, bursts].sort(([a], [b]) => a - b), due: due + together };
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
