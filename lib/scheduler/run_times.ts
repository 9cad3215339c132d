import { type FunctionSpec, meanMs } from "../model/mod.ts";

/** What is expected of a function nothing is known of, in milliseconds. */
const UNKNOWN_MS = 1000;
/** How many observations a declared time is worth. */
const PRIOR_WORTH = 5;
/** The least weight of a new observation: means follow changes within about twice its inverse. */
const LEAST_GAIN = 0.02;
/** Estimates are announced when they have moved by more than this share: what is derived from them is cached. */
const ANNOUNCED_CHANGE = 0.02;

interface Estimate {
  meanMs: number;
  observations: number;
  announcedMs: number;
}

/** Expected run times by function: the declared distribution to begin with, then what is observed. */
export class RunTimes {
  /** Counts announced changes; what was computed under another version is stale. */
  version = 0;
  readonly #estimates = new Map<string, Estimate>();

  expectedMs(spec: FunctionSpec): number {
    return this.#estimate(spec).announcedMs;
  }

  observe(spec: FunctionSpec, runMs: number): void {
    const estimate = this.#estimate(spec);
    const gain = Math.max(LEAST_GAIN, 1 / ++estimate.observations);
    estimate.meanMs += gain * (runMs - estimate.meanMs);
    const { meanMs, announcedMs } = estimate;
    if (Math.abs(meanMs - announcedMs) <= ANNOUNCED_CHANGE * announcedMs) return;
    estimate.announcedMs = meanMs;
    this.version++;
  }

  #estimate(spec: FunctionSpec): Estimate {
    let estimate = this.#estimates.get(spec.name);
    if (estimate === undefined) {
      const prior = spec.time === undefined ? UNKNOWN_MS : meanMs(spec.time);
      const worth = spec.time === undefined ? 0 : PRIOR_WORTH;
      estimate = { meanMs: prior, observations: worth, announcedMs: prior };
      this.#estimates.set(spec.name, estimate);
    }
    return estimate;
  }
}
