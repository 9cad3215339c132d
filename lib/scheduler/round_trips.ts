/** A call counts as at most this many times what is usual: one that hangs says little of the others. */
const LONGEST_CALL = 4;
/** Fewer observations of a function say nothing of what is usual. */
const LEAST_KNOWN = 8;
/** What is usual is the mean of about this many calls: it follows changes within as many. */
const KEPT = 200;
/** Functions that are known; the one that was learned first makes room for another. */
const FUNCTIONS_KEPT = 10_000;
/** So much longer, as a part of what is usual, calls may take without being slower … */
const TOLERANCE = 0.15;
/** … beside this many standard errors: 1 in 160 rounds that are as usual looks slower, and two in a row are asked for. */
const CONFIDENCE = 2.5;
/** A mean delay below this is this machine's, not the platform's, in milliseconds. */
const LEAST_DELAY_MS = 2;
/** A round is over when this part of its calls is back: the same part of each, whatever the last ones take. */
const BACK = 0.8;
/** What each time that a function tells counts, in the mean of those. */
const TOLD_GAIN = 1 / 32;

/** Number, mean and variance of some calls of a function. */
interface Sample {
  count: number;
  mean: number;
  variance: number;
}

/** What is known of a function. */
class Known {
  /** How long its calls took when no more were in flight than the platform runs at once. */
  readonly usual: Sample = { count: 0, mean: 0, variance: 0 };
  /** Its calls in the present round. */
  readonly now: Sample = { count: 0, mean: 0, variance: 0 };
  round = 0;
  /** How long it ran by what it tells, on average, and what that was when `usual` was learned last; NaN: it does not tell. */
  toldMs = NaN;
  usuallyToldMs = NaN;

  /** How long a call is to take: what the function itself takes longer than before is not the platform's. */
  get expectedMs(): number {
    const longerMs = this.toldMs - this.usuallyToldMs;
    return this.usual.mean + (longerMs === longerMs ? longerMs : 0);
  }
}

/**
 * Tells whether calls take longer than they did when less was in flight: then what is in flight waits at the platform, and
 * more of it brings no more completions. By Little's law (J. D. C. Little, Operations Research 9, 1961) both are the same
 * observation: in flight = completions per second × time of a call. Each function is compared with itself, so that another
 * mix of functions changes nothing, and functions that tell their own times are compared by what the platform adds to these.
 *
 * It works in rounds, of the first calls that are started in each: others saw another load, and of calls that were started
 * together the short ones come back first, so that rounds are compared when the same part of them is back. It is TCP Vegas's
 * comparison of expected and actual rates (Brakmo and Peterson, IEEE JSAC 13(8), 1995), as Netflix's concurrency-limits and
 * Envoy's adaptive concurrency filter use it for services, with a test of significance, since functions vary far more in
 * their times than packets do.
 */
export class RoundTrips {
  /** The present round. */
  #round = 1;
  /** How many calls it is of, how many were started, and how many are back. */
  #size: number;
  #started = 0;
  #back = 0;
  readonly #known = new Map<string, Known>();
  /** The functions of this round. */
  #seen: Known[] = [];
  #inFlight = 0;
  /** Of the calls whose functions are known: how many, and what is expected of them together, … */
  #compared = 0;
  #expectedMs = 0;
  /** … by how much they exceed that, and the variance of this sum, with and without that of what is usual. */
  #excessMs = 0;
  #variance = 0;
  #ownVariance = 0;

  /** @param size how many calls the first round is of */
  constructor(size: number) {
    this.#size = size;
  }

  /** A call is started. @param inFlight itself included @returns the mark of the round; 0: it is not of one */
  start(inFlight: number): number {
    if (this.#started >= this.#size) return NO_ROUND;
    this.#started++;
    this.#inFlight = Math.max(this.#inFlight, inFlight);
    return this.#round;
  }

  /** A call has come back that tells nothing. */
  left(round: number): void {
    if (round === this.#round) this.#back++;
  }

  /** Whether the round is over. */
  get isOver(): boolean {
    return this.#started >= this.#size && this.#back >= Math.floor(BACK * this.#size);
  }

  /** A call has come back. */
  took(round: number, functionName: string, runMs: number): void {
    if (round !== this.#round) return;
    const known = this.#of(functionName);
    if (known.round !== round) this.#enter(known);
    const { now, usual } = known;
    this.#back++;
    now.count++;
    const offMs = runMs - now.mean;
    now.mean += offMs / now.count;
    now.variance += (offMs * (runMs - now.mean) - now.variance) / now.count;
    if (usual.count < LEAST_KNOWN) return;
    const expectedMs = known.expectedMs;
    this.#compared++;
    this.#expectedMs += expectedMs;
    this.#excessMs += Math.min(runMs, LONGEST_CALL * expectedMs) - expectedMs;
    this.#ownVariance += usual.variance;
    // The usual mean has an error of its own, which all calls of the function share.
    this.#variance += usual.variance * (1 + LEAST_KNOWN / usual.count) *
      (1 + (2 * now.count - 1) / usual.count);
  }

  #of(functionName: string): Known {
    let known = this.#known.get(functionName);
    if (known === undefined) {
      if (this.#known.size >= FUNCTIONS_KEPT) this.#known.delete(this.#known.keys().next().value!);
      this.#known.set(functionName, known = new Known());
    }
    return known;
  }

  #enter(known: Known): void {
    known.round = this.#round;
    Object.assign(known.now, { count: 0, mean: 0, variance: 0 });
    this.#seen.push(known);
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

  /** How many times as long as usual the calls of this round took; 1 if nothing is known. */
  get slowdown(): number {
    return this.#expectedMs <= 0 ? 1 : Math.max(0, 1 + this.#excessMs / this.#expectedMs);
  }

  /** The standard error of the slowdown. */
  get error(): number {
    return this.#expectedMs <= 0 ? 0 : Math.sqrt(this.#variance) / this.#expectedMs;
  }

  /** Whether calls took significantly longer than usual. */
  get isSlower(): boolean {
    return this.slowdown - 1 > TOLERANCE + CONFIDENCE * this.error &&
      this.#excessMs > LEAST_DELAY_MS * this.#compared;
  }

  /** How many calls a round needs, so that a slowdown just above what is tolerated is significant; 0 if nothing is known. */
  get needed(): number {
    if (this.#expectedMs <= 0) return 0;
    return this.#compared * this.#ownVariance * (CONFIDENCE / TOLERANCE / this.#expectedMs) ** 2;
  }

  /**
   * Adds what was observed to what is usual.
   *
   * @param which only of functions that are not known; of all; or it takes the place of what was
   */
  learn(which: "new" | "all" | "anew"): void {
    for (const known of this.#seen) {
      const { usual, now } = known;
      if (which === "anew") usual.count = 0;
      if (which === "new" && usual.count >= LEAST_KNOWN) continue;
      merge(usual, now);
      known.usuallyToldMs = known.toldMs;
    }
  }

  /** Begins another round, of so many calls; the present one is dropped. */
  next(size: number): void {
    this.#round++;
    this.#size = size;
    this.#seen = [];
    this.#started = this.#back = this.#inFlight = 0;
    this.#compared =
      this.#expectedMs =
      this.#excessMs =
      this.#variance =
      this.#ownVariance =
        0;
  }
}

/** The mark of calls that are of no round. */
const NO_ROUND = 0;

function merge(into: Sample, { count, mean, variance }: Sample): void {
  const sum = into.count + count, share = count / sum;
  into.mean += (mean - into.mean) * share;
  into.variance += (variance - into.variance) * share;
  into.count = Math.min(KEPT, sum);
}
