import type { AttemptEvent } from "./events.ts";
import { noteAttempt, type Shares, sharesOf, waitUs } from "./fairness.ts";
import type { Grouping } from "./grouping.ts";
import { Waits } from "./waits.ts";
import { Windows } from "./windows.ts";

/** The most segments of waiting that are kept of a group; then the older half goes into the windows for good. */
const MOST_SEGMENTS = 1024;

/** A group has waited since then without one attempt. */
export interface Unstarted {
  readonly group: number;
  readonly fromUs: number;
}

/**
 * The fairness of a run while it goes on: at most 23 KB for each group. It is exact, but where a wait reaches back beyond a
 * thousand earlier ones of its group that do not touch each other: a part of the window in which it began may count twice.
 */
export class RunningShares {
  readonly #windows: Windows;
  readonly #unit: Grouping["unit"];
  readonly #waits: Waits[] = [];

  /** @param fromUs when the run starts, in microseconds */
  constructor(fromUs: number, unit: Grouping["unit"]) {
    this.#windows = new Windows(fromUs);
    this.#unit = unit;
  }

  /** An attempt of a group has ended. */
  attempt(group: number, startUs: number, endUs: number, { outcome, settled, queuedMs }: AttemptEvent): void {
    noteAttempt(this.#windows, group, startUs, endUs, { outcome, isSettled: settled }, this.#unit);
    const waits = this.#waitsOf(group);
    waits.add(startUs - waitUs(queuedMs), startUs);
    if (waits.size <= MOST_SEGMENTS) return;
    for (const [fromUs, toUs] of waits.take(MOST_SEGMENTS / 2)) this.#windows.wait(group, fromUs, toUs);
  }

  /**
   * The shares so far.
   *
   * @param toUs the instant at which the run has ended
   * @param weights of the groups, by their numbers
   */
  shares(toUs: number, weights: readonly number[], unstarted: readonly Unstarted[]): Shares {
    return sharesOf(this.windows(toUs, weights.length, unstarted), toUs, weights);
  }

  /** A copy of the windows so far, with all waiting in them. */
  windows(toUs: number, groups: number, unstarted: readonly Unstarted[]): Windows {
    const windows = this.#windows.copy();
    const waits = Array.from({ length: groups }, (_, group) => this.#waitsOf(group).copy());
    for (const { group, fromUs } of unstarted) waits[group]!.add(fromUs, toUs);
    waits.forEach((of, group) => {
      for (const [fromUs, toUs] of of.segments()) windows.wait(group, fromUs, toUs);
    });
    return windows;
  }

  /** The memory that they take, about. */
  get bytes(): number {
    return this.#windows.bytes + this.#waits.reduce((sum, { size }) => sum + 16 * size, 0);
  }

  #waitsOf(group: number): Waits {
    return this.#waits[group] ??= new Waits();
  }
}
