import { type FunctionSpec, meanMs } from "../model/mod.ts";

/** The expected run time of an unknown function, in milliseconds. */
const UNKNOWN_MS = 1000;
/** Number of observations that a declared time is worth. */
const PRIOR_WORTH = 5;
/** After this number of observations it counts no more: it may be wrong by orders of magnitude. */
const PRIOR_COUNTS = 32;
/** Number of the latest run times from which estimates are made: they follow changes within as many calls. */
const WINDOW = 64;
/** From this share of the window on a run time is taken for an outlier, and counts as the run time at it. */
const HIGH = 0.95;
/** With a full window it is looked at again after this number of observations only: sorting it costs microseconds. */
const EVERY = 8;
/** After this number of calls since the last one whose function told of itself, calls count again. */
const SILENCE = 64;
/** Estimates are announced when they have moved by more than this share: values derived from them are cached. */
const ANNOUNCED_CHANGE = 0.02;

/** Where the latest run times are sorted, for no longer than that. */
const SORTED = new Float64Array(WINDOW);

/** The estimate of one function's run times. */
class Estimate {
  announcedMs: number;
  meanMs: number;
  highMs: number;
  readonly #priorMs: number;
  readonly #priorWorth: number;
  readonly #latest = new Float64Array(WINDOW);
  #observations = 0;
  /** Calls since the function last told how long it ran; Infinity: it does not tell. */
  #untold = Infinity;

  constructor({ time }: FunctionSpec) {
    this.#priorMs = time === undefined ? UNKNOWN_MS : meanMs(time);
    this.#priorWorth = time === undefined ? 0 : PRIOR_WORTH;
    this.announcedMs = this.meanMs = this.highMs = this.#priorMs;
  }

  /** A call took `runMs`: that counts unless the function itself tells how long it runs. */
  call(runMs: number): void {
    if (++this.#untold <= SILENCE) return;
    if (this.#untold < Infinity) this.#beginAnew();
    this.#untold = Infinity;
    this.#observe(runMs);
  }

  /** The function told how long it ran. */
  tell(functionMs: number): void {
    if (this.#untold === Infinity) this.#beginAnew();
    this.#untold = 0;
    this.#observe(functionMs);
  }

  #beginAnew(): void {
    this.#observations = 0;
  }

  #observe(runMs: number): void {
    this.#latest[this.#observations++ % WINDOW] = runMs;
    if (this.#observations <= WINDOW || this.#observations % EVERY === 0) this.#update();
  }

  /**
   * The winsorised mean (Tukey, The future of data analysis, 1962): single very long calls, as of a function that hangs
   * until its time-out, do not make it look long.
   */
  #update(): void {
    const count = Math.min(this.#observations, WINDOW);
    const sorted = SORTED.subarray(0, count);
    sorted.set(this.#latest.subarray(0, count));
    sorted.sort();
    const outliers = Math.floor(count * (1 - HIGH));
    this.highMs = sorted[count - 1 - outliers]!;
    let sum = outliers * this.highMs;
    for (let i = 0; i < count - outliers; i++) sum += sorted[i]!;
    const worth = count < PRIOR_COUNTS ? this.#priorWorth : 0;
    this.meanMs = (this.#priorMs * worth + sum) / (worth + count);
  }
}

/** Expected run times by function: the declared distribution to begin with, then what is observed. */
export class RunTimes {
  /** Counts announced changes; what was computed under another version is stale. */
  version = 0;
  readonly #estimates = new Map<string, Estimate>();

  /** The mean, robust to outliers, in milliseconds. */
  expectedMs(spec: FunctionSpec): number {
    return this.#estimate(spec).announcedMs;
  }

  /** The run time that about one call in twenty exceeds, in milliseconds. */
  highMs(spec: FunctionSpec): number {
    return this.#estimate(spec).highMs;
  }

  /** A call took `runMs` milliseconds, with all that the provider added to it. */
  observe(spec: FunctionSpec, runMs: number): void {
    const estimate = this.#estimate(spec);
    estimate.call(runMs);
    this.#announce(estimate);
  }

  /**
   * A function told how long it really ran, in milliseconds. While it does, that time is expected of it: the time of its calls
   * beyond that tells how busy the provider is, not how long the function is. Times of functions never called are ignored.
   */
  hear(functionName: string, functionMs: number): void {
    const estimate = this.#estimates.get(functionName);
    if (estimate === undefined) return;
    estimate.tell(functionMs);
    this.#announce(estimate);
  }

  /** Forgets all functions but some. */
  keepOnly(functions: { has(name: string): boolean }): void {
    for (const name of this.#estimates.keys()) if (!functions.has(name)) this.#estimates.delete(name);
  }

  /** Number of known functions. */
  get size(): number {
    return this.#estimates.size;
  }

  #announce(estimate: Estimate): void {
    const { meanMs, announcedMs } = estimate;
    if (Math.abs(meanMs - announcedMs) <= ANNOUNCED_CHANGE * announcedMs) return;
    estimate.announcedMs = meanMs;
    this.version++;
  }

  #estimate(spec: FunctionSpec): Estimate {
    let estimate = this.#estimates.get(spec.name);
    if (estimate === undefined) this.#estimates.set(spec.name, estimate = new Estimate(spec));
    return estimate;
  }
}
