import { numbers } from "./column.ts";
import { invocationNumber } from "./distinct.ts";

/** The most calls that lead to another chain, one within the other, that are followed up to one that was lost. */
const DEEPEST = 1000;

/**
 * The instances that were lost, told in any order: to know which attempts were made for nothing. An attempt is wasted if its
 * instance, or one that called this one, was lost, and it had started by then (an instance may be retried afterwards).
 * Takes 16 bytes for a lost and for a called instance.
 */
export class LostInstances {
  readonly #lost = { instance: numbers(), atUs: numbers() };
  readonly #called = { instance: numbers(), parent: numbers() };

  /** An instance was called by another one. */
  called(instance: string, parent: string): void {
    this.#called.instance.push(instanceNumber(instance));
    this.#called.parent.push(instanceNumber(parent));
  }

  /** An instance was lost, at a time in microseconds. */
  lost(instance: string, atUs: number): void {
    this.#lost.instance.push(instanceNumber(instance));
    this.#lost.atUs.push(atUs);
  }

  /**
   * The times at which attempts turned out to be wasted, in microseconds; NaN: they were not wasted.
   *
   * @param instances the numbers of their instances
   * @param startUs the times at which they started, in microseconds
   */
  wastedUs(instances: Float64Array, startUs: Float64Array): Float64Array {
    const wasted = new Float64Array(instances.length).fill(NaN);
    const lostUs = this.#lostTimes();
    if (lostUs.size === 0) return wasted;
    for (let i = 0; i < wasted.length; i++) {
      const atUs = lostUs.get(instances[i]!);
      if (atUs !== undefined && startUs[i]! <= atUs) wasted[i] = atUs;
    }
    return wasted;
  }

  /** When each instance was lost last, itself or with the one that called it. */
  #lostTimes(): Map<number, number> {
    const times = new Map<number, number>();
    const { instance, atUs } = { instance: this.#lost.instance.view(), atUs: this.#lost.atUs.view() };
    for (let i = 0; i < instance.length; i++) note(times, instance[i]!, atUs[i]!);
    if (times.size === 0) return times;
    const called = this.#called.instance.view(), parents = this.#called.parent.view();
    for (let depth = 0, isNews = true; isNews && depth < DEEPEST; depth++) {
      isNews = false;
      for (let i = 0; i < called.length; i++) {
        const lostUs = times.get(parents[i]!);
        if (lostUs !== undefined && note(times, called[i]!, lostUs)) isNews = true;
      }
    }
    return times;
  }
}

/** Keeps the latest time. @returns whether it is news */
function note(times: Map<number, number>, instance: number, atUs: number): boolean {
  if ((times.get(instance) ?? -Infinity) >= atUs) return false;
  times.set(instance, atUs);
  return true;
}

/** A number that stands for an instance, as {@linkcode invocationNumber} for its calls. */
export function instanceNumber(instance: string): number {
  return invocationNumber(instance, "");
}
