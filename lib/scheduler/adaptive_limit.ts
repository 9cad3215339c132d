import { RoundTrips, type Trip } from "./round_trips.ts";

/** An attempt as the adaptive limit knew it when it was started. */
export interface AdaptiveStart extends Trip {
  /** Attempts in flight at its start, itself included. */
  readonly running: number;
  /** Number of times that the limit had been lowered before. */
  readonly epoch: number;
}

/** The first limit: slow start begins here, with the initial window of TCP (RFC 6928). */
const FIRST_LIMIT = 10;
/** A platform that never refuses is not asked for more: each attempt in flight costs this machine a connection. */
const HIGHEST_LIMIT = 10_000;
/** A probe adds twice as much after this time at the earliest, in milliseconds, … */
const DOUBLING_MS = 500;
/** … or after this many times what a refusal takes: calls refused meanwhile are then a fifth of those added. */
const REFUSALS_PER_DOUBLING = 4;
/** Each refusal's part in the mean of the times they take (as in RFC 6298 section 2). */
const REFUSAL_GAIN = 1 / 8;
/** Least time between two raises of the limit, in milliseconds. */
const LEAST_RAISE_MS = 10;
/** Functions that take longer than this, in milliseconds, hold growth up no longer: nothing is known of them until then. … */
const LONGEST_ROUND_MS = 10_000;
/** … Once a limit was found, they do for this many times what calls usually take, … */
const PATIENCE = 1.2;
/** … but no longer than this. */
const LONGEST_PATIENCE_MS = 60_000;
/** A round takes at least this many calls (as HyStart++, RFC 9406); … */
const LEAST_ROUND = 8;
/** … where times vary it takes more than are in flight, but no more than this many times as many, … */
const LONGEST_ROUND = 4;
/** … and no more than this. */
const LARGEST_SAMPLE = 200;
/** It is of this part of the limit, if times do not vary: growth waits for that. */
const SHARE_OF_ROUND = 0.5;
/** A round in which less than this part of the limit was in flight tells nothing of the effect of more (RFC 7661). */
const USED = 0.5;

/** After a throttle more is tried at the earliest after this, in milliseconds, … */
const LEAST_HOLD_MS = 2000;
/** … and after this number of attempts for each throttle that the last probe cost (1 %), … */
const HOLD_ATTEMPTS = 100;
/** … but after fewer when it takes this long, … */
const LONG_HOLD_MS = 8000;
/** … but this number at least (1.7 %), … */
const LONG_HOLD_ATTEMPTS = 60;
/** … and in any case after this. */
const LONGEST_HOLD_MS = 60_000;
/** A probe that closes a platform for a while is made this many times as rarely: 2 % of the time are lost at most, … */
const CLOSED_SHARE = 50;
/** … but, where that would be later than {@linkcode LONGEST_HOLD_MS}, only this many times: 10 % are. */
const LEAST_CLOSED_SHARE = 10;
/** The cost of many throttles at once is at most this: they come of a change, not of a probe. */
const HIGHEST_COST = 3;
/** Lowered to less than this part of its former value, the limit has changed, and may have been passed by on the way down. */
const CHANGED = 0.8;

/** A step down is at most this part of the limit. */
const LARGEST_STEP_DOWN = 0.1;
/** One throttle lowers the limit to this part at most, however few are in flight: a single one may be an accident. */
const LARGEST_CUT = 0.5;
/** Where calls wait at the platform, the limit becomes this part of the calls that run there: the waiting ones are gone soon. */
const DRAIN = 0.95;
/** Calls that exceed the usual time by less than this part of the last round's excess get faster by themselves: it scales. */
const IMPROVED = 0.9;

/** Calls that take this many times as long with less in flight have not become longer once, by themselves. */
const WORSE = 1.2;
/** Least length of rounds that decide whether calls are slower, in milliseconds: a stalled machine delays all of a short one. */
const LEAST_DOUBT_MS = 150;

/** A limit that was lowered as calls had become slower, until it is known whether that has helped. */
interface Trial {
  readonly limit: number;
  readonly inFlight: number;
  readonly slowdown: number;
  /** Time for which all calls waited, in milliseconds; -Infinity: some did not. */
  readonly waitMs: number;
}

