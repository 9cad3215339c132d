import { dueAt, type Instance, type NodeState, type Outcome, runsAfter } from "../model/mod.ts";
import type { ChainPlan } from "./chain_plan.ts";
import type { Delay, Ending, NodeCall } from "./contract.ts";
import { type Course, NO_NODES, NOTHING, type Rare, type Reach } from "./instance_parts.ts";
import { MapRun } from "./map_run.ts";

const NO_CALLS: readonly NodeCall[] = [];

/** The progress of one instance: how its nodes have ended, and what that makes of those after them. */
export class InstanceProgress {
  /** Nodes that are not settled. */
  unsettled: number;
  /** Made when the first attempt has ended, if more may follow, as most queued instances have not begun. */
  #course: Course | undefined;
  /** State that few instances have, or most of them only for a moment: a million of them may be queued. */
  #rare: Rare | undefined;

  /**
   * @param sequence before all of those that are submitted later: as many numbers are its own as it has nodes
   * @param submittedAtMs when it was submitted, or due if that was later, in the scheduler's time
   * @param limitedFromMs from when on its limits of time count, in the scheduler's time
   */
  constructor(
    readonly instance: Instance,
    readonly plan: ChainPlan,
    readonly sequence: number,
    public submittedAtMs: number = dueAt(instance),
    limitedFromMs: number = submittedAtMs,
  ) {
    if (limitedFromMs !== submittedAtMs) this.#own.limitedFromMs = limitedFromMs;
    this.unsettled = plan.size;
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
    return this.instance.deadlineMs - dueAt(this.instance) + this.submittedAtMs;
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

  stateOf(node: number): NodeState | undefined {
    return this.#course?.states[node];
  }

  get #begunCourse(): Course {
    const { plan } = this;
    this.#course ??= {
      attainedMs: 0,
      areAllOk: true,
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
    if (this.#begunCourse.areAllOk) return { free: freed, skipped: NO_NODES };
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
    const load = this.plan.nodeAt(node).load;
    if (load !== undefined) load.unsettled -= less;
  }

  /** @returns the nodes that wait for nothing more, now */
  #note(node: number, state: NodeState): readonly number[] {
    const { plan } = this;
    if (node === plan.size) {
      this.undone = true;
      return NO_NODES;
    }
    this.unsettled--;
    this.#unload(node);
    if (plan.size === 1) return NO_NODES;
    const course = this.#begunCourse, { waiting } = course;
    course.states[node] = state;
    if (state !== "ok") course.areAllOk = false;
    let freed: number[] | undefined;
    for (const next of plan.successors[node]!) if (--waiting[next]! === 0) (freed ??= []).push(next);
    return freed ?? NO_NODES;
  }
}
