import type { Outcome, Pause, Random } from "../model/mod.ts";
import type { Policy } from "../policies/mod.ts";
import { Backlog, type BacklogSetup } from "./backlog.ts";
import type { LoadObserver } from "./contract.ts";
import type { Invocation } from "./invocation.ts";
import { Hold, holdKey, type UnservedFunction } from "./unserved.ts";
import { checkFloors, type FloorShortage, reservedBy } from "./floors.ts";
import { GLOBAL, type LimitPart, type LimitUse, WHOLE } from "./limit_part.ts";
import { checkLimit, type FixedLimits, inForce, type Limits, sameButGlobal } from "./limits.ts";
import type { RateLease } from "./rate_lease.ts";
import type { AskedWait } from "./way_start.ts";
import { WaysOut } from "./ways_out.ts";

/** Most functions that are known to be served by nobody: each that is found changes the gates of all. */
const MOST_HOLDS = 1000;

/** The rules in force, which may be replaced while work goes on: policy, limits and pauses, and the backlog that they order. */
export class Regime {
  readonly #tasks: () => Iterable<Invocation>;
  #setup: BacklogSetup;
  /** Functions that nobody serves. */
  readonly #holds = new Map<string, Hold>();
  #backlog: Backlog;
  #limits: Limits;
  readonly #ways: WaysOut;

