import type { Outcome } from "../model/mod.ts";
import {
  type FunctionStats,
  type GroupStats,
  type Policy,
  PolicyError,
  type Stats,
} from "../policies/mod.ts";
import { forgetIdleLanes } from "./idle_lanes.ts";
import type { Invocation } from "./invocation.ts";
import { checkLimit, type FixedLimits, Gates, type KeptBack } from "./limits.ts";
import { type PlatformOption, Platforms } from "./platform_pool.ts";
import { ShareLimit, Shares } from "./shares.ts";
import { Branch, Gate, Group, GroupTree, Lane, type Limit, TimedLimit } from "./tree.ts";
import type { WaysOut } from "./ways_out.ts";

/** Weights are read again at most this often for groups to which nothing happens. */
const WEIGHT_SWEEP_MS = 100;

/** A group of no more lanes shares its tree with others: it costs less to move them than that limits have more nodes. */
const FEW_LANES = 4;
/**
 * A group gets a tree of its own if it has so many lanes for each tree that there is: moving a limit's nodes, one a tree,
 * then costs no more than moving the lanes would.
 */
const LANES_PER_TREE = 8;

/** What stays as it is, whatever the policy and the limits. */
export interface BacklogSetup extends KeptBack {
  readonly functions: ReadonlyMap<string, FunctionStats>;
  readonly strictShares: boolean;
  /** Those that functions without a URL may run on; none: there is but one. */
  readonly platforms: readonly PlatformOption[];
  /** How much goes to each platform. */
  readonly ways: WaysOut;
}

/** So many groups are kept in any case. */
const LEAST_GROUPS = 1000;

/**
 * What is ready, ordered by a policy, under limits. It knows of groups, gates and limits; instances, retries and outcomes
 * are the scheduler's. Policies see it as {@linkcode Stats}.
 */
export class Backlog implements Stats {
  nowMs = 0;
  running = 0;
  queued = 0;
  readonly #policy: Policy;
  #limits: FixedLimits;
  #max: number;
  readonly #root = new Branch();
  readonly #groups = new Map<string, Group>();
  readonly #gates: Gates;
  readonly #platforms: Platforms;
  /** Limits that are full until an instant while something waits for them, and when the first of them opens. */
  #shutForTime = new Set<TimedLimit>();
  #opensAtMs = Infinity;
  readonly functions: ReadonlyMap<string, FunctionStats>;
  /** Only under strict shares: what they are parts of, and those that are used up while something waits. */
  readonly #shares: Shares | undefined;
  readonly #shutShares = new Set<ShareLimit>();
  #turns = 0;
  #trees = 0;
  #groupsAllowed = LEAST_GROUPS;
  #sweptAtMs = 0;

  /**
   * @param before the backlog that this one replaces: time and rates go on from there
   * @throws {RangeError} if a limit is not a whole number above 0, a rate no number above 0, or a platform not attached
   */
  constructor(
    policy: Policy,
    limits: FixedLimits,
    { functions, strictShares, platforms, ways, ...kept }: BacklogSetup,
    before?: Backlog,
  ) {
    this.functions = functions;
    this.nowMs = before?.nowMs ?? 0;
    this.#policy = policy;
    this.#limits = limits;
    this.#max = checkLimit("in all", limits.global ?? Infinity);
    checkNames(limits.platforms ?? {}, platforms);
    const formerly = before && before.#platforms;
    this.#platforms = new Platforms(platforms, ways, policy.place, this, formerly);
    this.#gates = new Gates(limits, this, this.#platforms, kept, before && before.#gates);
    if (strictShares && policy.group !== undefined) {
      this.#shares = new Shares(this.#max);
    }
  }

  get policy(): Policy {
    return this.#policy;
  }

  get limits(): FixedLimits {
    return this.#limits;
  }

