import type { CounterEvent } from "../record/mod.ts";

/** The limit of attempts in flight in all, from an instant on. */
export interface LimitChange {
  /** In milliseconds since 1970. */
  readonly atMs: number;
  readonly limit: number;
}

/** The limit of a recorded run at each instant, as its gauges tell: found out by the consumer, or set in its queue. */
export class RecordedLimits {
  /** At most one for each gauge of the log. */
  readonly #changes: LimitChange[] = [];
  #lastMs = -Infinity;

  /** Takes gauges in, which come in the order of time. */
  add({ atMs, limit }: CounterEvent): void {
    const last = this.#changes.at(-1);
    if (limit >= 1 && limit < Infinity && limit !== last?.limit) {
      // It has changed at some instant since the gauges before: in the middle, for all that is known.
      this.#changes.push({ atMs: last === undefined ? -Infinity : (this.#lastMs + atMs) / 2, limit });
    }
    this.#lastMs = atMs;
  }

  /** The first one, from the beginning on, and its changes; none if the log has no gauges. */
  get changes(): readonly LimitChange[] {
    return this.#changes;
  }
}
