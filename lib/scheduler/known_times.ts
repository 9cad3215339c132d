import { CalmTimes } from "./calm_times.ts";

/** A call counts as at most this many times what is usual: one that hangs says little of the others. */
const LONGEST_CALL = 4;
/** Fewer observations of a function tell nothing of its usual time. */
export const LEAST_KNOWN = 8;
/** The usual time is the mean of about this many calls: it follows changes within as many. */
const KEPT = 200;
/** The weight of each time that a function tells in the mean of those. */
const TOLD_GAIN = 1 / 32;

/** Number, mean and variance of some calls of a function. */
interface Sample {
  count: number;
  mean: number;
  variance: number;
}

/** A function and its times. */
export class Known {
  /** The times of its calls when no more were in flight than the platform runs at once, … */
  readonly usual: Sample = { count: 0, mean: 0, variance: 0 };
  /** … and when the least was. */
  readonly calm: CalmTimes = new CalmTimes();
  /** The stretch of time in which it was compared with these last. */
  comparedIn = 0;
  /** Its calls of the present round that are back, … */
  readonly now: Sample = { count: 0, mean: 0, variance: 0 };
  /** … the sum of their times, each counted as at most {@linkcode LONGEST_CALL} times what is usual, … */
  cappedMs = 0;
  /** … and those that are not back: their number, and the sum of the instants of their starts. */
  out = 0;
  outSinceMs = 0;
  round = 0;
  /** The round in which the function was learned while others were known. */
  newInRound = 0;
  /** The mean run time that it tells, and this mean when `usual` was learned last, in milliseconds; NaN: it does not tell. */
  #toldMs = NaN;
  #usuallyToldMs = NaN;
  #calmlyToldMs = NaN;

  get isKnown(): boolean {
    return this.usual.count >= LEAST_KNOWN;
  }

  /** The expected time of a call, in milliseconds: time by which the function itself has become longer is not the platform's. */
  get expectedMs(): number {
    return this.usual.mean + this.#longerMs(this.#usuallyToldMs);
  }

  enter(round: number): void {
    this.round = round;
    Object.assign(this.now, { count: 0, mean: 0, variance: 0 });
    this.cappedMs = this.out = this.outSinceMs = 0;
    this.calm.enter();
  }

  /** A call of the round took this time. */
  took(runMs: number): void {
    add(this.now, runMs, Infinity);
    this.cappedMs += this.isKnown ? Math.min(runMs, LONGEST_CALL * this.expectedMs) : runMs;
    this.calm.took(runMs);
  }

  /** The time of a call with little in flight, in milliseconds, with that by which the function has become longer since. */
  get calmMs(): number {
    return this.calm.ms + this.#longerMs(this.#calmlyToldMs);
  }

  /** The time by which it tells more than it told then, in milliseconds; 0: it does not tell. */
  #longerMs(thenMs: number): number {
    const longerMs = this.#toldMs - thenMs;
    return longerMs === longerMs ? longerMs : 0;
  }

  /** The function has told how long it really ran, in milliseconds. */
  told(functionMs: number): void {
    if (this.#toldMs !== this.#toldMs) this.#toldMs = functionMs;
    else this.#toldMs += (functionMs - this.#toldMs) * TOLD_GAIN;
  }

  /** The times of the present round are usual. @param inFlight as above */
  learn(inFlight: number): void {
    merge(this.usual, this.now);
    const isCalm = this.calm.learn(inFlight);
    this.#usuallyToldMs = this.#toldMs;
    if (isCalm || this.#calmlyToldMs !== this.#calmlyToldMs) this.#calmlyToldMs = this.#toldMs;
  }

  /** So is that of a call of an earlier round. @param inFlight as above, of that round */
  learnLate(runMs: number, inFlight: number): void {
    add(this.usual, runMs, KEPT);
    this.calm.tookLate(runMs, inFlight);
  }

  /** Forgets the usual times. */
  forget(): void {
    this.usual.count = 0;
    this.calm.forget();
  }

  /**
   * The sum of the times of its calls of the present round, in milliseconds, with expected ones of those that are out; and the
   * same with each call counted as at most {@linkcode LONGEST_CALL} times what is usual.
   */
  sumsMs(nowMs: number): { readonly sumMs: number; readonly cappedSumMs: number } {
    const { now, out, cappedMs } = this, sumMs = now.count * now.mean;
    if (out === 0) return { sumMs, cappedSumMs: cappedMs };
    const eachMs = inAllMs(this, nowMs), mostMs = LONGEST_CALL * this.expectedMs;
    return { sumMs: sumMs + out * eachMs, cappedSumMs: cappedMs + out * Math.min(mostMs, eachMs) };
  }
}

/**
 * The expected time in all, in milliseconds, of a function's call that has been out for as long as its calls that are out, on
 * average: the mean of a log-normal time beyond that, which times of functions are much like.
 */
function inAllMs({ usual, out, outSinceMs, expectedMs: mean }: Known, nowMs: number): number {
  const elapsedMs = nowMs - outSinceMs / out;
  if (elapsedMs <= 0) return mean;
  if (mean === 0) return elapsedMs; // it says nothing of times above it
  const sigma = Math.sqrt(Math.log1p(usual.variance / mean ** 2));
  if (sigma === 0) return Math.max(elapsedMs, mean);
  const z = (Math.log(mean / elapsedMs) - sigma ** 2 / 2) / sigma;
  const longer = normalShare(z);
  return longer < LEAST_SHARE ? elapsedMs : Math.max(elapsedMs, mean * normalShare(z + sigma) / longer);
}

/** Where less than this share of calls takes longer, only the time that the calls have taken so far is known. */
const LEAST_SHARE = 1e-4;

/** The distribution function of the standard normal distribution, to 1e-5 (Abramowitz and Stegun, 26.2.16). */
function normalShare(z: number): number {
  const t = 1 / (1 + 0.33267 * Math.abs(z));
  const tail = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) *
    t * (0.4361836 + t * (-0.1201676 + t * 0.937298));
  return z > 0 ? 1 - tail : tail;
}

/** @param most number of calls in the mean of the sample: it follows changes within as many */
function add(sample: Sample, value: number, most: number): void {
  sample.count = Math.min(most, sample.count + 1);
  const off = value - sample.mean;
  sample.mean += off / sample.count;
  sample.variance += (off * (value - sample.mean) - sample.variance) / sample.count;
}

function merge(into: Sample, { count, mean, variance }: Sample): void {
  if (count === 0) return;
  const sum = into.count + count, share = count / sum, off = mean - into.mean;
  if (into.count > 0) into.variance += share * (1 - share) * off * off;
  into.mean += off * share;
  into.variance += (variance - into.variance) * share;
  into.count = Math.min(KEPT, sum);
}