  /** Changes the limit of all functions together, which alone needs no new order. @throws {RangeError} as the constructor */
  setGlobal(max: number | undefined): void {
    this.#max = checkLimit("in all", max ?? Infinity);
    if (this.#shares !== undefined) Object.assign(this.#shares, { max: this.#max, grown: true });
    const { global: _, ...others } = this.#limits;
    this.#limits = max === undefined ? others : { ...others, global: max };
  }

  get groups(): ReadonlyMap<string, GroupStats> {
    return this.#groups;
  }

  /** Puts a ready invocation in its place. */
  add(task: Invocation): void {
    if (this.#gates.areMany) this.#gates.keepOnly(forgetIdleLanes(this.#groups.values()));
    const group = this.#groupOf(task);
    if (group.idle) group.turn = ++this.#turns;
    const lane = this.#laneOf(group, this.#gateOf(task, group));
    const rank = this.#policy.rank === undefined ? 0 : this.#policy.rank(task, this);
    if (typeof rank === "number") {
      if (rank !== rank) this.#badAnswer("rank", rank, "a number or a list of numbers");
      lane.tasks.push(task, rank, undefined);
    } else {
      this.#pushList(lane, task, rank);
    }
    task.lane = lane;
    group.queued++;
    this.queued++;
    group.declaredWeight = task.weight;
    if (lane.queued++ > 0) lane.parent!.changed(lane);
    else this.#attach(lane);
    this.#groupChanged(group);
  }

  #pushList(lane: Lane, task: Invocation, rank: readonly number[]): void {
    const valid = Array.isArray(rank) && rank.length > 0 &&
      rank.every((n) => typeof n === "number" && n === n);
    if (!valid) this.#badAnswer("rank", rank, "a number or a list of numbers");
    lane.tasks.push(task, rank[0]!, rank.length > 1 ? rank.slice(1) : undefined);
  }

  /** Takes an invocation out that will not run from here; its phase says so already. */
  drop(task: Invocation): void {
    const lane = task.lane!;
    this.#leave(lane);
    this.#settleLane(lane);
    this.#groupChanged(lane.group);
  }

  /** The invocation to start now; undefined if nothing waits or nothing may start. */
  peek(): Invocation | undefined {
    if (this.running >= this.#max || this.#shutForAllMs() > this.nowMs) return undefined;
    if (this.nowMs >= this.#opensAtMs) this.#openInTime();
    if (this.#shares?.grown) this.#openShares(this.#shares);
    for (let top = this.#root.top; top !== undefined; top = this.#root.top) {
      const lane = top.best;
      const shut = this.#shutBy(lane.gate);
      if (shut === undefined) return lane.tasks.top;
      const { gate } = lane;
      gate.parent!.remove(gate);
      this.#shut(shut);
      shut.waitingUnder(gate.root ?? this.#root).add(gate);
    }
    return undefined;
  }

  /** Until when nothing may start whatever it is, as the rate for all is used up, or the platform has throttled. */
  #shutForAllMs(): number {
    const rateMs = this.#gates.rate?.opensAtMs ?? -Infinity;
    return this.#platforms.areNamed ? rateMs : Math.max(rateMs, this.#platforms.out.closedUntilMs);
  }

  /** Takes out what `peek` answered and counts it as running. */
  start(task: Invocation): void {
    const lane = task.lane!;
    for (const limit of lane.gate.limits) limit.start(task);
    this.#gates.rate?.start();
    lane.tasks.pop();
    this.#leave(lane);
    this.#settleLane(lane);
    this.occupy(task, lane);
  }

  /** Takes what waits for a full limit out of the trees; a rate is looked at again when it opens. */
  #shut(limit: Limit): void {
    if (!limit.shut) { for (const node of limit.waiting.values()) node.parent?.remove(node); }
    limit.shut = true;
    if (limit instanceof ShareLimit) this.#shutShares.add(limit);
    if (!(limit instanceof TimedLimit)) return;
    this.#shutForTime.add(limit);
    this.#opensAtMs = Math.min(this.#opensAtMs, limit.opensAtMs);
  }

  /** Hangs what waits for a limit back into the trees if it may start now. */
  #open(limit: Limit): void {
    if (limit.full) return;
    limit.shut = false;
    for (const [root, node] of limit.waiting) {
      if (node.empty) limit.waiting.delete(root);
      else this.#hang(node, root);
    }
    if (limit instanceof TimedLimit) this.#shutForTime.delete(limit);
    if (limit instanceof ShareLimit) this.#shutShares.delete(limit);
  }

  /** A group's tree hangs from the common root as long as it is not empty. */
  #hang(node: Branch, root: Branch): void {
    root.add(node);
    if (root !== this.#root && root.parent === undefined) this.#root.add(root);
  }

  #openShares(shares: Shares): void {
    shares.grown = false;
    for (const share of this.#shutShares) this.#open(share);
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

  /** When a rate, or a hold, lets something start that waits; undefined if none is waited for. */
  opensAtMs(): number | undefined {
    if (this.queued === 0 || this.running >= this.#max) return undefined;
    const allMs = this.#shutForAllMs();
    if (allMs > this.nowMs) return allMs;
    let firstMs = Infinity;
    for (const rate of this.#shutForTime) {
      if (!rate.idle && rate.full) firstMs = Math.min(firstMs, rate.opensAtMs);
    }
    return firstMs === Infinity ? undefined : firstMs;
  }

  /** Puts a lane right that has lost an invocation. */
  #settleLane(lane: Lane): void {
    if (lane.queued > 0) {
      lane.tasks.prune();
      lane.parent!.changed(lane);
    } else {
      lane.tasks.clear();
      lane.parent!.remove(lane);
    }
  }

  /** Counts an invocation as running; with a lane of its own choice only on a rebuild, when it is running already. */
  occupy(task: Invocation, lane = this.#laneFor(task)): void {
    const { group, gate } = lane;
    task.lane = lane;
    this.running++;
    group.running++;
    if (this.#policy.group !== undefined) group.turn = ++this.#turns;
    for (const limit of gate.limits) {
      limit.enter(task);
      if (!limit.shut && limit.waiting.size > 0 && limit.full) this.#shut(limit);
    }
    this.#groupChanged(group);
  }

  /** Gives back what a running invocation occupied. */
  release(task: Invocation, outcome: Outcome): void {
    const { group, gate } = task.lane!;
    this.#platforms.learn(task, outcome);
    this.running--;
    group.running--;
    for (const limit of gate.limits) {
      limit.leave(task);
      if (limit.shut) this.#open(limit);
    }
    this.reopen();
    this.#groupChanged(group);
  }

  /** Lets start what waits for platforms that have room again. */
  reopen(): void {
    for (const limit of this.#platforms.limits()) if (limit.shut) this.#open(limit);
  }

  /** Whether an invocation that was throttled may start at once on another platform. */
  canGoElsewhere(task: Invocation): boolean {
    return this.#platforms.canGoElsewhere(task);
  }

  /** Reads the weights again of groups to which nothing has happened for a while. */
  sweep(): void {
    if (this.#policy.weight === undefined || this.nowMs - this.#sweptAtMs < WEIGHT_SWEEP_MS) return;
    this.#sweptAtMs = this.nowMs;
    for (const group of this.#groups.values()) this.#groupChanged(group);
  }

  #groupChanged(group: Group): void {
    if (this.#policy.group === undefined) return;
    this.#weigh(group);
    this.#shares?.update(group);
    if (group.share?.shut) this.#open(group.share);
    const { tree } = group;
    if (tree !== undefined) {
      if (tree.standing.read(group)) tree.parent?.changed(tree);
    } else {
      for (const lane of group.lanes) if (lane.readGroup()) lane.parent?.changed(lane);
    }
  }

  #weigh(group: Group): void {
    if (this.#policy.weight === undefined) return;
    const weight = this.#policy.weight(group, this);
    if (!(weight > 0 && weight < Infinity)) this.#badAnswer("weight", weight, "a number above 0");
    group.weight = weight;
  }

  #leave(lane: Lane): void {
    lane.queued--;
    lane.group.queued--;
    this.queued--;
  }

  /** Hangs a lane that was empty into the tree. */
  #attach(lane: Lane): void {
    const { gate } = lane;
    const idle = gate.empty;
    if (lane.group.tree === undefined) lane.readGroup();
    gate.add(lane);
    if (idle) this.#hang(gate, gate.root ?? this.#root);
  }

  #shutBy(gate: Gate): Limit | undefined {
    for (const limit of gate.limits) if (limit.full) return limit;
    return undefined;
  }

  #groupOf(task: Invocation): Group {
    const name = this.#policy.group === undefined ? "" : this.#policy.group(task);
    let group = this.#groups.get(name);
    if (group === undefined) {
      if (typeof name !== "string") this.#badAnswer("group", name, "a text");
      this.#forgetIdleGroups();
      group = new Group(name, this.#policy.group === undefined, task.weight);
      this.#groups.set(name, group);
    }
    return group;
  }

  /** Groups come and go; those without work are kept until they are the most, which costs each of them one visit. */
  #forgetIdleGroups(): void {
    if (this.#groups.size < this.#groupsAllowed) return;
    for (const group of this.#groups.values()) {
      if (!group.idle) continue;
      for (const lane of group.lanes) lane.gate.lanes.delete(group);
      if (group.tree !== undefined) this.#trees--;
      this.#groups.delete(group.name);
    }
    this.#groupsAllowed = LEAST_GROUPS + 2 * this.#groups.size;
  }

  #laneFor(task: Invocation): Lane {
    const group = this.#groupOf(task);
    return this.#laneOf(group, this.#gateOf(task, group));
  }

  /** Groups that have a tree, and all under strict shares, have gates of their own; the latter count against the share. */
  #gateOf(task: Invocation, group: Group): Gate {
    const gate = this.#gates.of(task);
    if (this.#shares === undefined && group.tree === undefined) return gate;
    let own = group.gates.get(gate);
    if (own === undefined) group.gates.set(gate, own = this.#ownGate(gate, group));
    return own;
  }

  #ownGate({ limits }: Gate, group: Group): Gate {
    if (this.#shares === undefined) return new Gate(limits, group.tree);
    group.share ??= new ShareLimit(group, this.#shares);
    return new Gate([...limits, group.share], group.tree);
  }

  #laneOf(group: Group, gate: Gate): Lane {
    let lane = gate.lanes.get(group);
    if (lane === undefined) {
      lane = new Lane(group, gate);
      gate.lanes.set(group, lane);
      group.lanes.push(lane);
      if (this.#deservesTree(group)) this.#plant(group);
    }
    return lane;
  }

  #deservesTree({ tree, lanes, shared }: Group): boolean {
    return tree === undefined && !shared && lanes.length > FEW_LANES + LANES_PER_TREE * this.#trees;
  }

  /** Moves a group's lanes into a tree of their own. */
  #plant(group: Group): void {
    this.#trees++;
    const tree = group.tree = new GroupTree();
    tree.standing.read(group);
    for (const lane of group.lanes) {
      const { gate } = lane;
      if (lane.queued > 0) gate.remove(lane);
      gate.lanes.delete(group);
      const own = this.#shares === undefined ? new Gate(gate.limits, tree) : gate;
      own.root = tree;
      own.lanes.set(group, lane);
      if (own !== gate) group.gates.set(gate, own);
      lane.moveInto(tree, own);
      if (lane.queued > 0) this.#attach(lane);
    }
  }

  #badAnswer(part: string, answer: unknown, wanted: string): never {
    throw new PolicyError(
      "bad-answer",
      `Cannot schedule: the policy's ${part} answered ${answer} instead of ${wanted}`,
    );
  }
}

function checkNames(limits: Readonly<Record<string, number>>, platforms: readonly PlatformOption[]): void {
  const stranger = Object.keys(limits).find((name) => platforms.every((platform) => platform.name !== name));
  if (stranger === undefined) return;
  const names = platforms.map(({ name }) => name).join(", ");
  throw new RangeError(`Cannot limit the platform ${stranger}: attached are ${names || "none by name"}`);
}
