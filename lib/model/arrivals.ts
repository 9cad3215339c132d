import { type Duration, parseCount, parsePositiveDuration, parseRate } from "./durations.ts";
import { type ArrivalProcess, processTimes } from "./arrival_process.ts";
import type { Random } from "./random.ts";

/** When chains arrive, as plain data. Offsets are milliseconds from the start of the load. */
export type Arrivals =
  | { readonly kind: "poisson"; readonly ratePerS: number }
  | { readonly kind: "burst"; readonly size: number }
  | { readonly kind: "every"; readonly everyMs: number; readonly size: number }
  | { readonly kind: "trace"; readonly atMs: readonly number[] }
  | ArrivalProcess;

/** Whether they go on for ever, unless the load has a bound. */
export function isEndless({ kind }: Arrivals): boolean {
  return kind !== "burst" && kind !== "trace" && kind !== "steps";
}

/** Independent arrivals at a mean rate: `poisson(5)` (per second) or `poisson("300/m")`. */
export function poisson(rate: string | number): Arrivals {
  return { kind: "poisson", ratePerS: parseRate(rate) };
}

/** All at once: `burst(100)`. */
export function burst(size: number): Arrivals {
  return { kind: "burst", size: parseCount(size) };
}

/** One, or a burst of `size`, at a fixed interval: `every("1s")`, `every("10s", 50)`. */
export function every(interval: Duration, size = 1): Arrivals {
  return { kind: "every", everyMs: parsePositiveDuration(interval), size: parseCount(size) };
}

/** At recorded times, in milliseconds from the start, in any order. */
export function trace(atMs: readonly number[]): Arrivals {
  if (atMs.some((ms) => !(ms >= 0 && ms < Infinity))) {
    throw new RangeError("Cannot replay the trace: a time is negative or no number");
  }
  return { kind: "trace", atMs: [...atMs].sort((a, b) => a - b) };
}

/** Where a load ends; without any bound, only `burst`, `trace` and `steps` do. */
export interface LoadBounds {
  /** The most arrivals. */
  readonly count?: number;
  /** The latest arrival, in milliseconds after the start. */
  readonly forMs?: number;
}

/**
 * The intended times of a load, in milliseconds from its start, ascending. Pure: it never waits, so a sender that is late still
 * knows when each arrival was meant to be.
 */
export function* arrivalTimes(
  arrivals: Arrivals,
  random: Random,
  bounds: LoadBounds = {},
): Generator<number> {
  const count = bounds.count ?? Infinity;
  const forMs = bounds.forMs ?? Infinity;
  let sent = 0;
  for (const atMs of unboundedTimes(arrivals, random)) {
    if (sent++ >= count || atMs > forMs) return;
    yield atMs;
  }
}

function* unboundedTimes(arrivals: Arrivals, random: Random): Generator<number> {
  switch (arrivals.kind) {
    case "burst":
      for (let i = 0; i < arrivals.size; i++) yield 0;
      return;
    case "every":
      for (let tick = 0;; tick++) {
        for (let i = 0; i < arrivals.size; i++) yield tick * arrivals.everyMs;
      }
    case "trace":
      yield* arrivals.atMs;
      return;
    case "poisson": // exponential gaps, summed: a Poisson process (Kingman, Poisson Processes, 1993, section 4.1)
      for (let atMs = 0;;) {
        atMs -= Math.log(1 - random.next()) * 1000 / arrivals.ratePerS;
        yield atMs;
      }
    default:
      yield* processTimes(arrivals, random);
  }
}
