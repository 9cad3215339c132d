/** An attempt as the adaptive limit knew it when it was started. */
export interface AdaptiveStart {
  /** Attempts in flight at its start, itself included. */
  readonly running: number;
  /** How often the limit had been lowered before. */
  readonly epoch: number;
  /** When that was. */
  readonly atMs: number;
}

/** What is tried first: slow start begins here. */
const FIRST_LIMIT = 4;
/** A platform that never refuses is not asked for more: each attempt in flight costs this machine a connection. */
const HIGHEST_LIMIT = 10_000;
/** What is added to the limit doubles so often, in milliseconds, … */
const DOUBLING_MS = 500;
/** … or in so many times what a refusal takes to be heard of: what goes wrong meanwhile is then a fifth of what is added. */
const REFUSALS_PER_DOUBLING = 4;
/** Each refusal's part in the mean of the times they take (as in RFC 6298 section 2). */
const REFUSAL_GAIN = 1 / 8;
/** The limit is raised at most so often, in milliseconds. */
const LEAST_RAISE_MS = 10;

/** After a throttle more is tried at the earliest after this, in milliseconds, … */
const LEAST_HOLD_MS = 2000;
/** … and after so many attempts for each throttle that the last probe cost (1 %), … */
const HOLD_ATTEMPTS = 100;
/** … but after fewer when it takes this long, … */
const LONG_HOLD_MS = 8000;
/** … so many at least (1.7 %), … */
const LONG_HOLD_ATTEMPTS = 60;
/** … and in any case after this. */
const LONGEST_HOLD_MS = 60_000;
/** What many throttles at once cost: they come of a change, not of a probe. */
const HIGHEST_COST = 3;
/** Lowered to less than this part of what it was, the limit has changed, and may have been passed by on the way down. */
const CHANGED = 0.8;

/** A step down is at most this part of the limit. */
const LARGEST_STEP_DOWN = 0.1;
/** One throttle lowers the limit to this part at most, however few are in flight: a single one may be an accident. */
const LARGEST_CUT = 0.5;

/**
 * Finds out how many attempts a platform lets run at once, from its throttles alone: the number that was in flight when one
 * was refused is nearly the limit itself. It has no clock and no timers; it is told the time.
 *
 * It is in one of two states.
 * - **growing**: the limit is a base plus an amount that doubles every half second, 1, 2, 4, 8, … (as BBR raises its bound
 *   while it probes, draft-ietf-ccwg-bbr, ProbeBW_UP). In the beginning the base is 0: slow start (RFC 5681 section 3.1).
 *   A throttle ends it: *holding*, at what was in flight before the attempt that was refused.
 * - **holding**: the limit stays until enough attempts were started to pay for the throttle that a probe costs, or it has
 *   been lowered so far that it has changed: *growing*, with the present limit as the base.
 *
 * A throttle lowers the limit once per congestion episode: attempts that were started before it was lowered only tell it
 * more exactly (NewReno's `recover`, RFC 6582 section 3.2). Throttles that go on lower it by steps that double up to a tenth
 * of the limit, or by half when most of what was in flight was refused, until something started since is let in. So it
 * follows a platform whose concurrency collapses under overload down to where the overload ends, which is what such a
 * platform needs to recover (Bronson et al., "Metastable Failures in Distributed Systems", HotOS 2021).
 *
 * Time counts as growth only while the limit is what keeps attempts from starting (RFC 7661): an application that is idle
 * learns nothing about the platform.
 */
export class AdaptiveLimit {
  #limit: number;
  #growing = true;
  /** While growing: the limit is the sum of both. */
  #base = 0;
  #amount: number;
  /** Growth has been counted up to here; undefined while something else than the limit is what keeps attempts back. */
  #countedToMs: number | undefined;
  /** How often the limit has been lowered, and when it was last. */
  #epoch = 0;
  #loweredAtMs = 0;
  /** What it is lowered by if throttles go on. */
  #stepDown = 1;
  /** The limit at the end of the last growth. */
  #found = 0;
  /** Attempts started in this epoch. */
  #attempts = 0;
  /** Throttles of the last congestion episode. */
  #cost = 0;
  /** How long a refusal takes to be heard of, on average. */
  #refusalMs = 0;

