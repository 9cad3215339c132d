import type { AttemptEvent } from "../record/mod.ts";
import { middle } from "./recorded_nodes.ts";

/** No refusal is heard at once, in milliseconds. */
const LEAST_REFUSAL_MS = 0.1;

/** A hard limit of the provider's, as it shows in when calls were refused. */
export interface FittedLimit {
  /** Number of calls in flight when one was refused: the median. */
  readonly limit: number;
  /** The same of the lowest and of the highest twentieth of the refusals: far apart, it is no hard limit. */
  readonly from: number;
  readonly to: number;
  /** Number of calls that were refused. */
  readonly refused: number;
  /** Time until they were refused, in milliseconds: the median. */
  readonly refusalMs: number;
  /** Time that they were told to wait, in milliseconds: the median; 0: nothing was said. */
  readonly retryAfterMs: number;
}

/** When the calls of a log were ready, started and ended: what the provider and the consumer made of them. */
export class RecordedCalls {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #ready: number[] = [];
  readonly #refusedAtMs: number[] = [];
  readonly #refusalMs: number[] = [];
  readonly #retryAfterMs: number[] = [];

  /** @param readyAtMs when its invocation was ready to be started here */
  add({ outcome, attempt, startedAtMs, runMs, retryAfterMs = 0 }: AttemptEvent, readyAtMs: number): void {
    if (outcome === "throttled") {
      this.#refusedAtMs.push(startedAtMs);
      this.#refusalMs.push(runMs);
      this.#retryAfterMs.push(retryAfterMs);
    } else {
      this.#starts.push(startedAtMs);
      this.#ends.push(startedAtMs + runMs);
    }
    if (attempt === 1) this.#ready.push(Math.min(readyAtMs, startedAtMs));
  }

  /** The hard limit at which calls were refused; undefined: none was. */
  fitLimit(): FittedLimit | undefined {
    const refused = this.#refusedAtMs.length;
    if (refused === 0) return undefined;
    const starts = Float64Array.from(this.#starts).sort(), ends = Float64Array.from(this.#ends).sort();
    const inFlight = this.#refusedAtMs.map((atMs) => countUntil(starts, atMs) - countUntil(ends, atMs))
      .sort((a, b) => a - b);
    const at = (share: number) => inFlight[Math.floor(share * (refused - 1))]!;
    return {
      limit: Math.max(1, at(0.5)),
      from: at(0.05),
      to: at(0.95),
      refused,
      refusalMs: Math.max(LEAST_REFUSAL_MS, middle(this.#refusalMs)),
      retryAfterMs: middle(this.#retryAfterMs),
    };
  }

  /**
   * When each call might have been started: at the last event before it that may have made that possible, as another call's end,
   * or its becoming ready when the output before it was durable.
   */
  possibleStarts(): (startedAtMs: number) => number {
    const events = Float64Array.from([...this.#ends, ...this.#ready]).sort();
    return (atMs) => events[countUntil(events, atMs) - 1] ?? atMs;
  }
}

/** The count of the numbers, in ascending order, that are not greater than `most`. */
function countUntil(sorted: Float64Array, most: number): number {
  let from = 0, to = sorted.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle]! <= most) from = middle + 1;
    else to = middle;
  }
  return from;
}
