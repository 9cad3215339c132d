import { Known, LEAST_KNOWN } from "./known_times.ts";
import { StandingWait } from "./standing_wait.ts";

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
/** Calls that come back after this many more rounds have ended are not learned from. */
const ROUNDS_KEPT = 64;

/** A call as it was started. */
export interface Trip {
  /** The mark of its round; 0: it belongs to none. */
  readonly round: number;
  /** Its function. */
  readonly known: Known;
  readonly atMs: number;
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
  /** The slowdown of all calls in flight if they wait for as long as these do: it is not more; … */
  readonly most: number;
  /** … and not less than if only the part of them waits that certainly does; 1: none does for certain. */
  readonly least: number;
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
 * Where that cannot tell, as functions differ too much, {@linkcode StandingWait} may.
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
  /** The most that was in flight in each. */
  readonly #levels: number[] = [];
  #firstRound = 1;
  /** Mean lateness of this machine's call-backs, lately and in the round, in milliseconds; and their number in the round. */
  #lateMs = 0;
  #lateMsOfRound = 0;
  #latesOfRound = 0;
  readonly #wait = new StandingWait();
  #usualMs = 0;
  /** The present round, once it is over. */
  #comparison: Comparison = NOTHING_COMPARED;

  /** @param size number of calls in the first round */
  constructor(size: number) {
    this.#size = size;
  }

  /** A call is started. @param inFlight itself included @returns the mark of the round; 0: it is not of one */
  start(known: Known, inFlight: number, nowMs: number): number {
    this.#wait.start(known, inFlight, nowMs);
    if (this.#started >= this.#size && nowMs >= this.#openUntilMs) return NO_ROUND;
    if (this.#started++ === 0) this.#sinceMs = nowMs;
    this.#inFlight = Math.max(this.#inFlight, inFlight);
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
    this.#wait.left(trip.atMs);
    this.#comesBack(trip);
  }

  #comesBack({ round, known, atMs }: Trip): void {
    if (round !== this.#round) return;
    this.#back++;
    known.out--;
    known.outSinceMs -= atMs;
  }

  /** A call has come back. */
  took(trip: Trip, runMs: number): void {
    const { round, known } = trip;
    this.#wait.took(known, trip.atMs, runMs);
    if (round === this.#round) {
      this.#comesBack(trip);
      known.took(runMs);
    } else if (round !== NO_ROUND) this.#learnLate(trip, runMs);
  }

  /** A call has come back after the end of its round. */
  #learnLate({ round, known }: Trip, runMs: number): void {
    if (round < this.#firstRound || round <= this.#round - ROUNDS_KEPT) return;
    const lesson = this.#lessons[round % ROUNDS_KEPT];
    if (lesson === "all" || (lesson === "new" && known.newInRound === round)) {
      known.learnLate(runMs, this.#levels[round % ROUNDS_KEPT]!);
    }
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
    let compared = 0, expectedMs = 0, excessMs = 0, variance = 0, ownVariance = 0, waitMs = 0;
    for (const known of this.#seen) {
      if (!known.isKnown) continue;
      const { usual, now, out, expectedMs: eachMs } = known, count = now.count + out;
      if (count === 0) continue;
      compared += count;
      expectedMs += count * eachMs;
      const { sumMs, cappedSumMs } = known.sumsMs(nowMs), usuallyMs = count * (eachMs + ownDelayMs);
      excessMs += cappedSumMs - usuallyMs;
      waitMs += sumMs - usuallyMs;
      ownVariance += count * usual.variance;
      // The usual mean has an error of its own, which all calls of the function share.
      variance += count * usual.variance * (1 + LEAST_KNOWN / usual.count) * (1 + count / usual.count);
    }
    if (compared > 0) this.#usualMs = expectedMs / compared;
    const most = compared === 0 ? 1 : this.#wait.slowdown(waitMs / compared, nowMs);
    const least = 1 / (1 - this.#wait.share(nowMs, ownDelayMs));
    this.#comparison = { compared, expectedMs, excessMs, variance, ownVariance, most, least };
  }

  /** A function's times. */
  of(functionName: string): Known {
    let known = this.#known.get(functionName);
    if (known === undefined) {
      if (this.#known.size >= FUNCTIONS_KEPT) this.#known.delete(this.#known.keys().next().value!);
      this.#known.set(functionName, known = new Known());
    }
    return known;
  }

  /** A function has told how long it really ran, in milliseconds. */
  told(functionName: string, functionMs: number): void {
    this.#known.get(functionName)?.told(functionMs);
  }

  /** The most that was in flight when a call of this round was started. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** The time of this round's calls, or of all in flight, as a multiple of the usual time; 1 if nothing is known. */
  get slowdown(): number {
    return Math.max(this.#slowdownOfRound, this.#comparison.least);
  }

  get #slowdownOfRound(): number {
    const { expectedMs, excessMs } = this.#comparison;
    return expectedMs <= 0 ? 1 : Math.max(0, 1 + excessMs / expectedMs);
  }

  /** The number of calls that the platform runs of those in flight: others than this round's take longer, and may wait as long. */
  get running(): number {
    const { most, least } = this.#comparison;
    return this.#inFlight / Math.max(Math.min(most, this.#slowdownOfRound), least);
  }

  /** Whether all calls seem to wait, of this round and those before with as many in flight. */
  isSuspect(nowMs: number): boolean {
    return this.#wait.isSuspect(nowMs, this.#ownDelayMs);
  }

  /** Time for which all of them have waited, in milliseconds; below 0: not all. */
  get waitMs(): number {
    return this.#wait.leastMs - this.#ownDelayMs;
  }

  /** More is in flight from now on: the calls that were started before tell nothing of that. */
  begin(): void {
    this.#wait.begin();
  }

  /** Mean usual time of the calls that were compared last, in milliseconds. */
  get usualMs(): number {
    return this.#usualMs;
  }

  /** The standard error of the slowdown. */
  get error(): number {
    const { expectedMs, variance } = this.#comparison;
    return expectedMs <= 0 ? 0 : Math.sqrt(variance) / expectedMs;
  }

  /** Whether calls took significantly longer than usual. */
  get isSlower(): boolean {
    const { compared, excessMs, least } = this.#comparison;
    if (least > 1) return true;
    return compared >= LEAST_KNOWN && excessMs > LEAST_DELAY_MS * compared &&
      this.#slowdownOfRound - 1 > TOLERANCE + CONFIDENCE * this.error;
  }

  /** Whether calls took significantly less time than usual. */
  get isFaster(): boolean {
    return 1 - this.#slowdownOfRound > CONFIDENCE * this.error;
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
    if (which === "anew") {
      this.#firstRound = this.#round;
      this.#wait.begin();
    }
    this.#lessons[this.#round % ROUNDS_KEPT] = which === "new" ? "new" : "all";
    this.#levels[this.#round % ROUNDS_KEPT] = this.#inFlight;
    for (const known of this.#seen) {
      if (which === "anew") known.forget();
      if (which === "new") {
        if (known.isKnown) continue;
        known.newInRound = this.#round;
      }
      known.learn(this.#inFlight);
    }
  }

  /**
   * Begins another round, of `size` calls; the present one is dropped.
   *
   * @param openUntilMs calls that are started until then are of it, too
   * @param goesOn whether it tells of waits together with the present one
   */
  next(size: number, openUntilMs = -Infinity, goesOn = false): void {
    this.#round++;
    if (!goesOn) this.#wait.begin();
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
  most: 1,
  least: 1,
};
