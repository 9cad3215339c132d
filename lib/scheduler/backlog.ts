import type { Outcome } from "../model/mod.ts";
import type { FunctionStats, GroupStats, Policy, Stats } from "../policies/mod.ts";
import { Gates, type KeptBack } from "./gates.ts";
import { badAnswer, Groups } from "./groups.ts";
import { newCharge } from "./charge.ts";
import type { LoadObserver } from "./contract.ts";
import type { Invocation } from "./invocation.ts";
import { Lanes } from "./lanes.ts";
import { LeaseNeeds } from "./lease_needs.ts";
import type { LimitPart, LimitUse } from "./limit_part.ts";
import { type FixedLimits, inForce } from "./limits.ts";
import { checkNames, type PlatformOption, Platforms } from "./platform_pool.ts";
import type { ShareUnit } from "./service.ts";
import { Reserves } from "./reserves.ts";
import { ShareLimit, type Shares } from "./shares.ts";
import { type Gate, type Group, type Lane, type Limit, TimedLimit } from "./tree.ts";
import type { WaysOut } from "./ways_out.ts";

/** The part of a backlog that stays as it is, whatever the policy and the limits. */
export interface BacklogSetup extends KeptBack {
  readonly functions: ReadonlyMap<string, FunctionStats>;
  readonly strictShares: boolean;
  /** The unit in which shares are reckoned. */
  readonly share: ShareUnit;
  /** Those that functions without a URL may run on; none: there is but one. */
  readonly platforms: readonly PlatformOption[];
  /** The ways out to the platforms, which hold each to its limit. */
  readonly ways: WaysOut;
  /** Follows what waits and runs. (Default: nothing does) */
  readonly observer?: LoadObserver;
}

/**
 * The ready invocations, ordered by a policy, under limits. It knows of groups, gates and limits; instances, retries and outcomes
 * are the scheduler's. Policies see it as {@linkcode Stats}.
 */
export class Backlog implements Stats {
  nowMs = 0;
  running = 0;
  queued = 0;
  readonly #policy: Policy;
  #limits: FixedLimits;
  #max: number;
  readonly #gates: Gates;
  readonly #groups: Groups;
  readonly #lanes: Lanes;
  readonly #reserves = new Reserves();
  /** The starts that leased rates could let go. */
  readonly needs: LeaseNeeds = new LeaseNeeds();
  readonly #platforms: Platforms;
  /** Limits that are full until an instant while something waits for them, and when the first of them opens. */
  #shutForTime = new Set<TimedLimit>();
  #opensAtMs = Infinity;
  /** When `peek` was asked last. */
  #peekedAtMs = -Infinity;
  readonly functions: ReadonlyMap<string, FunctionStats>;
  /** Only under strict shares: what they are parts of, and those that are used up while something waits. */
  readonly #strict: Shares | undefined;
  readonly #shutShares = new Set<ShareLimit>();
  readonly #observer: LoadObserver | undefined;

