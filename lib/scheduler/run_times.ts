import { type FunctionSpec, meanMs } from "../model/mod.ts";
import { DeclaredRatio, evidenceOf, type RatioEvidence } from "./declared_ratio.ts";

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
/** With a full window it is looked at again after this number of observations only. */
const EVERY = 8;
/** After this number of calls since the last one whose function reported its time, calls count again. */
const SILENCE = 64;
/** Estimates are announced when they have moved by more than this share: values derived from them are cached. */
const ANNOUNCED_CHANGE = 0.02;
/** An estimate leaps when it is this many times as long as it was at its last leap, or as short. */
const LEAP = 1.25;

/** The estimate of one function's run times. */
class Estimate {
  announcedMs: number;
  /** The time that was announced at its last leap. */
  leaptMs: number;
  meanMs: number;
  highMs: number;
  /** Its evidence for the ratio of real and declared times. */
  evidence: RatioEvidence | undefined;
  /** The declared mean; undefined: no time is declared. */
  readonly #declaredMs: number | undefined;
  #priorMs = UNKNOWN_MS;
  /** The latest run times; Infinity: there are not as many yet. */
  readonly #latest = new Float64Array(WINDOW).fill(Infinity);
  /** The same, ascending. */
  readonly #sorted = new Float64Array(WINDOW).fill(Infinity);
  #observations = 0;
  /** The latest run times together, without what outliers are longer than others. */
  #sumMs = 0;
  /** Calls since the function last reported how long it ran; Infinity: it does not report. */
  #callsSince = Infinity;

  /** @param ratio of the real times of other functions to their declared ones */
  constructor({ time }: FunctionSpec, ratio: number) {
    this.#declaredMs = time === undefined ? undefined : meanMs(time);
    this.scale(ratio);
    this.leaptMs =
      this.announcedMs =
      this.highMs =
      this.meanMs =
        this.#priorMs;
  }