  /**
   * @param random for the jitter of delays
   * @param tasks all invocations that are not settled, in the order in which a new backlog is to get them
   * @throws {RangeError} if a limit is not a whole number above 0, or of a platform that is not attached
   */
  constructor(
    policy: Policy,
    limits: Limits,
    setup: Omit<BacklogSetup, "pauses" | "holds" | "part" | "leases" | "ways">,
    random: Random,
    tasks: () => Iterable<Invocation>,
  ) {
    this.#tasks = tasks;
    this.#ways = new WaysOut(setup.platforms.map(({ name }) => name), random);
    this.#setup = {
      ...setup,
      pauses: [],
      holds: this.#holds,
      part: WHOLE,
      leases: undefined,
      ways: this.#ways,
    };
    this.#limits = checked(limits);
    this.#ways.setLimits(limits);
    this.#backlog = this.#newBacklog(policy, inForce(limits, this.#ways.limit));
  }

  /** The ready invocations, and the number of running ones. */
  get backlog(): Backlog {
    return this.#backlog;
  }

  /** The number of attempts that may be in flight in all; Infinity: any number. */
  get limit(): number {
    return this.#backlog.limits.global ?? Infinity;
  }

  /** The floors cannot all be met, as a limit was found out that is lower; undefined: they can. */
  get floorShortage(): FloorShortage | undefined {
    if (!this.#ways.areLowered) return undefined;
    const { global } = this.#limits, reserved = reservedBy(this.#backlog.limits), { limit } = this;
    const part = typeof global === "number" ? this.#setup.part.of(GLOBAL, global) / global : 1;
    return limit < reserved * part ? { reserved, limit } : undefined;
  }

  /** Puts the limits into force that were learned until now. */
  advance(nowMs: number): void {
    if (!this.#ways.advance(nowMs)) return;
    this.#backlog.reopen(); // one of several, whose sum may be above what is allowed in all
    this.#adapt();
  }

  /** Nothing more may start, or nothing waits. */
  full(nowMs: number): void {
    this.#ways.full(nowMs, this.#backlog.waitsForShares);
  }

  /** Starts what the backlog has answered. */
  start(task: Invocation, nowMs: number): void {
    this.#backlog.start(task);
    task.start = this.#ways.to(task.platform).of(task).start(task, nowMs);
  }

  /** Gives back what an attempt occupied, and learns from what became of it. @param runMs from the call to the answer */
  release(task: Invocation, outcome: Outcome, nowMs: number, runMs: number | undefined): void {
    const start = task.start!;
    task.start = undefined;
    if (outcome.kind === "unserved") start.way.takeBack(start, nowMs);
    else {
      this.#answered(task);
      if (start.way.end(start, outcome, nowMs, runMs)) this.#renew();
    }
    this.#backlog.release(task, outcome);
    this.#adapt();
  }

  /** Until when nothing starts where an invocation was throttled; undefined if it may start at once, as far as there is room. */
  closedUntilMs(task: Invocation, nowMs: number): number | undefined {
    if (this.#backlog.canGoElsewhere(task)) return undefined;
    const { opensAtMs } = this.#ways.to(task.platform).of(task);
    return opensAtMs > nowMs ? opensAtMs : undefined;
  }

  /** Where callers are asked to wait. */
  asked(nowMs: number): readonly AskedWait[] {
    return [...this.#ways.asked(nowMs)];
  }

  /** This machine has called back later than it was to, by this time in milliseconds. */
  late(ms: number): void {
    this.#ways.late(ms);
  }

  /** A function has told how long it really ran, in milliseconds. */
  told(functionName: string, functionMs: number): void {
    this.#ways.told(functionName, functionMs);
  }

  /** Lets a function's calls go again, once one that was let go has been answered. */
  #answered(task: Invocation): void {
    if (this.#holds.size === 0) return;
    const key = holdKey(task.spec);
    if (!this.#holds.get(key)?.hasSent(task)) return;
    this.#holds.delete(key);
    this.#renew();
  }

  /** Queues an invocation again that has been released, as nobody serves its function, and holds back others of that. */
  putBack(task: Invocation, reason: string, nowMs: number): void {
    const key = holdKey(task.spec), hold = this.#holds.get(key);
    hold?.refused(task, reason, nowMs);
    if (hold !== undefined || this.#backlog.canGoElsewhere(task)) return this.#backlog.add(task);
    if (this.#holds.size >= MOST_HOLDS) this.#forgetHolds();
    this.#holds.set(key, new Hold(task.spec, reason, nowMs));
    this.#renew();
  }

  /** Forgets the functions without work, or else the one that has been waited for the longest. */
  #forgetHolds(): void {
    for (const [key, hold] of this.#holds) {
      if ((this.#setup.functions.get(hold.function)?.unsettled ?? 0) === 0) this.#holds.delete(key);
    }
    if (this.#holds.size < MOST_HOLDS) return;
    const [first] = this.#holds.keys();
    this.#holds.delete(first!);
  }

  /** The functions that nobody serves at present. */
  get unserved(): readonly UnservedFunction[] {
    return [...this.#holds.values()].filter(({ isAnswering }) => !isAnswering);
  }

  #adapt(): void {
    const limit = this.#ways.limit;
    if (limit === this.limit) return;
    this.#backlog.setGlobal(limit);
    this.#backlog.reopen();
  }

  /** When a rate lets something start, or a limit grows; Infinity: not by itself. */
  wakeAtMs(): number {
    return Math.min(this.#backlog.opensAtMs() ?? Infinity, this.#ways.wakeAtMs());
  }

  /** @throws {PolicyError} if the policy answers what it must not; the former one stays in force */
  setPolicy(policy: Policy): void {
    this.#renew({ policy });
  }

  /** @throws {RangeError} if a limit is not a whole number above 0; the former ones stay in force */
  setLimits(limits: Limits): void {
    const { limits: before } = this.#backlog;
    const next = inForce(checked(limits), Infinity);
    const isSame = sameButGlobal(before, next), { own } = this.#ways;
    if (!isSame) this.#newBacklog(this.#backlog.policy, next); // which refuses what is no limit
    this.#limits = limits;
    this.#setWays();
    if (isSame && this.#ways.own === own) return;
    this.#renew(isSame ? {} : { limits: next }); // once, as groups are raised each time
    this.#adapt();
    this.#backlog.reopen();
  }

  /** Goes on with another part of all limits. Costs a step for each limit that is remembered. */
  setPart(part: LimitPart): void {
    this.#setup = { ...this.#setup, part };
    this.#backlog.setPart(part);
    this.#setWays();
  }

  /** Keeps to all rates together with others from now on: by what is granted. Nothing may have been started yet. */
  leaseRates(): void {
    this.#setup = { ...this.#setup, leases: new Map() };
    this.#renew();
  }

  /** The leases of all rates. */
  get leases(): Iterable<RateLease> {
    return this.#setup.leases?.values() ?? [];
  }

  #setWays(): void {
    this.#ways.setLimits(partOfWays(this.#limits, this.#setup.part));
    this.#adapt();
    this.#backlog.reopen();
  }

  /** The present use of each limit, as far as it is remembered. */
  *uses(): Generator<LimitUse> {
    const { global, platforms = {} } = this.#limits,
      { running, queued, isCrowded, needs, reserved } = this.#backlog;
    if (typeof global === "number") {
      const isFull = running >= this.#setup.part.of(GLOBAL, global);
      const isShort = isFull && isCrowded, awaited = needs.isAwaiting ? { isAwaited: true } : {};
      const use = { name: GLOBAL, whole: global, used: running, held: running, isShort, ...awaited };
      yield reserved === 0 ? use : { ...use, reserved };
    }
    for (const [name, whole] of Object.entries(platforms)) {
      const { used, isFull } = this.#ways.useOf(name);
      yield { name: platformLimit(name), whole, used, held: used, isShort: isFull && queued > 0 };
    }
    yield* this.#backlog.uses();
  }

  /** Number of attempts that could be in flight at present if that were the global limit. */
  limitWithin(global: number): number {
    return this.#ways.limitWithin(global);
  }

  /** Has what waits and runs followed, from what does so now on. */
  observeLoad(observer: LoadObserver): void {
    this.#setup = { ...this.#setup, observer };
    this.#renew();
  }

  setPauses(pauses: readonly Pause[]): void {
    if (JSON.stringify(pauses) === JSON.stringify(this.#setup.pauses)) return;
    this.#setup = { ...this.#setup, pauses };
    this.#renew();
  }

  #newBacklog(policy: Policy, limits: FixedLimits, before = this.#backlog): Backlog {
    return new Backlog(policy, limits, this.#setup, before);
  }

  /** Sorts everything into a new backlog, by default under the same policy and limits. */
  #renew({ policy = this.#backlog.policy, limits = this.#backlog.limits } = {}): void {
    const former = this.#backlog, next = this.#newBacklog(policy, limits);
    try {
      this.#fill(next);
    } catch (error) {
      this.#fill(this.#newBacklog(former.policy, former.limits, former));
      throw error;
    }
  }

  #fill(backlog: Backlog): void {
    this.#backlog = backlog;
    this.#setup.observer?.restarted(backlog.nowMs);
    const queued: Invocation[] = [];
    for (const task of this.#tasks()) {
      if (task.phase === "running") backlog.occupy(task);
      else if (task.phase === "queued") queued.push(task);
    }
    for (const task of queued) backlog.add(task);
  }
}

/** @throws {RangeError} if a limit of attempts in flight in all is not a whole number above 0, or floors cannot be met */
function checked(limits: Limits): Limits {
  if (typeof limits.global === "number") checkLimit("in all", limits.global);
  checkFloors(limits);
  return limits;
}

function platformLimit(name: string): string {
  return `platform ${name}`;
}

/** The part of the limits that ways out keep to. */
function partOfWays({ global, platforms, ...others }: Limits, part: LimitPart): Limits {
  const parts = Object.entries(platforms ?? {}).map((
    [name, max],
  ) => [name, part.of(platformLimit(name), max)]);
  return {
    ...others,
    ...global !== undefined && { global: global === "auto" ? global : part.of(GLOBAL, global) },
    ...platforms !== undefined && { platforms: Object.fromEntries(parts) },
  };
}
