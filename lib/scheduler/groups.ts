import { type GroupStats, type Policy, PolicyError, type Stats } from "../policies/mod.ts";
import type { Charge } from "./charge.ts";
import type { Invocation } from "./invocation.ts";
import { costOf, type Recharge, refresh, Service, type ShareUnit } from "./service.ts";
import { Shares } from "./shares.ts";
import { Group } from "./tree.ts";

/** Weights are read again after this time for groups to which nothing happens, in milliseconds, … */
const WEIGHT_SWEEP_MS = 100;
/** … or after this for each group, if that is later: reading them takes a few percent of a processor's time at most. */
const SWEEP_MS_PER_GROUP = 0.01;
/** Once expected run times have leapt, calls in flight are charged again at most this number of times for each one that ends; … */
const LEAPT_PER_END = 32;
/** … else they are looked at this number of times for each one that ends, … */
const LOOKED_AT_PER_END = 4;
/** … or after this time, in milliseconds, if that is earlier. */
const LOOK_MS = 1000;
/** A call in flight that has taken this many times what it is charged with is charged with what it has taken. */
const OVERRUN = 1.5;
/** Number of groups that are kept in any case. */
const LEAST_GROUPS = 1000;

/** The groups that a policy makes: whose weights they have, and the service that each has received. */
export class Groups {
  /** Undefined if the policy makes no groups: all are in one. */
  readonly service: Service | undefined;
  readonly shares: Shares;
  readonly #unit: ShareUnit;
  readonly #policy: Policy;
  readonly #stats: Stats;
  readonly #byName = new Map<string, Group>();
  /** In no order: each knows its place, so that it leaves without a search. No more than attempts in flight. */
  readonly #inFlight: Invocation[] = [];
  /** Expected run times have leapt since the calls in flight were charged by them, … */
  #haveLeapt = false;
  /** … and this number of attempts has ended. */
  #ended = 0;
  #lookedAtMs = 0;
  /** No call in flight has taken {@linkcode OVERRUN} times what it is charged with before. */
  #overrunsAtMs = Infinity;
  readonly #onForget: (group: Group) => void;
  #turns = 0;
  #allowed = LEAST_GROUPS;
  #sweptAtMs = 0;

  /**
   * @param max the global limit
   * @param before the groups that these replace: under the same policy, what each has received is remembered
   * @param onForget called with a group that is forgotten, as it has no work
   */
  constructor(
    policy: Policy,
    stats: Stats,
    { unit, max }: { readonly unit: ShareUnit; readonly max: number },
    onForget: (group: Group) => void,
    before?: Groups,
  ) {
    this.#policy = policy;
    this.#stats = stats;
    this.#unit = unit;
    this.#onForget = onForget;
    this.shares = new Shares(max);
    if (policy.group === undefined) return;
    this.service = new Service(unit, this.shares);
    if (before?.service !== undefined && before.#policy === policy) this.#inherit(before, before.service);
  }

  #inherit(before: Groups, service: Service): void {
    this.service!.inherit(service);
    for (const { name, declaredWeight, settled, receivedMs } of before.#byName.values()) {
      const group = new Group(name, false, declaredWeight);
      Object.assign(group, { load: settled, settled, receivedMs });
      this.#byName.set(name, group);
    }
  }

  get all(): Iterable<Group> {
    return this.#byName.values();
  }

  get byName(): ReadonlyMap<string, GroupStats> {
    return this.#byName;
  }