  /** Expects by its declared time what it is to be by those of other functions. @param ratio their real times ÷ their declared ones */
  scale(ratio: number): void {
    if (this.#declaredMs === undefined) return;
    this.#priorMs = this.#declaredMs * ratio;
    this.#weigh();
  }

  /** A call took `runMs`: that counts unless the function itself reports how long it runs. */
  call(runMs: number): void {
    if (++this.#callsSince <= SILENCE) return;
    if (this.#callsSince < Infinity) this.#restart();
    this.#callsSince = Infinity;
    this.#observe(runMs);
  }

  /** The function reported how long it ran. */
  observeFunction(functionMs: number): void {
    if (this.#callsSince === Infinity) this.#restart();
    this.#callsSince = 0;
    this.#observe(functionMs);
  }

  #restart(): void {
    this.#observations = 0;
    this.#latest.fill(Infinity);
    this.#sorted.fill(Infinity);
  }

  #observe(runMs: number): void {
    const at = this.#observations++ % WINDOW;
    replace(this.#sorted, this.#latest[at]!, runMs);
    this.#latest[at] = runMs;
    if (this.#observations <= WINDOW || this.#observations % EVERY === 0) this.#update();
  }

  /**
   * The winsorised mean (Tukey, The future of data analysis, 1962): single very long calls, as of a function that hangs
   * until its time-out, do not make it look long.
   */
  #update(): void {
    const count = Math.min(this.#observations, WINDOW), sorted = this.#sorted;
    const outliers = Math.floor(count * (1 - HIGH));
    this.highMs = sorted[count - 1 - outliers]!;
    let sum = outliers * this.highMs;
    for (let i = 0; i < count - outliers; i++) sum += sorted[i]!;
    this.#sumMs = sum;
    if (this.#declaredMs !== undefined) this.evidence = evidenceOf(this.#declaredMs, sum / count, count);
    this.#weigh();
  }

  #weigh(): void {
    const count = Math.min(this.#observations, WINDOW);
    if (count === 0) return void (this.meanMs = this.#priorMs);
    const worth = this.#declaredMs === undefined || count >= PRIOR_COUNTS ? 0 : PRIOR_WORTH;
    this.meanMs = (this.#priorMs * worth + this.#sumMs) / (worth + count);
  }
}

/** Replaces a number in an ascending list by another one, which goes to its place. */
function replace(sorted: Float64Array, old: number, by: number): void {
  const last = sorted.length - 1;
  let at = 0;
  for (let end = last; at < end;) {
    const middle = (at + end) >> 1;
    if (sorted[middle]! < old) at = middle + 1;
    else end = middle;
  }
  for (; at < last && sorted[at + 1]! < by; at++) sorted[at] = sorted[at + 1]!;
  for (; at > 0 && sorted[at - 1]! > by; at--) sorted[at] = sorted[at - 1]!;
  sorted[at] = by;
}

/**
 * Expected run times by function: the declared distribution to begin with, then what is observed. What is observed of others says
 * by how much declared times are wrong in general: {@linkcode DeclaredRatio}.
 */
export class RunTimes {
  /** Counts announced changes; what was computed under another version is stale. */
  version = 0;
  #leaps = 0;
  readonly #estimates = new Map<string, Estimate>();
  readonly #ratio = new DeclaredRatio();

  /** The mean, robust to outliers, in milliseconds. */
  expectedMs(spec: FunctionSpec): number {
    return this.#estimate(spec).announcedMs;
  }

  /** The run time that about one call in twenty exceeds, in milliseconds. */
  highMs(spec: FunctionSpec): number {
    return this.#estimate(spec).highMs;
  }

  /**
   * A call took `runMs` milliseconds, with all that the provider added to it.
   *
   * @returns whether an estimate has leapt: what was reckoned by it is far off
   */
  observe(spec: FunctionSpec, runMs: number): boolean {
    const estimate = this.#estimate(spec), { evidence } = estimate, leaps = this.#leaps;
    estimate.call(runMs);
    this.#announce(estimate);
    this.#learn(evidence, estimate.evidence);
    return this.#leaps > leaps;
  }

  /**
   * A function reported how long it really ran, in milliseconds. While it does, that time is expected of it: the time of its calls
   * beyond that tells how busy the provider is, not how long the function is. Times of functions never called are ignored.
   *
   * @returns whether an estimate has leapt, as {@linkcode observe} says
   */
  observeFunction(functionName: string, functionMs: number): boolean {
    const estimate = this.#estimates.get(functionName), leaps = this.#leaps;
    if (estimate === undefined) return false;
    const { evidence } = estimate;
    estimate.observeFunction(functionMs);
    this.#announce(estimate);
    this.#learn(evidence, estimate.evidence);
    return this.#leaps > leaps;
  }

  /** Forgets all functions but some. */
  keepOnly(functions: { has(name: string): boolean }): void {
    for (const [name, { evidence }] of this.#estimates) {
      if (functions.has(name)) continue;
      this.#estimates.delete(name);
      this.#learn(evidence, undefined);
    }
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
    const { leaptMs } = estimate;
    if (Math.max(meanMs, leaptMs) < LEAP * Math.min(meanMs, leaptMs)) return;
    estimate.leaptMs = meanMs;
    this.#leaps++;
  }

  /** Takes in what a function says about the ratio, which changes what is expected of all whose declared times count. */
  #learn(before: RatioEvidence | undefined, now: RatioEvidence | undefined): void {
    if (!this.#ratio.replace(before, now)) return;
    for (const estimate of this.#estimates.values()) {
      estimate.scale(this.#ratio.without(estimate.evidence));
      this.#announce(estimate);
    }
  }

  #estimate(spec: FunctionSpec): Estimate {
    let estimate = this.#estimates.get(spec.name);
    if (estimate === undefined) {
      this.#estimates.set(spec.name, estimate = new Estimate(spec, this.#ratio.inForce));
    }
    return estimate;
  }
}
