import type { Outcome, Random } from "../model/mod.ts";
import { AdaptiveLimit, type AdaptiveStart } from "./adaptive_limit.ts";
import { throttleDelayMs } from "./backoff.ts";
import { Blame } from "./blame.ts";
import { Doubt } from "./doubt.ts";
import { LastLetIn, Refusals } from "./refusals.ts";
import { type AskedWait, type Attempt, type StartBy, tellsTime } from "./way_start.ts";

/** Functions of a platform that have limits of their own; what more of them are refused counts as the platform's. */
const MOST_OWN = 100;

/** Throttles within this time, in milliseconds, may be for the same reason. */
const EPISODE_MS = 60_000;

/**
 * A wait that a platform asks for is for all calls there if it is no longer than this, in milliseconds. A longer one holds back
 * only the function whose call was answered so: it may be meant for that alone, and the others find out at the price of one
 * call each.
 */
const LONGEST_FOR_ALL_MS = 2000;

/**
 * No longer is a way out closed for what a platform asks, in milliseconds, as the clients of Stripe and OpenAI have it: one
 * answer that asks for an hour, for a quota of one function or by mistake, must not stop all others for that long. Then one call
 * asks again, …
 */
const LONGEST_CLOSED_MS = 60_000;
/** … alone, until it is let in, or has not been refused for this time, in milliseconds. */
const ASKS_AGAIN_MS = 2000;

/**
 * A function with a limit of its own is refused for that when about as many of its calls are in flight as ever. With at most this
 * part of the most that were let in, it is the platform that is full, …
 */
const FEWER = 0.5;
/** … unless that goes on, as the function's limit may have fallen: each time, this part of that number is kept. */
const KEPT = 0.9;
/** A function whose let-in calls reach this part of the platform's limit has none of its own: it was refused by chance. */
const NEARLY_ALL = 0.8;

/** An attempt as the way out knew it that it was started by. */
export type WayStart = StartBy<WayOut>;

/**
 * The place where attempts leave for a platform: counts those in flight there, and knows how many may be. Its limit is a
 * ceiling, under which an {@linkcode AdaptiveLimit} finds out what the platform runs at once; or it is fixed.
 *
 * A throttled invocation keeps its place among the ready ones. It is the way out that keeps it back, and all behind it: until
 * something in flight has ended, as the limit is lowered to that; or, where the limit leaves room, until a delay is over that
 * grows exponentially with each throttle in a row; and in any case as long as the platform asks.
 *
 * A function that is refused while others are let in has a limit of its own, and gets a way out of its own, which leads here.
 * One that is asked to wait for long, or is refused several times in a row, gets a door, which has no limit: it is shut until
 * then, or for a delay that grows, and goes when a call is let in. Else a call that is always refused, and that the policy puts
 * first, would be the only one that is tried, and nobody would see that the others are let in.
 */
export class WayOut {
  /** Attempts in flight. */
  running = 0;
  #ceiling = Infinity;
  #adaptive: AdaptiveLimit | undefined;
  /** Closed until then, unless something is let in first; … */
  #restsUntilMs = -Infinity;
  /** … and until then in any case. */
  #askedUntilMs = -Infinity;
  /** Time for which it was asked to be closed last, in milliseconds, … */
  #askedMs = 0;
  /** … and whether it is open earlier than that, for one call at first. */
  #asksAgain = false;
  /** Rests since something was let in, by the function that was refused. */
  readonly #rests = new Map<string, number>();
  readonly #random: Random;
  readonly #outer: WayOut | undefined;
  readonly #blame = new Blame();
  /** The limit before throttles lowered it for the first time of late. */
  #before: { readonly limit: number; readonly atMs: number } | undefined;
  /** The most that were in flight when one was started that was let in. */
  #mostLetIn = 0;
  readonly #refusals = new Refusals();
  /** The functions that were let in last, and when. */
  readonly #lastLetIn = new LastLetIn();
  /** When this, as a door, was shut last. */
  #shutAtMs = -Infinity;
  /** Whether long waits that were asked for were meant for single functions, until it is known. */
  #doubt: Doubt | undefined;
  /** Of functions with limits of their own, or with doors. */
  readonly #own = new Map<string, WayOut>();

  /**
   * @param random for the jitter of delays
   * @param outer the wider way out that this one leads to
   */
  constructor(random: Random, outer?: WayOut) {
    this.#random = random;
    this.#outer = outer;
  }

  /** The way out of a function. */
  of(attempt: Attempt): WayOut {
    return this.#own.size === 0 ? this : this.#own.get(attempt.function) ?? this;
  }

