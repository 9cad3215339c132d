import { dueAt, type FunctionSpec, type Instance } from "../model/mod.ts";
import type { Task } from "../policies/mod.ts";
import type { PlanNode } from "./chain_plan.ts";
import type { Charge } from "./charge.ts";
import { InstanceProgress } from "./instance_progress.ts";
import type { KnownGates, Lane } from "./tree.ts";
import type { WayStart } from "./way_out.ts";

/**
 * Where an invocation is in its life: waiting for its turn, for the end of a delay, in flight, answered but not settled (its
 * output becomes durable), or over.
 */
export type Phase = "queued" | "delayed" | "running" | "answered" | "settled";

/** Of a map there are no more than 10,000 items. */
const ITEM = 2 ** -14;

interface Setbacks {
  failures: number;
  throttles: number;
  untilMs: number;
}

/** Not a private method: each object of a class with any has a field more. */
function noSetbacks(): Setbacks {
  return { failures: 0, throttles: 0, untilMs: -Infinity };
}

/** One node of one instance, or one item of its map, from being ready to being settled. It is also what policies see of it. */
export class Invocation implements Task {
  /**
   * The instance, as the scheduler has it.
   *
   * @internal
   */
  readonly run: InstanceRun;
  /**
   * Its node in the plan of its chain, which each decision asks: by way of `run` it would be waited for after that.
   *
   * @internal
   */
  readonly planned: PlanNode;
  /** Of a map: which item, from 0. */
  readonly item: number | undefined;
  /** Made with the first failure or throttle: most invocations have none. */
  #setbacks: Setbacks | undefined;
  /** Where it is in its life. */
  phase: Phase = "queued";
  /** Attempts begun. */
  attempts = 0;
  readyAtMs: number;
  /**
   * When and where its attempt in flight, or the last one, was started, and what it counts as: most invocations that wait have
   * none.
   *
   * @internal
   */
  charge: Charge | undefined;
  /**
   * Where it is queued, or was.
   *
   * @internal
   */
  lane: Lane | undefined;
  /**
   * The instance's invocations that are not settled form a list.
   *
   * @internal
   */
  nextOfRun: Invocation | undefined;
  /**
   * The one before it in that list.
   *
   * @internal
   */
  previousOfRun: Invocation | undefined;

  /**
   * For the scheduler alone.
   *
   * @internal
   */
  constructor(run: InstanceRun, nodeIndex: number, item: number | undefined, readyAtMs: number) {
    this.run = run;
    this.planned = run.plan.nodeAt(nodeIndex);
    this.item = item;
    this.readyAtMs = readyAtMs;
  }

  /**
   * The start of the attempt in flight, as its way out knows it.
   *
   * @internal
   */
  get start(): WayStart | undefined {
    return this.charge?.start;
  }

  set start(start: WayStart | undefined) {
    this.charge!.start = start;
  }

  /** Where the attempt in flight, or the last one, was started, if several platforms are attached. */
  get platform(): string | undefined {
    return this.charge?.platform;
  }

  set platform(platform: string | undefined) {
    this.charge!.platform = platform;
  }

  /** Attempts that failed; throttles are none. */
  get failures(): number {
    return this.#setbacks?.failures ?? 0;
  }

