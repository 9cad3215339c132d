import type { AttemptEvent, CounterEvent, RunInfo } from "./events.ts";
import { DECADES_MS, type Series } from "./series.ts";

/** Most buckets; when a run gets longer, pairs of them become one. */
const MOST_BUCKETS = 400;
const FIRST_BUCKET_MS = 1;

/**
 * What a run's terminal view shows over time, while the run goes on and in memory that does not grow with it: all chains as
 * one band, and no distributions. Adding an interval costs the same however long it is.
 */
export class RunningSeries {
  readonly #startMs: number;
  readonly #running = new LevelBuckets();
  readonly #waiting = new LevelBuckets();
  readonly #queueingCounts = DECADES_MS.map(() => 0);
  #bucketMs = FIRST_BUCKET_MS;
  #lastMs = 0;
  #limit: number;

  constructor({ startedAtMs, limits }: RunInfo) {
    this.#startMs = startedAtMs;
    this.#limit = typeof limits?.global === "number" ? limits.global : Infinity;
  }

  attempt({ startedAtMs, runMs, queuedMs, settled }: AttemptEvent): void {
    const fromMs = startedAtMs - this.#startMs, endMs = fromMs + runMs;
    this.#reach(endMs);
    this.#running.add(fromMs / this.#bucketMs, endMs / this.#bucketMs);
    if (!settled) return;
    this.#waiting.add(Math.max(0, fromMs - queuedMs) / this.#bucketMs, fromMs / this.#bucketMs);
    this.#queueingCounts[DECADES_MS.findIndex((below) => queuedMs < below)]!++;
  }

  counter({ limit }: CounterEvent): void {
    this.#limit = limit;
  }

  series(): Series {
    const buckets = Math.max(1, Math.min(MOST_BUCKETS, Math.ceil(this.#lastMs / this.#bucketMs)));
    const limit = Number.isFinite(this.#limit) ? this.#limit : null;
    const running = this.#running.levels(buckets), waiting = this.#waiting.levels(buckets);
    return {
      bucketMs: this.#bucketMs,
      buckets,
      bands: [{ name: "all", running, waiting }],
      limit: new Array(buckets).fill(limit),
      queueing: [],
      queueingCounts: this.#queueingCounts,
      chainTime: [],
    };
  }

  #reach(atMs: number): void {
    this.#lastMs = Math.max(this.#lastMs, atMs);
    for (; this.#lastMs > MOST_BUCKETS * this.#bucketMs; this.#bucketMs *= 2) {
      this.#running.halve();
      this.#waiting.halve();
    }
  }
}

/** How many intervals were open, as the mean of each bucket. Times are in buckets. */
class LevelBuckets {
  /** What intervals cover of the buckets in which they begin and end. */
  #parts = new Float64Array(MOST_BUCKETS + 1);
  /** By how many more intervals a bucket is covered as a whole than the one before it. */
  #steps = new Float64Array(MOST_BUCKETS + 2);

  add(from: number, to: number): void {
    const first = Math.floor(from), last = Math.floor(to);
    if (first === last) {
      this.#parts[first]! += to - from;
      return;
    }
    this.#parts[first]! += first + 1 - from;
    this.#parts[last]! += to - last;
    this.#steps[first + 1]! += 1;
    this.#steps[last]! -= 1;
  }

  levels(count: number): number[] {
    let whole = 0;
    return Array.from({ length: count }, (_, i) => {
      whole += this.#steps[i]!;
      return this.#parts[i]! + whole;
    });
  }

  /** Makes one bucket of each two. */
  halve(): void {
    const levels = this.levels(MOST_BUCKETS);
    this.#parts = new Float64Array(MOST_BUCKETS + 1);
    this.#steps = new Float64Array(MOST_BUCKETS + 2);
    levels.forEach((level, i) => this.#parts[i >> 1]! += level / 2);
  }
}