  /** @param running attempts in flight already, which it takes as possible */
  constructor(running = 0) {
    this.#limit = this.#amount = Math.max(FIRST_LIMIT, running);
  }

  /** The present limit, a whole number above 0. */
  get limit(): number {
    return this.#limit;
  }

  /** Notes a start. @param running attempts in flight, this one included */
  start(running: number, nowMs: number): AdaptiveStart {
    this.#attempts++;
    return { running, epoch: this.#epoch, atMs: nowMs };
  }

  /** The platform let an attempt in, however it ended. */
  letIn({ epoch }: AdaptiveStart): void {
    if (epoch === this.#epoch) this.#stepDown = 1;
  }

  /** The platform refused an attempt. @param running attempts in flight, this one included */
  throttled({ running: before, epoch, atMs }: AdaptiveStart, running: number, nowMs: number): void {
    this.#refusalMs += (nowMs - atMs - this.#refusalMs) * REFUSAL_GAIN;
    const least = Math.max(1, Math.floor(this.#limit * LARGEST_CUT));
    const known = Math.max(least, Math.min(this.#limit, Math.max(before, running) - 1));
    if (epoch !== this.#epoch) {
      this.#limit = known;
      this.#cost++;
      return;
    }
    this.#limit = this.#growing ? known : Math.max(1, Math.min(known, this.#limit - this.#nextStepDown()));
    if (this.#growing) this.#found = this.#limit;
    this.#growing = false;
    this.#epoch++;
    this.#loweredAtMs = nowMs;
    this.#attempts = 0;
    this.#cost = 1;
  }

  #nextStepDown(): number {
    if (this.#cost > this.#limit * LARGEST_CUT) return Math.ceil(this.#limit * LARGEST_CUT); // all was refused
    const step = this.#stepDown;
    this.#stepDown = Math.min(step * 2, Math.max(1, Math.floor(this.#limit * LARGEST_STEP_DOWN)));
    return step;
  }

  /** Nothing more can start now: because of this limit, or for another reason. @param running attempts in flight */
  full(running: number, nowMs: number): void {
    if (running < this.#limit) this.#countedToMs = undefined;
    else this.#countedToMs ??= nowMs;
  }

  /** Lets the limit grow by what the time allows. */
  advance(nowMs: number): void {
    const sinceMs = this.#countedToMs;
    if (sinceMs === undefined || this.#limit >= HIGHEST_LIMIT || nowMs < this.#dueAtMs(sinceMs)) return;
    this.#countedToMs = nowMs;
    if (this.#growing) this.#amount *= 2 ** ((nowMs - sinceMs) / this.#doublingMs);
    else {
      this.#growing = true;
      this.#base = this.#limit;
      this.#amount = 1;
      this.#stepDown = 1;
    }
    const grown = Math.floor(this.#base + this.#amount);
    this.#limit = Math.max(this.#limit, Math.min(grown, HIGHEST_LIMIT));
  }

  /** When the limit may grow with no other event; undefined if it is not what keeps attempts from starting. */
  wakeAtMs(): number | undefined {
    if (this.#countedToMs === undefined || this.#limit >= HIGHEST_LIMIT) return undefined;
    return this.#dueAtMs(this.#countedToMs);
  }

  #dueAtMs(sinceMs: number): number {
    const dueAtMs = this.#growing
      ? sinceMs + this.#doublingMs * Math.log2((this.#limit + 1 - this.#base) / this.#amount)
      : this.#loweredAtMs + this.#holdMs();
    return Math.max(dueAtMs, sinceMs + LEAST_RAISE_MS);
  }

  get #doublingMs(): number {
    return Math.max(DOUBLING_MS, REFUSALS_PER_DOUBLING * this.#refusalMs);
  }

  #holdMs(): number {
    if (this.#limit < this.#found * CHANGED) return LEAST_HOLD_MS;
    const paid = this.#attempts / Math.min(this.#cost, HIGHEST_COST);
    if (paid >= HOLD_ATTEMPTS) return LEAST_HOLD_MS;
    return paid >= LONG_HOLD_ATTEMPTS ? LONG_HOLD_MS : LONGEST_HOLD_MS;
  }
}