  /** The functions that have limits of their own, which were found out. */
  get own(): ReadonlyMap<string, WayOut> {
    return this.#own;
  }

  /** Whether this only keeps a function waiting, which leads on to where all limits are learned. */
  get #isDoor(): boolean {
    return this.#outer !== undefined && this.#adaptive === undefined;
  }

  /** Changes the limit; what was learned stays unless it becomes a fixed one. */
  setLimit(ceiling: number, isFixed: boolean): void {
    this.#ceiling = ceiling;
    if (isFixed) {
      this.#own.clear();
      this.#adaptive = undefined;
    } else if (this.#adaptive === undefined) this.#adaptive = new AdaptiveLimit(this.running, ceiling);
    else this.#adaptive.highest = ceiling;
  }

  /** The number of attempts that may be in flight at present. */
  get limit(): number {
    return this.#adaptive === undefined ? this.#ceiling : Math.min(this.#ceiling, this.#adaptive.limit);
  }

  /** Whether its limit has been lowered to what was found out. */
  get isLowered(): boolean {
    return this.#adaptive?.isLowered ?? false;
  }

  /** Number of attempts that could be in flight at present if that were the ceiling, by the limit that was learned. */
  limitWithin(ceiling: number): number {
    return this.#adaptive === undefined ? ceiling : Math.min(ceiling, this.#adaptive.learned);
  }

  /** When it is open again, if it is closed. */
  get opensAtMs(): number {
    return Math.max(this.#restsUntilMs, this.#askedUntilMs, this.#outer?.opensAtMs ?? -Infinity);
  }

  /** Whether one more may be in flight, whether it is closed or not. */
  get hasRoom(): boolean {
    return this.running < this.limit && (this.#outer?.hasRoom ?? true);
  }

  /** Whether an attempt may start. */
  isOpen(nowMs: number): boolean {
    return this.hasRoom && this.opensAtMs <= nowMs;
  }

  /** An attempt starts. */
  start(attempt: Attempt, nowMs: number): WayStart {
    const outer = this.#outer?.start(attempt, nowMs);
    this.running++;
    if (this.#asksAgain) {
      this.#asksAgain = false;
      this.#restsUntilMs = nowMs + ASKS_AGAIN_MS;
    }
    if (this.#blame.counts(this.running)) this.#blame.started(attempt.function, this.running);
    const adaptive = this.#adaptive?.start(attempt.function, this.running, nowMs);
    return { way: this, of: attempt, atMs: nowMs, adaptive, outer };
  }

  /** An attempt has ended that teaches nothing: it was not made. */
  takeBack({ adaptive, outer }: WayStart, nowMs: number): void {
    this.running--;
    if (adaptive !== undefined) this.#adaptive?.leave(adaptive, nowMs);
    outer?.way.takeBack(outer, nowMs);
  }

  /**
   * An attempt has ended.
   *
   * @param runMs from the call to the answer; left out: from its start
   * @returns whether its function has got a way out of its own for that, or has lost it
   */
  end(start: WayStart, outcome: Outcome, nowMs: number, runMs: number | undefined): boolean {
    this.running--;
    const { outer } = start;
    if (outcome.kind === "throttled") {
      const askedMs = outcome.retryAfterMs ?? 0;
      if (this.#isDoor) return outer!.way.end(outer!, outcome, nowMs, runMs);
      if (outer !== undefined && this.#isForAll(start)) {
        return this.#throttledForAll(start, outer, askedMs, nowMs);
      }
      const isApart = this.#throttled(start, askedMs, nowMs);
      outer?.way.takeBack(outer, nowMs);
      return isApart;
    }
    this.#letIn(start, outcome, nowMs, runMs);
    outer?.way.end(outer, outcome, nowMs, runMs);
    return (this.#isDoor || this.#hasNoLimit) && outer!.way.#remove(start.of.function, this);
  }

  /** Whether this is for a limit of a function's own that has turned out to be none. */
  get #hasNoLimit(): boolean {
    return this.#outer !== undefined && this.#mostLetIn >= NEARLY_ALL * this.#outer.limit;
  }

  /** Whether an attempt of a function with a limit of its own was refused for that of all. */
  #isForAll({ adaptive }: WayStart): boolean {
    return adaptive !== undefined && adaptive.running <= FEWER * this.#mostLetIn;
  }

  /** The wider way learns from such an attempt. @returns as `end` does */
  #throttledForAll({ adaptive }: WayStart, outer: WayStart, askedMs: number, nowMs: number): boolean {
    this.#mostLetIn *= KEPT;
    this.#adaptive?.leave(adaptive!, nowMs);
    outer.way.running--;
    return outer.way.#refused(outer, askedMs, nowMs);
  }

  /** @returns whether the function has got a way out of its own */
  #throttled(start: WayStart, askedMs: number, nowMs: number): boolean {
    const { adaptive, of: { function: name } } = start, own = this.#own.get(name);
    if (own !== undefined && !own.#isDoor) return false; // it was started before that was known
    if (adaptive !== undefined && this.#isOwn(name, adaptive, nowMs)) {
      this.#setApart(name, nowMs);
      return true;
    }
    const isForItself = own !== undefined && this.#lastLetIn.ofOthers(name) > own.#shutAtMs;
    if (isForItself && adaptive !== undefined && askedMs <= LONGEST_FOR_ALL_MS) {
      this.#adaptive?.leave(adaptive, nowMs);
      own.#shut(name, askedMs, nowMs);
      own.#asksAgain = true;
      return false;
    }
    return this.#refused(start, askedMs, nowMs);
  }

  /** The platform, or the function, takes no more. @returns whether the function has got a door */
  #refused(start: WayStart, askedMs: number, nowMs: number): boolean {
    const { adaptive, of: { function: name } } = start, before = this.#own.get(name);
    const isLong = askedMs > LONGEST_FOR_ALL_MS && this.#outer === undefined;
    const door = this.#waitsAlone(start, nowMs) || isLong ? this.#doorOf(name, nowMs) : undefined;
    if (door === undefined || isLong) (door ?? this).#ask(askedMs, nowMs);
    else door.#shut(name, askedMs, nowMs);
    const waitMs = door === undefined || isLong ? Math.min(askedMs, LONGEST_CLOSED_MS) : 0;
    if (adaptive !== undefined) this.#adaptive?.throttled(adaptive, this.running + 1, nowMs, waitMs);
    if (door === undefined && this.running < this.limit && nowMs >= this.#restsUntilMs) {
      this.#rest(name, nowMs);
    }
    if (!isLong) this.#doubt = undefined;
    else if (adaptive !== undefined && this.#before !== undefined) {
      if (this.#doubt?.isOver(nowMs, EPISODE_MS) ?? true) this.#doubt = new Doubt(this.#before.limit, nowMs);
      this.#doubt!.asked(name, adaptive, nowMs);
    }
    return door !== undefined && door !== before;
  }

  /** A function was let in: if it is none of those that were asked to wait, the platform goes on meanwhile. */
  #settle(doubt: Doubt, functionName: string, start: AdaptiveStart, nowMs: number): void {
    const told = doubt.isOver(nowMs, EPISODE_MS) ? "over" : doubt.letIn(functionName, start);
    if (told === "others") this.#adaptive!.goesOn();
    else if (told !== undefined) this.#doubt = undefined;
    if (told === "settled") this.#adaptive!.restore(doubt.limit, nowMs);
  }

  /**
   * Whether a refused function waits by itself, as it does so already, or was refused several times in a row. Under a fixed limit
   * only refusals while nothing else is in flight count: else the platform may be full, and what is first in turn must stay so.
   */
  #waitsAlone({ adaptive, atMs, of: { function: name } }: WayStart, nowMs: number): boolean {
    if (this.#outer !== undefined) return false;
    const own = this.#own.get(name);
    if (own !== undefined) return own.#isDoor;
    if (adaptive === undefined && (this.#adaptive !== undefined || this.running > 0)) return false;
    return this.#refusals.add(name, atMs, nowMs);
  }

  /** Shuts this, the door of a function, for longer each time. */
  #shut(functionName: string, askedMs: number, nowMs: number): void {
    this.#shutAtMs = nowMs;
    this.#ask(askedMs, nowMs);
    this.#rest(functionName, nowMs);
  }

  /** Closes it for longer each time that the same function is refused; others than a hundred count as one. */
  #rest(functionName: string, nowMs: number): void {
    const key = this.#rests.has(functionName) || this.#rests.size < MOST_OWN ? functionName : "";
    const rests = (this.#rests.get(key) ?? 0) + 1;
    this.#rests.set(key, rests);
    this.#restsUntilMs = nowMs + throttleDelayMs(rests, this.#random);
  }

  /** The platform asks to be left alone for `askedMs`. */
  #ask(askedMs: number, nowMs: number): void {
    const waitMs = Math.min(askedMs, LONGEST_CLOSED_MS);
    if (waitMs === 0 || nowMs + waitMs <= this.#askedUntilMs) return;
    this.#askedUntilMs = nowMs + waitMs;
    this.#askedMs = askedMs;
    this.#asksAgain = waitMs < askedMs;
  }

  /** The door of a function; undefined: there are too many. */
  #doorOf(functionName: string, nowMs: number): WayOut | undefined {
    let door = this.#own.get(functionName);
    if (door !== undefined) return door;
    if (this.#own.size >= MOST_OWN) {
      for (const [name, own] of this.#own) if (own.#isOver(nowMs)) this.#own.delete(name);
      if (this.#own.size >= MOST_OWN) return undefined;
    }
    this.#own.set(functionName, door = new WayOut(this.#random, this));
    door.#rests.set(functionName, this.#rests.get(functionName) ?? 0);
    return door;
  }

  /** Whether this is a door that nobody has gone through since it opened. */
  #isOver(nowMs: number): boolean {
    return this.#isDoor && this.running === 0 && Math.max(this.#askedUntilMs, this.#restsUntilMs) <= nowMs;
  }

  /** Takes a door away. @returns whether it was there */
  #remove(functionName: string, door: WayOut): boolean {
    return this.#own.get(functionName) === door && this.#own.delete(functionName);
  }

  #isOwn(functionName: string, start: AdaptiveStart, nowMs: number): boolean {
    if (this.#outer !== undefined || this.#adaptive === undefined) return false;
    if (this.#before === undefined || nowMs - this.#before.atMs > EPISODE_MS) {
      this.#before = { limit: this.#adaptive.limit, atMs: nowMs };
    }
    const { holdMs } = this.#adaptive;
    return this.#blame.throttled(functionName, start, nowMs, holdMs) && this.#own.size < MOST_OWN;
  }

  /** Gives a function a limit of its own; that of all is what it was before. */
  #setApart(functionName: string, nowMs: number): void {
    const own = this.#own.get(functionName) ?? new WayOut(this.#random, this);
    own.setLimit(Infinity, false);
    this.#own.set(functionName, own);
    this.#blame.forget();
    this.#adaptive?.restore(this.#before!.limit, nowMs);
    this.#before = undefined;
    this.#restsUntilMs = this.#askedUntilMs = -Infinity;
    this.#asksAgain = false;
  }

  #letIn({ adaptive, atMs, of }: WayStart, outcome: Outcome, nowMs: number, runMs?: number): void {
    if (this.#rests.size > 0) this.#rests.clear();
    this.#restsUntilMs = -Infinity;
    if (!this.#refusals.isEmpty) this.#refusals.end(of.function);
    if (adaptive === undefined || this.#adaptive === undefined) return;
    if (this.#doubt !== undefined) this.#settle(this.#doubt, of.function, adaptive, nowMs);
    if (this.#outer === undefined) this.#lastLetIn.add(of.function, atMs);
    this.#mostLetIn = Math.max(this.#mostLetIn, adaptive.running);
    const tookMs = tellsTime(outcome) ? runMs ?? nowMs - adaptive.atMs : undefined;
    this.#adaptive.letIn(adaptive, nowMs, tookMs);
  }

  /** A function has told how long it really ran, in milliseconds. */
  told(functionName: string, functionMs: number): void {
    this.#adaptive?.told(functionName, functionMs);
    this.#own.get(functionName)?.told(functionName, functionMs);
  }

  /** This machine has called back later than it was to, by this time in milliseconds. */
  late(ms: number): void {
    this.#adaptive?.late(ms);
    for (const own of this.#own.values()) own.late(ms);
  }

  /** Nothing more can start now. */
  full(nowMs: number, isShared = false): void {
    this.#adaptive?.full(isShared ? Infinity : this.running, nowMs);
    if (this.#own.size === 0) return;
    for (const own of this.#own.values()) own.full(nowMs);
  }

  /** Where callers are asked to wait: here, or for limits of single functions. */
  *asked(nowMs: number): Generator<AskedWait> {
    if (this.#askedUntilMs > nowMs) yield { askedMs: this.#askedMs, untilMs: this.#askedUntilMs };
    for (const [name, own] of this.#own) {
      for (const wait of own.asked(nowMs)) yield { ...wait, function: name };
    }
  }

  /** Lets the limit grow by what the time allows. @returns whether it has grown, or that of a function */
  advance(nowMs: number): boolean {
    let hasGrown = this.#adaptive?.advance(nowMs) ?? false;
    if (this.#own.size === 0) return hasGrown;
    for (const own of this.#own.values()) hasGrown = own.advance(nowMs) || hasGrown;
    return hasGrown;
  }

  /** When the limit may grow with no other event; Infinity: not by itself. */
  wakeAtMs(): number {
    let firstMs = this.#adaptive?.wakeAtMs() ?? Infinity;
    if (this.#own.size === 0) return firstMs;
    for (const own of this.#own.values()) firstMs = Math.min(firstMs, own.wakeAtMs());
    return firstMs;
  }
}
