/** A call counts as at most this many times what is usual: one that hangs says little of the others. */
const LONGEST_CALL = 4;
/** Fewer observations of a function tell nothing of its usual time. */
const LEAST_KNOWN = 8;
/** The usual time is the mean of about this many calls: it follows changes within as many. */
const KEPT = 200;
/** Functions that are known; the one that was learned first makes room for another. */
const FUNCTIONS_KEPT = 10_000;
/** Calls may take longer by this part of the usual time without being slower … */
const TOLERANCE = 0.15;
/** … beside this many standard errors: 1 in 160 rounds that are as usual looks slower, and two in a row are asked for. */
const CONFIDENCE = 2.5;
/** A mean delay below this is this machine's, not the platform's, in milliseconds. */
const LEAST_DELAY_MS = 2;
/** The weight of each call-back of this machine in the mean of their lateness. */
const LATE_GAIN = 1 / 16;
/** A round with fewer of them says nothing of its own. */
const LEAST_LATES = 5;
/** A call waits for this machine on its way out, and when it is back. */
const WAITS = 2;
/** A round is over when this part of its calls is back: the same part of each, whatever the last ones take, … */
const BACK = 0.8;
/** … or after this time, in milliseconds, with those that are back: the others are of functions that take longer … */
const LONGEST_ROUND_MS = 10_000;
/** … if that is this number at least. */
const LEAST_BACK = 8;
/** The weight of each time that a function tells in the mean of those. */
const TOLD_GAIN = 1 / 32;
/** Calls that come back after this many more rounds have ended are not learned from. */
const ROUNDS_KEPT = 64;

/** A call as it was started. */
export interface Trip {
  /** The mark of its round; 0: it belongs to none. */
  readonly round: number;
  readonly function: string;
  readonly atMs: number;
}

/** Number, mean and variance of some calls of a function. */
interface Sample {
  count: number;
  mean: number;
  variance: number;
}

/** A known function and its times. */
class Known {
  /** The times of its calls when no more were in flight than the platform runs at once. */
  readonly usual: Sample = { count: 0, mean: 0, variance: 0 };
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
  toldMs = NaN;
  usuallyToldMs = NaN;

  get isKnown(): boolean {
    return this.usual.count >= LEAST_KNOWN;
  }

  /** The expected time of a call, in milliseconds: time by which the function itself has become longer is not the platform's. */
  get expectedMs(): number {
    const longerMs = this.toldMs - this.usuallyToldMs;
    return this.usual.mean + (longerMs === longerMs ? longerMs : 0);
  }

  enter(round: number): void {
    this.round = round;
    Object.assign(this.now, { count: 0, mean: 0, variance: 0 });
    this.cappedMs = this.out = this.outSinceMs = 0;
  }

  took(runMs: number): void {
    add(this.now, runMs, Infinity);
    this.cappedMs += this.isKnown ? Math.min(runMs, LONGEST_CALL * this.expectedMs) : runMs;
  }
}

/** Which calls of a round are learned from: none; those of functions that were not known; or all. */
type Lesson = "none" | "new" | "all";

/** The calls of a round, compared with the usual times. */
interface Comparison {
  /** Of the calls whose functions are known: their number, and their expected time together, … */
  readonly compared: number;
  readonly expectedMs: number;
  /** … the time by which they exceed that, and the variance of this sum, with and without that of the usual times. */
  readonly excessMs: number;
  readonly variance: number;
  readonly ownVariance: number;
}

/**
 * Tells whether calls take longer than they did when less was in flight: then what is in flight waits at the platform, and
 * more of it brings no more completions. By Little's law (J. D. C. Little, Operations Research 9, 1961) both are the same
 * observation: in flight = completions per second × time of a call. Each function is compared with itself, so that another
 * mix of functions changes nothing, and functions that tell their own times are compared by what the platform adds to these.
 *
 * It works in rounds, of the first calls that are started in each: others saw another load. A round is over before its last
 * calls are back. Of calls that were started together the short ones come back first, and of calls that were started one
 * after the other all do: so a call that is out counts as what it is expected to take in all, as it has taken that long
 * already, and what is usual is learned from all calls, also from those that come back after their round. Otherwise a round
 * of few calls in flight would look slower than one of many. Time that this machine adds, as it is busy itself, is no sign of
 * the platform: the lateness of its call-backs shows that time, and is taken off. It is TCP Vegas's comparison of expected and
 * actual rates (Brakmo and Peterson, IEEE JSAC 13(8), 1995), as Netflix's concurrency-limits and Envoy's adaptive concurrency
 * filter use it for services, with a test of significance, since functions vary far more in their times than packets do.
 */
