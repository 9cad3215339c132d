import { type Known, LEAST_KNOWN } from "./known_times.ts";

/** All calls wait if that none was as quick as with less in flight is less likely than e to the minus this, one in 1,100, … */
const CERTAIN = 7;
/** … and may wait if it is less likely than one in seven, … */
const SUSPECT = 2;
/** … or if this number of calls has not come back … */
const MISSED = 3;
/** … that take no longer than this, in milliseconds, with less in flight. */
const QUICK_MS = 2500;
/** They wait if this part of the calls in flight does: they take 15 % longer then. */
const SHARE = 0.13;
/** A shorter wait, in milliseconds, is this machine's. */
const LEAST_WAIT_MS = 2;
/** No larger part of the calls in flight is taken for waiting. */
const LARGEST_SHARE = 0.9;

/**
 * Tells whether all calls wait at the platform, whatever function they are of. The sum of all times (see `RoundTrips`) does not
 * show that where functions of milliseconds run beside others of minutes: these vary by more than the short ones take, and say
 * nothing for minutes. But a queue there lets all wait. So the least time by which calls exceed what their functions took with
 * less in flight is a time for which all of them waited, and one call that is as quick as then refutes it; CoDel (K. Nichols and
 * V. Jacobson, ACM Queue 10(5), 2012; RFC 8289) tells a queue that stands from a burst in this way. By Little's law, that time ×
 * starts per second is the number of calls that wait. How many calls it takes depends on the functions: of one that hits a
 * cache in one call of ten, nine in ten are longer than the mean.
 *
 * It looks at the calls that are started in one stretch of time, with about as many in flight.
 */
export class StandingWait {
  #stretch = 0;
  /** The calls that were started: their number, since when, and the most that was in flight then. */
  #started = 0;
  #sinceMs = Infinity;
  #inFlight = 0;
  /** Those of them that are back. */
  #back = 0;
  /** Those of these whose functions' times with less in flight are known: the number of known times, … */
  #known = 0;
  /** … the least excess over that, in milliseconds, and how unlikely that is: the logarithm of the probability, times -1. */
  leastMs = Infinity;
  #evidence = 0;
  /** The first calls of quick functions, up to {@linkcode MISSED}, and when the last of them was started. */
  #quick = 0;
  #quickAtMs = 0;

  /** Forgets all calls: another stretch begins. */
  begin(): void {
    this.#stretch++;
    this.#started = this.#inFlight = this.#back = 0;
    this.#known = this.#evidence = this.#quick = 0;
    this.#sinceMs = this.leastMs = Infinity;
  }

  /** A call is started. @param inFlight itself included */
  start({ calm }: Known, inFlight: number, nowMs: number): void {
    if (this.#started++ === 0) this.#sinceMs = nowMs;
    if (inFlight > this.#inFlight) this.#inFlight = inFlight;
    if (this.#quick === MISSED || calm.inFlight > inFlight || calm.ms > QUICK_MS) return;
    this.#quick++;
    this.#quickAtMs = nowMs;
  }

  /** A call is back that tells nothing. */
  left(atMs: number): void {
    if (atMs >= this.#sinceMs) this.#back++;
  }

  /** A call is back. */
  took(known: Known, atMs: number, runMs: number): void {
    if (atMs < this.#sinceMs) return;
    this.#back++;
    const { calm } = known;
    if (calm.inFlight > this.#inFlight) return;
    if (known.comparedIn !== this.#stretch) {
      known.comparedIn = this.#stretch;
      this.#known += calm.count;
    }
    this.#evidence += calm.evidence;
    const excessMs = runMs - known.calmMs;
    if (excessMs < this.leastMs) this.leastMs = excessMs;
  }

  /**
   * The part of the calls in flight that certainly waits; 0: none.
   *
   * @param ownMs time for which calls wait for this machine, in milliseconds
   */
  share(nowMs: number, ownMs: number): number {
    const isKnown = this.#evidence * Math.min(1, this.#known / LEAST_KNOWN) >= CERTAIN;
    return isKnown ? this.#shareOf(this.leastMs - ownMs, nowMs) : 0;
  }

  /** Whether calls may wait. @param ownMs as above */
  isSuspect(nowMs: number, ownMs: number): boolean {
    if (this.#shareOf(this.leastMs - ownMs, nowMs) === 0) return false; // of none that are back: Infinity
    if (this.#evidence >= SUSPECT) return true;
    return this.#quick === MISSED && this.#shareOf(nowMs - this.#quickAtMs - QUICK_MS - ownMs, nowMs) > 0;
  }

  /** The number of calls that wait if each waits for this time, in milliseconds. */
  #waiting(waitMs: number, nowMs: number): number {
    const forMs = nowMs - this.#sinceMs;
    return forMs <= waitMs ? this.#started : this.#started * waitMs / forMs;
  }

  /** The part of the calls in flight that waits if all wait for this time, in milliseconds; 0: too few to tell. */
  #shareOf(waitMs: number, nowMs: number): number {
    if (waitMs < LEAST_WAIT_MS) return 0;
    const waiting = Math.min(this.#waiting(waitMs, nowMs), this.#started - this.#back);
    return waiting > SHARE * this.#inFlight ? Math.min(LARGEST_SHARE, waiting / this.#inFlight) : 0;
  }

  /** The most by which calls in flight may be slower that wait for this time on average, in milliseconds; 1: they are not. */
  slowdown(waitMs: number, nowMs: number): number {
    if (this.#started === 0) return Infinity;
    const share = this.#waiting(Math.max(0, waitMs), nowMs) / this.#inFlight;
    return 1 / (1 - Math.min(LARGEST_SHARE, share));
  }
}