  set failures(failures: number) {
    if (failures !== this.failures) (this.#setbacks ??= noSetbacks()).failures = failures;
  }

  /** Throttles in a row. */
  get throttles(): number {
    return this.#setbacks?.throttles ?? 0;
  }

  set throttles(throttles: number) {
    if (throttles !== this.throttles) (this.#setbacks ??= noSetbacks()).throttles = throttles;
  }

  /**
   * When the delay after its last failure ends, or ended.
   *
   * @internal
   */
  get delayedUntilMs(): number {
    return this.#setbacks?.untilMs ?? -Infinity;
  }

  set delayedUntilMs(untilMs: number) {
    (this.#setbacks ??= noSetbacks()).untilMs = untilMs;
  }

  /** Its node's index in the chain. */
  get nodeIndex(): number {
    return this.planned.index;
  }
  /** The whole instance. */
  get of(): Instance {
    return this.run.instance;
  }
  /** The function's data. */
  get spec(): FunctionSpec {
    return this.planned.spec;
  }
  /** Submission order, then node order, then item order: the last tie-break. Exact up to 2^39 nodes. */
  get sequence(): number {
    const { item } = this;
    const sequence = this.run.sequence + this.nodeIndex;
    return item === undefined ? sequence : sequence + item * ITEM;
  }
  get chain(): string {
    return this.of.chain.name;
  }
  get instance(): string {
    return this.of.id;
  }
  get node(): string {
    return this.of.chain.nodes[this.nodeIndex]!.name;
  }
  get function(): string {
    return this.spec.name;
  }
  get labels(): Readonly<Record<string, string>> {
    return this.of.labels;
  }
  get priority(): number {
    return this.of.priority;
  }
  get functionPriority(): number | undefined {
    return this.spec.priority;
  }
  get weight(): number {
    return this.of.weight;
  }
  get deadlineMs(): number {
    return this.of.deadlineMs;
  }
  get chainStarted(): boolean {
    return this.run.started;
  }
  get submittedAtMs(): number {
    return dueAt(this.of);
  }
  get remainingMs(): number {
    return this.planned.remainingMs;
  }
  get expectedMs(): number {
    return this.planned.expectedMs;
  }
  get attainedMs(): number {
    return this.run.attainedMs;
  }
  get attempt(): number {
    return this.phase === "running" || this.phase === "answered" ? this.attempts : this.attempts + 1;
  }
}

/** One instance while the scheduler has it: its progress, and the invocations that wait or run. */
export class InstanceRun extends InstanceProgress {
  /** Attempts in flight. */
  running = 0;
  /** The gates of its nodes, where they depend on its labels. */
  gates: KnownGates | undefined;
  /** Its place in the table of all instances: its bucket, … */
  idHash = 0;
  /** … and the next one there. */
  nextInBucket: InstanceRun | undefined;
  #start: "none" | "here" | "before" = "none";
  #first: Invocation | undefined;

  /** The id of the instance. */
  get id(): string {
    return this.instance.id;
  }

  /** Whether one of its functions has been started, here or before. */
  get started(): boolean {
    return this.#start !== "none";
  }

  /** Whether something of it had been done before it was submitted here. */
  get resumed(): boolean {
    return this.#start === "before";
  }

  /** Something of it had been done before it was submitted here. */
  startedBefore(): void {
    this.#start = "before";
  }

  /** One of its functions is started. */
  starts(): void {
    if (this.#start === "none") this.#start = "here";
  }

  /** Notes that the attempt started here has not run. */
  takeStartBack(): void {
    if (this.#start === "here") this.#start = "none";
  }

  /** Whether anything of it has been called, attempted or settled: starts that were taken back leave nothing. */
  get hasBegun(): boolean {
    if (this.resumed || this.running > 0 || this.calling > 0 || this.unsettled < this.plan.size) return true;
    for (const { attempts } of this.invocations()) if (attempts > 0) return true;
    return false;
  }

  /** Whether it stands where every instance of its chain begins: nothing has begun, and nothing is decided by its args. */
  get isLikeOthers(): boolean {
    return !this.hasBegun && !this.plan.roots.some((node) => this.plan.decides[node]);
  }

  /** The first of its invocations that are not settled; each names the next. */
  get first(): Invocation | undefined {
    return this.#first;
  }

  /** Its invocations that are not settled. */
  *invocations(): Generator<Invocation> {
    for (let next: Invocation | undefined, at = this.#first; at !== undefined; at = next) {
      next = at.nextOfRun;
      yield at;
    }
  }

  add(invocation: Invocation): void {
    invocation.nextOfRun = this.#first;
    if (this.#first) this.#first.previousOfRun = invocation;
    this.#first = invocation;
  }

  remove({ nextOfRun, previousOfRun }: Invocation): void {
    if (previousOfRun) previousOfRun.nextOfRun = nextOfRun;
    else this.#first = nextOfRun;
    if (nextOfRun) nextOfRun.previousOfRun = previousOfRun;
  }

  /** Whether none of its invocations waits or runs. */
  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  /** Whether at most one of its invocations waits or runs. */
  get isSingle(): boolean {
    return this.#first?.nextOfRun === undefined;
  }
}
