import { type GroupStats, type Policy, PolicyError, type Stats } from "../policies/mod.ts";
import type { Charge } from "./charge.ts";
import type { Invocation } from "./invocation.ts";
import { costOf, refresh, Service, type ShareUnit } from "./service.ts";
import { Shares } from "./shares.ts";
import { Group } from "./tree.ts";

/** Weights are read again at most this often for groups to which nothing happens. */
const WEIGHT_SWEEP_MS = 100;
/** Calls in flight are charged again at most this number of times for each one that ends. */
const REPRICED_PER_END = 32;
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
    this.service.enter(group, this.costIn(task));
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
   * A run time was learned: what is in flight is charged by the expected ones if these have leapt. It started when that was far
   * off, and would set its group back until it ends.
   *
   * @returns the groups whose loads have changed
   */
  learned(haveLeapt: boolean): Iterable<Group> {
    this.#haveLeapt ||= haveLeapt;
    if (!this.#haveLeapt || REPRICED_PER_END * this.#ended < this.#inFlight.length) return [];
    this.#haveLeapt = false;
    this.#ended = 0;
    const more = new Map<Group, number>();
    for (const task of this.#inFlight) {
      const cost = this.costOf(task), by = cost - this.costIn(task), { group } = task.lane!;
      if (by === 0) continue;
      task.charge!.cost = cost;
      more.set(group, (more.get(group) ?? 0) + by);
    }
    this.service?.reprice(more);
    return more.keys();
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
    if (this.#policy.weight === undefined || nowMs - this.#sweptAtMs < WEIGHT_SWEEP_MS) return false;
    this.#sweptAtMs = nowMs;
    return true;
  }
}

/** @throws {PolicyError} always */
export function badAnswer(part: string, answer: unknown, wanted: string): never {
  throw new PolicyError(
    "bad-answer",
    `Cannot schedule: the policy's ${part} answered ${answer} instead of ${wanted}`,
  );
}