  /** The group of an invocation. */
  of(task: Invocation): Group {
    const name = this.#policy.group === undefined ? "" : this.#policy.group(task);
    let group = this.#byName.get(name);
    if (group === undefined) {
      if (typeof name !== "string") badAnswer("group", name, "a text");
      this.#forgetIdle();
      group = new Group(name, this.#policy.group === undefined, task.weight);
      this.#byName.set(name, group);
    }
    return group;
  }

  /** Groups come and go; those without work are kept until they are the most, which costs each of them one visit. */
  #forgetIdle(): void {
    if (this.#byName.size < this.#allowed) return;
    for (const group of this.#byName.values()) {
      if (!group.idle) continue;
      this.#onForget(group);
      this.#byName.delete(group.name);
    }
    this.#allowed = LEAST_GROUPS + 2 * this.#byName.size;
  }

  /** A task waits that is a group's newest: the group has what it declares. */
  join(task: Invocation, group: Group): void {
    group.declaredWeight = task.weight;
    group.demand = task.planned.load;
    this.weigh(group);
  }

  /** The expected cost of an attempt for its group. */
  costOf({ expectedMs }: Invocation): number {
    return costOf(expectedMs, this.#unit);
  }

  /** The cost of an attempt in flight for its group; it is reckoned now if the attempt was started when there were no groups. */
  costIn(task: Invocation): number {
    return task.charge!.cost ??= this.costOf(task);
  }

  /** An attempt of a group is in flight. */
  enter(task: Invocation, group: Group): void {
    group.running++;
    if (this.service === undefined) return;
    task.charge!.at = this.#inFlight.push(task) - 1;
    this.takeTurn(group);
    const cost = this.costIn(task);
    this.service.enter(group, cost);
    this.#overrunsAtMs = Math.min(this.#overrunsAtMs, this.#overrunOf(task, cost));
  }

  /** An attempt of a group has ended. @param heldMs time for which it held its slot, in milliseconds; undefined: it was refused */
  leave(task: Invocation, group: Group, heldMs: number | undefined): void {
    group.running--;
    if (this.service === undefined) return;
    this.#ended++;
    this.#land(task.charge!);
    this.service.leave(group, this.costIn(task), heldMs);
  }

  #land({ at }: Charge): void {
    const last = this.#inFlight.pop()!;
    if (at === this.#inFlight.length) return;
    this.#inFlight[at] = last;
    last.charge!.at = at;
  }

  /**
   * An attempt has ended, and a run time may have been learned: what is in flight is charged by the expected ones if these have
   * leapt, and a call that takes far longer than expected, as one that hangs, with what it has taken until now. It is charged too
   * little, and its group would be served too often until it ends.
   *
   * @returns the groups whose loads have changed
   */
  learned(haveLeapt: boolean): readonly Group[] {
    if (this.service === undefined) return NONE;
    this.#haveLeapt ||= haveLeapt;
    const { nowMs } = this.#stats, { length } = this.#inFlight, leapt = this.#haveLeapt;
    const perEnd = leapt ? LEAPT_PER_END : LOOKED_AT_PER_END;
    if (perEnd * this.#ended < length && nowMs - this.#lookedAtMs < LOOK_MS) return NONE;
    this.#haveLeapt = false;
    this.#ended = 0;
    this.#lookedAtMs = nowMs;
    if (!leapt && nowMs < this.#overrunsAtMs) return NONE;
    const more = this.#recharge(leapt, nowMs);
    this.service.recharge(more);
    return [...more.keys()];
  }

  /** Charges what is in flight again. @param leapt whether by the run times that are expected now, or as it was */
  #recharge(leapt: boolean, nowMs: number): ReadonlyMap<Group, Recharge> {
    const more = new Map<Group, Recharge>();
    this.#overrunsAtMs = Infinity;
    for (const task of this.#inFlight) {
      const before = this.costIn(task), expected = leapt ? this.costOf(task) : before;
      const isOverrun = nowMs >= this.#overrunOf(task, expected);
      const cost = isOverrun ? costOf(nowMs - task.charge!.startedAtMs, this.#unit) : expected;
      this.#overrunsAtMs = Math.min(this.#overrunsAtMs, this.#overrunOf(task, cost));
      if (cost === before) continue;
      task.charge!.cost = cost;
      const { group } = task.lane!, known = more.get(group);
      if (known === undefined) more.set(group, { by: cost - before, longest: cost });
      else {
        known.by += cost - before;
        known.longest = Math.max(known.longest, cost);
      }
    }
    return more;
  }

  /** When a call in flight has taken far longer than it is charged with. */
  #overrunOf(task: Invocation, cost: number): number {
    return this.#unit === "time" ? task.charge!.startedAtMs + OVERRUN * cost : Infinity;
  }

  /** Sets a group behind those that have the same load. */
  takeTurn(group: Group): void {
    group.turn = ++this.#turns;
  }

  /** Reads a group's weight again. */
  weigh(group: Group): void {
    if (this.#policy.group === undefined) return;
    if (this.#policy.weight !== undefined) {
      const weight = this.#policy.weight(group, this.#stats);
      if (!(weight > 0 && weight < Infinity)) badAnswer("weight", weight, "a number above 0");
      if (weight !== group.weight) {
        group.weight = weight;
        refresh(group);
      }
    }
    this.shares.update(group);
  }

  /** Whether the weights of all groups are to be read again now, as nothing may have happened to some of them for a while. */
  isSweepDue(nowMs: number): boolean {
    const everyMs = Math.max(WEIGHT_SWEEP_MS, SWEEP_MS_PER_GROUP * this.#byName.size);
    if (this.#policy.weight === undefined || nowMs - this.#sweptAtMs < everyMs) return false;
    this.#sweptAtMs = nowMs;
    return true;
  }
}

const NONE: readonly Group[] = [];

/** @throws {PolicyError} always */
export function badAnswer(part: string, answer: unknown, wanted: string): never {
  throw new PolicyError(
    "bad-answer",
    `Cannot schedule: the policy's ${part} answered ${answer} instead of ${wanted}`,
  );
}
