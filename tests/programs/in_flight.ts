import type { AttemptEvent } from "../../lib/record/mod.ts";

/** The calls in flight in a part of a run. */
export interface InFlight {
  /** Attempts in flight, on average. */
  readonly mean: number;
  /** Throttled attempts ÷ all that were started. */
  readonly throttled: number;
}

/** Looks at the attempts of a run log between two instants. */
export function inFlight(attempts: readonly AttemptEvent[], fromMs: number, untilMs: number): InFlight {
  let sumMs = 0, started = 0, throttled = 0;
  for (const { startedAtMs, runMs, outcome } of attempts) {
    sumMs += Math.max(0, Math.min(untilMs, startedAtMs + runMs) - Math.max(fromMs, startedAtMs));
    if (startedAtMs < fromMs || startedAtMs >= untilMs) continue;
    started++;
    if (outcome === "throttled") throttled++;
  }
  return { mean: sumMs / (untilMs - fromMs), throttled: throttled / started };
}