  /**
   * @param before the backlog that this one replaces: time and rates go on from there, and shares under the same policy
   * @throws {RangeError} if a limit is not a whole number above 0, a rate no number above 0, or a platform not attached
   */
  constructor(
    policy: Policy,
    limits: FixedLimits,
    { functions, strictShares, share, platforms, ways, observer, ...kept }: BacklogSetup,
    before?: Backlog,
  ) {
    this.functions = functions;
    this.#observer = observer;
    this.nowMs = before?.nowMs ?? 0;
    this.#policy = policy;
    this.#limits = limits;
    this.#max = limits.global ?? Infinity;
    checkNames(limits.platforms ?? {}, platforms);
    const formerly = before && before.#platforms;
    this.#platforms = new Platforms(platforms, ways, policy.place, this, formerly);
    this.#gates = new Gates(limits, this, this.#platforms, kept, this.#reserves, before && before.#gates);
    const sharing = { unit: share, max: this.#max };
    const forget = (group: Group) => this.#lanes.forget(group);
    this.#groups = new Groups(policy, this, sharing, forget, before && before.#groups);
    if (strictShares && policy.group !== undefined) this.#strict = this.#groups.shares;
    this.#lanes = new Lanes(this.#gates, this.#reserves.all, this.#strict);
  }

  get policy(): Policy {
    return this.#policy;
  }

  get limits(): FixedLimits {
    return this.#limits;
  }

  /** Changes the limit of all functions together, which alone needs no new order; Infinity: none, 0: nothing starts. */
  setGlobal(max: number): void {
    this.#max = max;
    this.#groups.shares.max = max;
    this.#limits = inForce(this.#limits, max);
  }

  /** Goes on with another part of the limits, which needs no new order either. */
  setPart(part: LimitPart): void {
    for (const limit of this.#gates.setPart(part)) if (limit.shut) this.#open(limit);
  }

  /** The use of the limits beside the global one, and of floors. */
  uses(): Iterable<LimitUse> {
    return this.#gates.uses(this.needs.awaited);
  }

  get groups(): ReadonlyMap<string, GroupStats> {
    return this.#groups.byName;
  }

  /** Puts a ready invocation in its place. */
  add(task: Invocation): void {
    if (this.#gates.areMany) this.#gates.keepOnly(this.#lanes.forgetIdle(this.#groups.all));
    const group = this.#groups.of(task);
    if (group.idle) this.#groups.takeTurn(group);
    const lane = this.#lanes.of(task, group);
    const rank = this.#policy.rank === undefined ? 0 : this.#policy.rank(task, this);
    if (typeof rank === "number") {
      if (rank !== rank) badAnswer("rank", rank, "a number or a list of numbers");
      lane.push(task, rank, undefined);
    } else {
      this.#pushList(lane, task, rank);
    }
    task.lane = lane;
    group.queued++;
    this.queued++;
    this.#observer?.changed(task, 1, 0, this.nowMs);
    this.#groups.join(task, group);
    if (group.queued === 1) this.#groups.service?.raise(group, this.#groups.costOf(task));
    if (lane.queued++ > 0) lane.parent!.changed(lane);
    else this.#lanes.attach(lane);
    this.#reorder(group);
  }

  #pushList(lane: Lane, task: Invocation, rank: readonly number[]): void {
    const valid = Array.isArray(rank) && rank.length > 0 &&
      rank.every((n) => typeof n === "number" && n === n);
    if (!valid) badAnswer("rank", rank, "a number or a list of numbers");
    lane.push(task, rank[0]!, rank.length > 1 ? rank.slice(1) : undefined);
  }

  /** Takes an invocation out that will not run from here; its phase says so already. */
  drop(task: Invocation): void {
    const lane = task.lane!;
    this.#leave(task, 0);
    this.#settleLane(lane);
    this.#groupChanged(lane.group);
    this.#restIfIdle();
  }

  /** The invocation to start now; undefined if nothing waits or nothing may start. */
  peek(): Invocation | undefined {
    this.#peekedAtMs = this.nowMs;
    if (this.running >= this.#max || this.#platforms.closedUntilMs > this.nowMs) return undefined;
    if (this.nowMs >= this.#opensAtMs) this.#openInTime();
    if (this.#strict?.takeGrown()) { for (const share of this.#shutShares) this.#open(share); }
    const reserves = this.#reserves;
    for (let lane = reserves.best; lane !== undefined; lane = reserves.best) {
      const { gate } = lane;
      const shut = this.#shutBy(gate);
      if (shut === undefined) return this.#gates.rate?.full ? undefined : lane.top;
      gate.parent!.remove(gate);
      this.#shut(shut);
      this.#lanes.waitingFor(shut, gate).add(gate);
    }
    return undefined;
  }

  /** Tells each leased rate how many starts are wanted, as far as is known from the last `peek`. @param mayStart whether any is */
  askLeases(mayStart: boolean): void {
    const room = mayStart && this.#platforms.closedUntilMs <= this.nowMs ? this.#max - this.running : 0;
    const inVain = this.needs.ask(this.#gates.leased(), this.#gates.rate, this.#reserves.all, room);
    for (const rate of inVain) this.#unshut(rate);
    if (inVain.length > 0) this.peek(); // so that it waits for what else keeps it from starting
  }

  /** The limit that keeps a queued invocation from starting, whatever its turn. */
  obstacleOf(task: Invocation): Limit | undefined {
    return this.#shutBy(task.lane!.gate);
  }

  /** The slots that floors reserve for work that is there. */
  get reserved(): number {
    return this.#gates.reserved;
  }

  /** Whether something waits that only what holds for all keeps from starting: the global limit, a rate, a refusal of the platform. */
  get isCrowded(): boolean {
    return !this.#reserves.all.empty;
  }

  /** Whether something waits for strict shares, which are parts of the limit: it is the limit that keeps it from starting. */
  get waitsForShares(): boolean {
    return this.#shutShares.size > 0 && this.#shutShares.values().some(({ idle }) => !idle);
  }

  /** Takes out what `peek` answered and counts it as running; its call is to leave. */
  start(task: Invocation): void {
    const lane = task.lane!;
    const { service } = this.#groups;
    task.charge = newCharge(this.nowMs);
    service?.start(lane.group, this.#groups.costIn(task));
    for (const limit of lane.gate.limits) limit.start(task);
    this.#gates.rate?.start();
    lane.pop();
    this.#leave(task, 1);
    this.#count(task, lane.group);
    this.#settleLane(lane);
    this.#enter(lane);
  }

  /** The call of an invocation that was started has left; or, if it was to, will not any more. */
  left(task: Invocation, has: "left" | "neverLeft" = "left"): void {
    const charge = task.charge!;
    if (!charge.isToLeave) return;
    charge.isToLeave = false;
    if (!this.#gates.areRated) return;
    this.#gates.rate?.[has]();
    for (const limit of task.lane!.gate.limits) {
      limit[has]();
      if (limit.shut) this.#open(limit);
    }
  }

  /** Takes invocations that wait for a full limit out of the trees; a rate is looked at again when it opens. */
  #shut(limit: Limit): void {
    if (!limit.shut) { for (const node of limit.waiting.values()) node.parent?.remove(node); }
    limit.shut = true;
    if (limit instanceof ShareLimit) this.#shutShares.add(limit);
    if (!(limit instanceof TimedLimit)) return;
    this.#shutForTime.add(limit);
    this.#plan(limit);
  }

  /** Looks again when a shut limit opens: a place that has become free may open before those that had room. */
  #plan(limit: Limit): void {
    if (limit instanceof TimedLimit) this.#opensAtMs = Math.min(this.#opensAtMs, limit.opensAtMs);
  }

  /** Hangs what waits for a limit back into the trees if it may start now. */
  #open(limit: Limit): void {
    if (limit.full) this.#plan(limit);
    else this.#unshut(limit);
  }

  #unshut(limit: Limit): void {
    limit.shut = false;
    for (const [root, node] of limit.waiting) {
      if (node.empty) limit.waiting.delete(root);
      else root.hang(node);
    }
    if (limit instanceof TimedLimit) this.#shutForTime.delete(limit);
    if (limit instanceof ShareLimit) this.#shutShares.delete(limit);
  }

  #openInTime(): void {
    const shut = this.#shutForTime;
    this.#shutForTime = new Set();
    this.#opensAtMs = Infinity;
    for (const rate of shut) {
      if (rate.full) this.#shut(rate);
      else this.#open(rate);
    }
  }

  /** When a rate, or a hold, lets something start that waited at the last `peek`; undefined if none was waited for. */
  opensAtMs(): number | undefined {
    if (this.queued === 0 || this.running >= this.#max) return undefined;
    const allMs = Math.max(this.#platforms.closedUntilMs, this.#gates.rate?.opensAtMs ?? -Infinity);
    if (allMs > this.#peekedAtMs && allMs < Infinity) return allMs; // what is not granted yet is wanted once all else is open
    let firstMs = Infinity;
    for (const rate of this.#shutForTime) {
      if (!rate.idle && rate.opensAtMs > this.#peekedAtMs) firstMs = Math.min(firstMs, rate.opensAtMs);
    }
    return firstMs === Infinity ? undefined : firstMs;
  }

  /** Puts a lane right that has lost an invocation. */
  #settleLane(lane: Lane): void {
    if (lane.queued > 0) {
      lane.prune(lane.queued);
      lane.parent!.changed(lane);
    } else {
      lane.clear();
      lane.parent!.remove(lane);
    }
  }

  /** Counts an invocation as running that is running already, on a rebuild. */
  occupy(task: Invocation): void {
    const lane = task.lane = this.#lanes.of(task, this.#groups.of(task));
    if (task.charge!.isToLeave) {
      for (const limit of [this.#gates.rate, ...lane.gate.limits]) limit?.isToLeave();
    }
    this.#observer?.changed(task, 0, 1, this.nowMs);
    this.#count(task, lane.group);
    this.#enter(lane);
  }

  #count(task: Invocation, group: Group): void {
    this.running++;
    this.#groups.enter(task, group);
  }

  /** Limits count an invocation that is running; its group's load and turn have changed. */
  #enter({ group, gate }: Lane): void {
    for (const limit of gate.limits) {
      limit.enter();
      if (!limit.shut && limit.full && limit.waiting.size > 0) this.#shut(limit);
    }
    this.#groupChanged(group);
  }

  /** Gives back what a running invocation occupied. */
  release(task: Invocation, outcome: Outcome): void {
    const { group, gate } = task.lane!;
    this.left(task, "neverLeft");
    this.#platforms.learn(task, outcome);
    this.running--;
    this.#observer?.changed(task, 0, -1, this.nowMs);
    this.#receive(group, task, outcome);
    for (const limit of gate.limits) {
      limit.leave();
      if (limit.shut) this.#open(limit);
    }
    this.reopen();
    this.#groupChanged(group);
    this.#restIfIdle();
  }

  /** Charges an attempt that has ended with the time that it held its slot; one that was refused, with nothing. */
  #receive(group: Group, task: Invocation, { kind }: Outcome): void {
    const heldMs = kind === "throttled" ? undefined : Math.max(0, this.nowMs - task.charge!.startedAtMs);
    this.#groups.leave(task, group, heldMs);
    if (heldMs === undefined) return;
    group.receivedMs += heldMs;
    task.run.attain(heldMs, kind);
  }

  /** A run time was learned. @param haveLeapt whether expected ones have leapt: what is in flight is charged by them */
  learned(haveLeapt: boolean): void {
    const groups = this.#groups.learned(haveLeapt);
    for (let i = 0; i < groups.length; i++) this.#lanes.reorder(groups[i]!); // each end would cost an iterator
  }

  #restIfIdle(): void {
    if (this.queued === 0 && this.running === 0) this.#groups.service?.rest();
  }

  /** Lets start what waits for platforms that have room again, or for what was granted of rates. */
  reopen(): void {
    if (this.#shutForTime.size === 0) return;
    for (const limit of this.#platforms.limits()) if (limit.shut) this.#open(limit);
    for (const rate of this.#gates.leased()) if (rate.shut) this.#open(rate);
  }

  /** Whether an invocation that was throttled may start at once on another platform. */
  canGoElsewhere(task: Invocation): boolean {
    return this.#platforms.canGoElsewhere(task);
  }

  /** Reads the weights again of groups to which nothing has happened for a while. */
  sweep(): void {
    if (!this.#groups.isSweepDue(this.nowMs)) return;
    for (const group of this.#groups.all) this.#groupChanged(group);
  }

  #groupChanged(group: Group): void {
    if (this.#groups.service === undefined) return;
    this.#groups.weigh(group);
    this.#reorder(group);
  }

  #reorder(group: Group): void {
    if (this.#groups.service === undefined) return;
    if (group.share?.shut) this.#open(group.share);
    this.#lanes.reorder(group);
  }

  #leave(task: Invocation, running: 0 | 1): void {
    const lane = task.lane!;
    lane.queued--;
    lane.group.queued--;
    this.queued--;
    this.#observer?.changed(task, -1, running, this.nowMs);
  }

  #shutBy(gate: Gate): Limit | undefined {
    for (const limit of gate.limits) if (limit.full) return limit;
    return undefined;
  }
}