/**
 * Finds out how many attempts a platform runs at once, from its throttles — the number that was in flight when one was
 * refused is nearly the limit itself — and, where it refuses nothing, from the times of calls: see {@linkcode RoundTrips}.
 * It has no clock and no timers; it is told the time.
 *
 * It is in one of two states.
 * - **growing**: the limit is a base plus an amount that doubles, 1, 2, 4, 8, … (as BBR raises its bound while it probes,
 *   draft-ietf-ccwg-bbr, ProbeBW_UP) with each round in which calls were no slower, or that brings no calls back for ten
 *   seconds while none seems to wait. In the beginning the base is 0: slow start (RFC 5681 section 3.1). A throttle ends it:
 *   *holding*, at what was in flight before the attempt that was refused. So do two rounds in a row in which calls were
 *   slower, without getting faster: then in flight ÷ slowdown is what the platform runs at once.
 * - **holding**: the limit stays until enough attempts were started to pay for the throttle that a probe costs, or it has
 *   been lowered so far that it has changed: *growing*, with the present limit as the base.
 *
 * A throttle lowers the limit once per congestion episode: attempts that were started before it was lowered only tell it
 * more exactly (NewReno's `recover`, RFC 6582 section 3.2). Throttles that go on lower it by steps that double up to a tenth
 * of the limit, or by half when most attempts in flight were refused, until something started since is let in. So it
 * follows a platform whose concurrency collapses under overload down to where the overload ends, which is what such a
 * platform needs to recover (Bronson et al., "Metastable Failures in Distributed Systems", HotOS 2021).
 *
 * Lowered for slower calls, it looks whether that has made them faster: if not, they have become longer by themselves, as by
 * other inputs. Then it goes back, and what they take now is usual.
 *
 * Growth counts only while the limit is what keeps attempts from starting (RFC 7661): an application that is idle learns
 * nothing about the platform.
 */
export class AdaptiveLimit {
  readonly #trips: RoundTrips;
  #limit: number;
  #highest: number;
  #growing = true;
  /** While growing: the limit is the sum of both, … */
  #base = 0;
  #amount: number;
  /** … since then, … */
  #grownAtMs = -Infinity;
  /** … and whether a round has shown that the platform runs that many. */
  #confirmed = false;
  /** Calls were slower in the last round, by this; another one is to confirm it. */
  #slower: number | undefined;
  #trial: Trial | undefined;
  /** Since when the limit is what keeps attempts back; undefined: something else does. */
  #fullSinceMs: number | undefined;
  /** Number of times that the limit has been lowered, and the instant of the last one. */
  #epoch = 0;
  #loweredAtMs = 0;
  /** The step by which it is lowered if throttles go on. */
  #stepDown = 1;
  /** The limit at the end of the last growth. */
  #found = 0;
  /** Attempts started in this epoch. */
  #attempts = 0;
  /** Throttles of the last congestion episode, and for how long they closed the platform. */
  #cost = 0;
  #closedMs = 0;
  /** The mean time until a refusal is heard of, in milliseconds. */
  #refusalMs = 0;

  /**
   * @param running attempts in flight already, which it takes as possible
   * @param highest the limit never exceeds it
   */
  constructor(running = 0, highest = Infinity) {
    this.#limit = this.#amount = Math.max(FIRST_LIMIT, running);
    this.#highest = Math.min(highest, HIGHEST_LIMIT);
    this.#trips = new RoundTrips(Math.max(LEAST_ROUND, 2 * this.limit));
  }

