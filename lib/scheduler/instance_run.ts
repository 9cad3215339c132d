import {
  type Instance,
  type NodeRecord,
  type NodeState,
  NULL,
  type Outcome,
  runsAfter,
} from "../model/mod.ts";
import type { ChainPlan } from "./chain_plan.ts";
import type { Delay, Ending, NodeCall } from "./contract.ts";
import type { Invocation } from "./invocation.ts";
import { type Course, NOTHING, type Rare, type Reach } from "./instance_parts.ts";
import { MapRun } from "./map_run.ts";
import type { Gate } from "./tree.ts";

const NO_GATES: readonly Gate[] = [];
const NO_CALLS: readonly NodeCall[] = [];

const INTERRUPTED_UNDOING = "its consumer died while it was being undone";
const INTERRUPTED = "it was running when its consumer died, and it must not run twice";

/** One instance while the scheduler has it: how its nodes have ended, and what that makes of those after them. */
export class InstanceRun {
  /** Nodes that are not settled. */
  unsettled: number;
  /** Attempts in flight. */
  running = 0;
  /** The gates of its nodes, where they depend on its labels. */
  gates: readonly Gate[] = NO_GATES;
  /** By whom `gates` was made. */
  gatesOf: unknown;
  #start: "none" | "here" | "before" = "none";
  #first: Invocation | undefined;
  /** Made when the first attempt has ended, if more may follow, as most queued instances have not begun. */
  #course: Course | undefined;
  /** State that few instances have, or most of them only for a moment: a million of them may be queued. */
  #rare: Rare | undefined;