export class RoundTrips {
  /** The present round. */
  #round = 1;
  /** The numbers of its calls, of started ones, and of those that are back; further calls belong to it until an instant. */
  #size: number;
  #openUntilMs = -Infinity;
  /** When the first of them was started. */
  #sinceMs = 0;
  #started = 0;
  #back = 0;
  readonly #known = new Map<string, Known>();
  /** The functions of this round. */
  #seen: Known[] = [];
  #inFlight = 0;
  /** The lessons of the last rounds, by their marks modulo their number; of none of those before `#firstRound`. */
  readonly #lessons: Lesson[] = [];
  #firstRound = 1;
  /** Mean lateness of this machine's call-backs, lately and in the round, in milliseconds; and their number in the round. */
  #lateMs = 0;
  #lateMsOfRound = 0;
  #latesOfRound = 0;
  /** The present round, once it is over. */
  #comparison: Comparison = NOTHING_COMPARED;

  /** @param size number of calls in the first round */
  constructor(size: number) {
    this.#size = size;
  }

  /** A call is started. @param inFlight itself included @returns the mark of the round; 0: it is not of one */
  start(functionName: string, inFlight: number, nowMs: number): number {
    if (this.#started >= this.#size && nowMs >= this.#openUntilMs) return NO_ROUND;
    if (this.#started++ === 0) this.#sinceMs = nowMs;
    this.#inFlight = Math.max(this.#inFlight, inFlight);
    const known = this.#of(functionName);
    if (known.round !== this.#round) {
      known.enter(this.#round);
      this.#seen.push(known);
    }
    known.out++;
    known.outSinceMs += nowMs;
    return this.#round;
  }

  /** A call has come back that tells nothing. */
  left(trip: Trip): void {
    if (trip.round === this.#round) this.#comesBack(trip);
  }

  /** A call has come back. */
  took(trip: Trip, runMs: number): void {
    if (trip.round === this.#round) this.#comesBack(trip)?.took(runMs);
    else if (trip.round !== NO_ROUND) this.#learnLate(trip, runMs);
  }

  /** @returns its known function; undefined: that has been forgotten meanwhile */
  #comesBack({ function: name, atMs }: Trip): Known | undefined {
    this.#back++;
    const known = this.#known.get(name);
    if (known?.round !== this.#round) return undefined;
    known.out--;
    known.outSinceMs -= atMs;
    return known;
  }

  /** A call has come back after the end of its round. */
  #learnLate({ round, function: name }: Trip, runMs: number): void {
    if (round < this.#firstRound || round <= this.#round - ROUNDS_KEPT) return;
    const lesson = this.#lessons[round % ROUNDS_KEPT], known = this.#known.get(name);
    if (known === undefined || lesson === "none") return;
    if (lesson === "all" || known.newInRound === round) add(known.usual, runMs, KEPT);
  }

  /** Whether the round is over. */
  isOver(nowMs: number): boolean {
    if (this.#started < this.#size || nowMs < this.#openUntilMs) return false;
    return this.#back >= Math.floor(BACK * this.#started) ||
      (this.#back >= LEAST_BACK && nowMs - this.#sinceMs >= LONGEST_ROUND_MS);
  }

  /** This machine has called back late by this time, in milliseconds: a call that came back would have waited as long. */
  late(ms: number): void {
    this.#lateMs += (ms - this.#lateMs) * LATE_GAIN;
    this.#latesOfRound++;
    this.#lateMsOfRound += (ms - this.#lateMsOfRound) / this.#latesOfRound;
  }

  /** Mean time for which a call of this round waited for this machine, in milliseconds. */
  get #ownDelayMs(): number {
    return WAITS * (this.#latesOfRound < LEAST_LATES ? this.#lateMs : this.#lateMsOfRound);
  }

  /** The round is over, and its calls are compared with what is usual. */
  compare(nowMs: number): void {
    const ownDelayMs = this.#ownDelayMs;
    let compared = 0, expectedMs = 0, excessMs = 0, variance = 0, ownVariance = 0;
    for (const known of this.#seen) {
      if (!known.isKnown) continue;
      const { usual, now, out, expectedMs: eachMs } = known, count = now.count + out;
      if (count === 0) continue;
      const outMs = out === 0 ? 0 : out * Math.min(LONGEST_CALL * eachMs, inAllMs(known, nowMs));
      compared += count;
      expectedMs += count * eachMs;
      excessMs += known.cappedMs + outMs - count * (eachMs + ownDelayMs);
      ownVariance += count * usual.variance;
      // The usual mean has an error of its own, which all calls of the function share.
      variance += count * usual.variance * (1 + LEAST_KNOWN / usual.count) * (1 + count / usual.count);
    }
    this.#comparison = { compared, expectedMs, excessMs, variance, ownVariance };
  }

  #of(functionName: string): Known {
    let known = this.#known.get(functionName);
    if (known === undefined) {
      if (this.#known.size >= FUNCTIONS_KEPT) this.#known.delete(this.#known.keys().next().value!);
      this.#known.set(functionName, known = new Known());
    }
    return known;
  }

  /** A function has told how long it really ran, in milliseconds. */
  told(functionName: string, functionMs: number): void {
    const known = this.#known.get(functionName);
    if (known === undefined) return;
    if (known.toldMs !== known.toldMs) known.toldMs = functionMs;
    else known.toldMs += (functionMs - known.toldMs) * TOLD_GAIN;
  }

  /** The most that was in flight when a call of this round was started. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** The time of this round's calls, as a multiple of the usual time; 1 if nothing is known. */
  get slowdown(): number {
    const { expectedMs, excessMs } = this.#comparison;
    return expectedMs <= 0 ? 1 : Math.max(0, 1 + excessMs / expectedMs);
  }

  /** The standard error of the slowdown. */
  get error(): number {
    const { expectedMs, variance } = this.#comparison;
    return expectedMs <= 0 ? 0 : Math.sqrt(variance) / expectedMs;
  }

  /** Whether calls took significantly longer than usual. */
  get isSlower(): boolean {
    return this.slowdown - 1 > TOLERANCE + CONFIDENCE * this.error &&
      this.#comparison.excessMs > LEAST_DELAY_MS * this.#comparison.compared;
  }

  /** Whether calls took significantly less time than usual. */
  get isFaster(): boolean {
    return 1 - this.slowdown > CONFIDENCE * this.error;
  }

  /** Number of calls that make a slowdown just above the tolerance significant; 0 if nothing is known. */
  get needed(): number {
    const { compared, expectedMs, ownVariance } = this.#comparison;
    if (expectedMs <= 0) return 0;
    return compared * ownVariance * (CONFIDENCE / TOLERANCE / expectedMs) ** 2;
  }

  /**
   * Adds what was observed to what is usual.
   *
   * @param which only of functions that are not known; of all; or it takes the place of what was
   */
  learn(which: "new" | "all" | "anew"): void {
    if (which === "anew") this.#firstRound = this.#round;
    this.#lessons[this.#round % ROUNDS_KEPT] = which === "new" ? "new" : "all";
    for (const known of this.#seen) {
      const { usual, now } = known;
      if (which === "anew") usual.count = 0;
      if (which === "new") {
        if (known.isKnown) continue;
        known.newInRound = this.#round;
      }
      merge(usual, now);
      known.usuallyToldMs = known.toldMs;
    }
  }

  /**
   * Begins another round, of `size` calls; the present one is dropped.
   *
   * @param openUntilMs calls that are started until then are of it, too
   */
  next(size: number, openUntilMs = -Infinity): void {
    this.#round++;
    this.#openUntilMs = openUntilMs;
    this.#latesOfRound = this.#lateMsOfRound = 0;
    this.#lessons[this.#round % ROUNDS_KEPT] = "none";
    this.#size = size;
    this.#seen = [];
    this.#started = this.#back = this.#inFlight = 0;
    this.#comparison = NOTHING_COMPARED;
  }
}

/** The mark of calls that are of no round. */
const NO_ROUND = 0;

const NOTHING_COMPARED: Comparison = {
  compared: 0,
  expectedMs: 0,
  excessMs: 0,
  variance: 0,
  ownVariance: 0,
};

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