  /** The present limit, a whole number; 0 only if that is the highest. */
  get limit(): number {
    return Math.min(this.#limit, this.#highest);
  }

  /** Whether it has been lowered to what the platform runs. */
  get isLowered(): boolean {
    return this.#epoch > 0;
  }

  /** The present limit, however low the highest is. */
  get learned(): number {
    return this.#limit;
  }

  /** Changes what the limit never exceeds; what was learned stays. */
  set highest(highest: number) {
    this.#highest = Math.min(highest, HIGHEST_LIMIT);
  }

  /** Notes a start. @param running attempts in flight, this one included */
  start(functionName: string, running: number, nowMs: number): AdaptiveStart {
    this.#attempts++;
    const known = this.#trips.of(functionName), round = this.#trips.start(known, running, nowMs);
    return { running, epoch: this.#epoch, round, known, atMs: nowMs };
  }

  /** The platform let an attempt in. @param runMs its run time, in milliseconds; left out: its end says nothing of that */
  letIn(start: AdaptiveStart, nowMs: number, runMs?: number): void {
    if (start.epoch === this.#epoch) this.#stepDown = 1;
    if (runMs === undefined) return this.leave(start, nowMs);
    this.#trips.took(start, runMs);
    if (this.#trips.isOver(nowMs)) this.#judge(nowMs);
  }

  /** An attempt is over that teaches nothing: it was not made, or it was refused for another reason. */
  leave(start: AdaptiveStart, nowMs: number): void {
    this.#trips.left(start);
    if (this.#trips.isOver(nowMs)) this.#judge(nowMs);
  }

  /** A function has told how long it really ran, in milliseconds. */
  told(functionName: string, functionMs: number): void {
    this.#trips.told(functionName, functionMs);
  }

  /** This machine has called back later than it was to, by this time in milliseconds. */
  late(ms: number): void {
    this.#trips.late(ms);
  }

  /** Begins another round. @param goesOn whether it is to tell with the last one what that could not tell alone */
  #next(nowMs: number, goesOn = false): void {
    const { limit } = this;
    const isQuick = this.#growing && this.#slower === undefined &&
      (this.#base === 0 || this.#cost > 0 || goesOn);
    const most = Math.min(LARGEST_SAMPLE, LONGEST_ROUND * limit);
    const wanted = isQuick
      ? Math.ceil(limit * SHARE_OF_ROUND)
      : Math.max(limit, Math.min(most, Math.ceil(this.#trips.needed)));
    const isDoubtful = this.#slower !== undefined || this.#trial !== undefined;
    this.#trips.next(Math.max(LEAST_ROUND, wanted), isDoubtful ? nowMs + LEAST_DOUBT_MS : -Infinity, goesOn);
  }

  /** A round is over. */
  #judge(nowMs: number): void {
    const trips = this.#trips;
    trips.compare(nowMs);
    const { slowdown, inFlight } = trips;
    if (!trips.isSlower || inFlight === 1) { // one alone waits for none of ours
      if (inFlight > 1 && trips.isSuspect(nowMs)) return this.#next(nowMs, true);
      this.#trial = this.#slower = undefined;
      this.#confirmed ||= inFlight >= USED * this.limit;
      const isStarting = this.#growing && this.#base === 0;
      // More in flight makes no call faster: what was learned before was slow for another reason, as all was cold.
      const isAnew = inFlight === 1 ? trips.isSlower || trips.isFaster : isStarting && trips.isFaster;
      trips.learn(isAnew ? "anew" : this.#growing && !isStarting ? "new" : "all");
      this.#next(nowMs);
    } else if (this.#trial !== undefined) this.#judgeTrial(this.#trial, nowMs);
    else if (this.#slower === undefined || slowdown - 1 < IMPROVED * (this.#slower - 1)) {
      this.#slower = slowdown; // what is new is slow at first: containers start
      this.#next(nowMs);
    } else this.#lowerBySlowdown(nowMs);
  }

  /** With less in flight, calls that waited are faster in proportion; halfway decides. If they are slower still, it runs less now. */
  #judgeTrial({ limit, inFlight, slowdown, waitMs }: Trial, nowMs: number): void {
    const trips = this.#trips;
    const half = (1 + trips.inFlight / inFlight) / 2;
    const isFaster = trips.slowdown < half * slowdown || trips.waitMs < half * waitMs;
    if (isFaster || trips.slowdown > WORSE * slowdown) return this.#lowerBySlowdown(nowMs);
    this.#trial = undefined;
    trips.learn("anew");
    this.#growOn(nowMs, limit);
  }

  #lowerBySlowdown(nowMs: number): void {
    const { slowdown, inFlight, running } = this.#trips;
    const waitMs = this.#trips.isSuspect(nowMs) ? this.#trips.waitMs : -Infinity;
    this.#trial = { limit: this.limit, inFlight, slowdown, waitMs };
    this.#lower(Math.max(1, Math.floor(DRAIN * running)), nowMs);
    this.#cost = 0;
    this.#closedMs = 0;
  }

  /**
   * The platform refused an attempt.
   *
   * @param running attempts in flight, this one included
   * @param closedMs for how long nothing is started now, as it has asked for
   */
  throttled(start: AdaptiveStart, running: number, nowMs: number, closedMs = 0): void {
    const { running: before, epoch, atMs } = start;
    this.#refusalMs += (nowMs - atMs - this.#refusalMs) * REFUSAL_GAIN;
    const limit = this.limit;
    const least = Math.max(1, Math.floor(limit * LARGEST_CUT));
    this.#trips.left(start);
    if (epoch !== this.#epoch) {
      const known = Math.max(least, Math.min(limit, running - 1));
      if (this.#found === this.#limit) this.#found = known;
      this.#limit = known;
      this.#cost++;
      return;
    }
    const known = Math.max(least, Math.min(limit, Math.max(before, running) - 1));
    if (this.#growing) this.#lower(known, nowMs);
    else this.#lower(Math.max(1, Math.min(known, limit - this.#nextStepDown(limit, running))), nowMs);
    this.#trial = undefined;
    this.#cost = 1;
    this.#closedMs = closedMs;
  }

  #nextStepDown(limit: number, running: number): number {
    const half = Math.ceil(limit * LARGEST_CUT);
    if (this.#cost > Math.max(half, running)) return half; // all was refused
    const step = this.#stepDown;
    this.#stepDown = Math.min(step * 2, Math.max(1, Math.floor(limit * LARGEST_STEP_DOWN)));
    return step;
  }

  /** Ends growth, or goes on down. */
  #lower(limit: number, nowMs: number): void {
    this.#limit = limit;
    if (this.#growing) this.#found = limit;
    this.#growing = false;
    this.#slower = undefined;
    this.#epoch++;
    this.#loweredAtMs = nowMs;
    this.#attempts = 0;
    this.#next(nowMs);
  }

  /** The last throttles closed the platform for one function only: others start meanwhile. */
  goesOn(): void {
    this.#closedMs = 0;
  }

  /** The throttles that lowered the limit were no sign of it: it grows on from its former value. */
  restore(limit: number, nowMs: number): void {
    this.#trial = this.#slower = undefined;
    this.#cost = this.#closedMs = 0;
    this.#limit = Math.max(this.#limit, limit);
    this.#growOn(nowMs, this.#limit);
  }

  /** Nothing more can start now: because of this limit, or for another reason. @param running attempts in flight */
  full(running: number, nowMs: number): void {
    if (running < this.limit) this.#fullSinceMs = undefined;
    else this.#fullSinceMs ??= nowMs;
  }

  /** Lets the limit grow by what the time allows. @returns whether it has */
  advance(nowMs: number): boolean {
    if (nowMs < this.#dueAtMs()) return false;
    if (this.#growing && !this.#confirmed && this.#isHeldUp(nowMs)) return false;
    if (this.#growing) this.#grow(nowMs, this.#base, Math.max(1, this.#amount * 2));
    else this.#grow(nowMs, this.#limit, 1);
    this.#fullSinceMs = nowMs;
    return true;
  }

  /** Whether no more is tried though the round takes too long, as calls seem to wait. */
  #isHeldUp(nowMs: number): boolean {
    if (this.#trips.isSuspect(nowMs)) {
      this.#grownAtMs = nowMs;
      return true;
    }
    this.#trips.begin();
    return false;
  }

  /** Grows on from a limit that was there before, in slow start if it was. */
  #growOn(nowMs: number, limit: number): void {
    if (this.#base === 0) this.#grow(nowMs, 0, limit);
    else this.#grow(nowMs, limit, 0);
  }

  #grow(nowMs: number, base: number, amount: number): void {
    if (!this.#growing) this.#stepDown = 1;
    this.#growing = true;
    this.#base = base;
    this.#amount = amount;
    this.#grownAtMs = nowMs;
    this.#limit = Math.max(this.#limit, Math.min(base + amount, this.#highest));
    if (this.#confirmed) this.#next(nowMs); // else the round goes on, of those that were started with less in flight
    this.#confirmed = false;
  }

  /** When the limit may grow with no other event; undefined if it is not what keeps attempts from starting. */
  wakeAtMs(): number | undefined {
    const dueAtMs = this.#dueAtMs();
    return dueAtMs === Infinity ? undefined : dueAtMs;
  }

  #dueAtMs(): number {
    const sinceMs = this.#fullSinceMs;
    if (sinceMs === undefined || this.#limit >= this.#highest) return Infinity;
    const isDoubtful = this.#slower !== undefined || this.#trial !== undefined;
    if (isDoubtful) return Infinity; // the end of a round decides
    if (!this.#growing) return Math.max(this.#loweredAtMs + this.holdMs, sinceMs + LEAST_RAISE_MS);
    if (!this.#confirmed) return Math.max(this.#grownAtMs, sinceMs) + this.#patienceMs;
    return Math.max(this.#grownAtMs + this.#doublingMs, sinceMs + LEAST_RAISE_MS);
  }

  /** Time after which more is tried though no round is over, in milliseconds. */
  get #patienceMs(): number {
    if (this.#base === 0) return LONGEST_ROUND_MS;
    return Math.min(LONGEST_PATIENCE_MS, Math.max(LONGEST_ROUND_MS, PATIENCE * this.#trips.usualMs));
  }

  get #doublingMs(): number {
    const refusalMs = REFUSALS_PER_DOUBLING * this.#refusalMs;
    return this.#base === 0 ? refusalMs : Math.max(DOUBLING_MS, refusalMs);
  }

  /** Time for which the limit stays after a throttle, in milliseconds. */
  get holdMs(): number {
    const latestMs = Math.max(LONGEST_HOLD_MS, LEAST_CLOSED_SHARE * this.#closedMs);
    const closedMs = Math.min(latestMs, CLOSED_SHARE * this.#closedMs);
    return Math.max(closedMs, this.#paidMs());
  }

  #paidMs(): number {
    if (this.#cost === 0 || this.#limit < this.#found * CHANGED) return LEAST_HOLD_MS;
    const paid = this.#attempts / Math.min(this.#cost, HIGHEST_COST);
    if (paid >= HOLD_ATTEMPTS) return LEAST_HOLD_MS;
    return paid >= LONG_HOLD_ATTEMPTS ? LONG_HOLD_MS : LONGEST_HOLD_MS;
  }
}