  /**
   * @param sequence before all of those that are submitted later: as many numbers are its own as it has nodes
   * @param submittedAtMs when it was submitted, in the scheduler's time
   * @param limitedFromMs from when on its limits of time count, in the scheduler's time
   */
  constructor(
    readonly instance: Instance,
    readonly plan: ChainPlan,
    readonly sequence: number,
    public submittedAtMs: number = instance.submittedAtMs,
    limitedFromMs: number = submittedAtMs,
  ) {
    if (limitedFromMs !== submittedAtMs) this.#own.limitedFromMs = limitedFromMs;
    this.unsettled = plan.size;
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

  /** Time has passed that the scheduler was not told of. */
  oversleep(ms: number): void {
    this.submittedAtMs -= ms;
    const { limitedFromMs } = this.#rare ?? {};
    if (limitedFromMs !== undefined) this.#own.limitedFromMs = limitedFromMs - ms;
  }

  /** From when on its limits of time count, in the scheduler's time: nearly always its submission. */
  get limitedFromMs(): number {
    return this.#rare?.limitedFromMs ?? this.submittedAtMs;
  }

  /** When it should have ended, in the scheduler's time. */
  get deadlineMs(): number {
    const { deadlineMs, submittedAtMs } = this.instance;
    return deadlineMs - submittedAtMs + this.submittedAtMs;
  }

  get #own(): Rare {
    this.#rare ??= {
      ending: undefined,
      cleared: false,
      undone: false,
      calling: 0,
      maps: undefined,
      lostTtl: false,
      begun: undefined,
      delays: undefined,
      limitedFromMs: undefined,
    };
    return this.#rare;
  }

  /** Why it ends before its nodes are all settled. */
  get ending(): Ending | undefined {
    return this.#rare?.ending;
  }

  /** From now on nothing new of it is to start. The first ending stays the reason. */
  end(ending: Ending): void {
    this.#own.ending ??= ending;
  }

  /** Whether what waited when it was to end has been taken out. */
  get cleared(): boolean {
    return this.#rare?.cleared ?? false;
  }

  set cleared(cleared: boolean) {
    this.#own.cleared = cleared;
  }

  /** Whether what was to be undone has been, or is not to be. */
  get undone(): boolean {
    return this.#rare?.undone ?? false;
  }

  set undone(undone: boolean) {
    this.#own.undone = undone;
  }

  /** Instances that it has called and that have not ended. */
  get calling(): number {
    return this.#rare?.calling ?? 0;
  }

  set calling(calling: number) {
    this.#own.calling = calling;
  }

  /** Another scheduler has begun calls that have not ended. */
  begun(calls: readonly NodeCall[]): void {
    if (calls.length > 0) this.#own.begun = calls;
  }

  /** Takes those calls which another scheduler has begun, of a node or of all, that have not been asked for here. */
  takeBegun(node?: number): readonly NodeCall[] {
    const { begun } = this.#rare ?? {};
    if (begun === undefined) return NO_CALLS;
    const { taken = NO_CALLS, left } = Object.groupBy(
      begun,
      (call) => node === undefined || node === call.node ? "taken" : "left",
    );
    this.#own.begun = left;
    return taken;
  }

  /** Another scheduler has put off invocations that are to be tried again. */
  delayed(delays: readonly Delay[]): void {
    if (delays.length > 0) this.#own.delays = delays;
  }

  /** Takes the delay of a node, or of an item of its map. */
  takeDelay(node: number, item: number | undefined): Delay | undefined {
    const { delays } = this.#rare ?? {};
    const delay = delays?.find((delay) => delay.node === node && delay.item === item);
    if (delay !== undefined) this.#own.delays = delays!.filter((other) => other !== delay);
    return delay;
  }

  /** Whether what ends it unless it starts in time has left the queue, as it had started. */
  get lostTtl(): boolean {
    return this.#rare?.lostTtl ?? false;
  }

  set lostTtl(lost: boolean) {
    if (lost !== this.lostTtl) this.#own.lostTtl = lost;
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

  stateOf(node: number): NodeState | undefined {
    return this.#course?.states[node];
  }

  get #begunCourse(): Course {
    const { plan } = this;
    this.#course ??= {
      attainedMs: 0,
      states: new Array(plan.size).fill(undefined),
      waiting: [...plan.predecessorCounts],
    };
    return this.#course;
  }

  /** Time for which its attempts that have ended held their slots, together, in milliseconds. */
  get attainedMs(): number {
    return this.#course?.attainedMs ?? 0;
  }

  /** One of its attempts has ended; nobody asks after the last one. */
  attain(heldMs: number, kind: Outcome["kind"]): void {
    if (!this.plan.isOneCall || kind !== "ok") this.#begunCourse.attainedMs += heldMs;
  }

  /** It is over: nothing more will be asked for the nodes that are not settled. */
  unload(): void {
    if (this.unsettled === 0) return;
    this.#rare?.maps?.forEach((map, node) => this.#unload(node, map.open - 1));
    for (let node = 0; node < this.plan.size; node++) {
      if (this.stateOf(node) === undefined) this.#unload(node);
    }
  }

  /**
   * Notes how a node ended; a failure ends the instance, if the node says so.
   *
   * @returns the nodes after it to run and to skip; none, once the instance is to end
   */
  settle(node: number, state: NodeState, reason = ""): Reach {
    const freed = this.#note(node, state);
    if (state === "failed") {
      const { name, onFailure } = this.plan.chain.nodes[node]!;
      if (onFailure === "fail") this.end({ outcome: "failed", reason: `node ${name}: ${reason}` });
    }
    if (freed.length === 0 || this.ending !== undefined) return NOTHING;
    const free: number[] = [], skipped: number[] = [];
    const reached = [...freed];
    for (const next of reached) { // grows on the way
      if (this.#runs(next)) free.push(next);
      else {
        skipped.push(next);
        reached.push(...this.#note(next, "skipped"));
      }
    }
    return { free, skipped };
  }

  /** Goes on from what was settled before, and is new to the nodes that it leaves. @returns the nodes to run and to skip now */
  resume(progress: readonly NodeRecord[]): Reach {
    if (progress.length === 0) return { free: this.plan.roots, skipped: NOTHING.skipped };
    const recorded = this.#ends(progress);
    const free: number[] = [], skipped: number[] = [];
    const reached = [...this.plan.roots];
    for (const node of reached) { // grows on the way
      const record = recorded.get(node);
      if (record === undefined) {
        free.push(node);
        continue;
      }
      const state = record.state === "started" ? "failed" : record.state;
      const reach = this.settle(node, state, record.reason ?? INTERRUPTED);
      reached.push(...reach.free);
      for (const node of reach.skipped) if (!recorded.has(node)) skipped.push(node);
    }
    this.#resumeUndoing(recorded);
    return { free, skipped };
  }

  /** Once it has begun to undo, nothing else starts; what was called when its consumer died is called again. */
  #resumeUndoing(recorded: ReadonlyMap<number, NodeRecord>): void {
    const { onFailed, nodes } = this.plan.chain;
    const record = onFailed === undefined ? undefined : recorded.get(onFailed);
    if (record === undefined) return;
    this.undone = record.state !== "started" || nodes[onFailed!]!.fn.atMostOnce;
    if (this.undone) this.end({ outcome: "cancelled", reason: "cancelled" });
    else this.end({ outcome: "failed", reason: record.reason ?? INTERRUPTED_UNDOING });
  }

  /** The ends of nodes: a map ends also by an item that has failed, if that is to end the instance. */
  #ends(progress: readonly NodeRecord[]): ReadonlyMap<number, NodeRecord> {
    const ends = new Map<number, NodeRecord>();
    for (const record of progress) {
      const { node, item, state, reason = INTERRUPTED } = record;
      if (item === undefined) ends.set(node, record);
      else if (state !== "ok" && this.plan.chain.nodes[node]!.onFailure === "fail" && !ends.has(node)) {
        ends.set(node, {
          node,
          state: "failed",
          attempts: 0,
          output: NULL,
          reason: `item ${item}: ${reason}`,
        });
      }
    }
    return ends;
  }

  /**
   * A node turns out to be a map of `count` items.
   *
   * @param done the items that had settled before
   * @returns those to run now; undefined if there is nothing to wait for
   */
  openMap(node: number, count: number, done: ReadonlySet<number>): readonly number[] | undefined {
    const map = new MapRun(count, done);
    if (map.open === 0) return undefined;
    this.#unload(node, 1 - map.open);
    const own = this.#own;
    own.maps ??= new Map();
    own.maps.set(node, map);
    return map.next(this.plan.chain.nodes[node]!.map?.concurrency ?? Infinity);
  }

  /**
   * Notes how an item of a map ended; a failure ends the instance, if the node says so.
   *
   * @returns the items to run now; "done" if it was the last
   */
  settleItem(node: number, item: number, state: NodeState, reason: string): readonly number[] | "done" {
    const maps = this.#rare?.maps, map = maps?.get(node);
    if (maps === undefined || map === undefined) return []; // another item has ended the instance
    map.open--;
    if (state === "failed" && this.plan.chain.nodes[node]!.onFailure === "fail") {
      maps.delete(node);
      this.#unload(node, map.open);
      this.settle(node, "failed", `item ${item}: ${reason}`);
      return [];
    }
    if (map.open === 0) {
      maps.delete(node);
      return "done";
    }
    this.#unload(node);
    return this.ending === undefined ? map.next(1) : [];
  }

  #runs(node: number): boolean {
    const { nodes } = this.plan.chain;
    const { join = "all", after } = nodes[node]!;
    return runsAfter(join, after.map((i) => ({ state: this.stateOf(i)!, onFailure: nodes[i]!.onFailure })));
  }

  #unload(node: number, less = 1): void {
    const load = this.plan.loads[node];
    if (load !== undefined) load.unsettled -= less;
  }

  /** @returns the nodes that wait for nothing more, now */
  #note(node: number, state: NodeState): readonly number[] {
    const { plan } = this;
    if (node === plan.size) {
      this.undone = true;
      return [];
    }
    this.unsettled--;
    this.#unload(node);
    if (plan.size === 1) return [];
    const { states, waiting } = this.#begunCourse;
    states[node] = state;
    return plan.successors[node]!.filter((next) => --waiting[next]! === 0);
  }
}
