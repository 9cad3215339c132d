import { type Chain, type Instance, type NodeRecord, type Outcome, type Pause } from "../model/mod.ts";
import type { Policy } from "../policies/mod.ts";
import type { Backlog } from "./backlog.ts";
import { ChainPlan } from "./chain_plan.ts";
import type {
  Decision,
  Ending,
  NodeCall,
  Obstacle,
  SchedulerOptions,
  SchedulerStats,
  Settlement,
  Submission,
  Verdict,
} from "./contract.ts";
import { expiriesOf, Expiry } from "./expiry.ts";
import type { FloorShortage } from "./floors.ts";
import { FunctionLoads } from "./function_load.ts";
import { NOTHING, type Reach } from "./instance_parts.ts";
import { InstanceRun } from "./instance_run.ts";
import { Invocation } from "./invocation.ts";
import type { LimitPart, LimitUse } from "./limit_part.ts";
import type { Limits } from "./limits.ts";
import { Regime } from "./regime.ts";
import { type HeldRetries, Retries } from "./retries.ts";
import { RunTimes } from "./run_times.ts";
import { TimeHeap } from "./time_heap.ts";
import type { UnservedFunction } from "./unserved.ts";
import type { AskedWait } from "./way_out.ts";

/** What a change of an instance leads to. */
type Consequences = Omit<Settlement, "instance" | "verdict" | "retryAtMs">;

/**
 * Decides which invocation of which instance starts next. It has no clock, no I/O and no promises: its caller tells it the
 * time with every call, so the same code runs on the real clock, in a test and in virtual time. `next` and `settle` cost
 * the logarithm of what is queued.
 *
 * @example
 * ```ts
 * import { chain, fn, seededRandom } from "sequoia";
 * import { instanceMaker, NULL, policyOf, Scheduler } from "sequoia/scheduler";
 * const random = seededRandom(1);
 * const scheduler = new Scheduler({ policy: policyOf("fair-share"), limits: { global: 2 }, random });
 * const hello = chain("hello", ({ call }) => call(fn("greet")));
 * scheduler.submit(instanceMaker(random)({ chain: hello }, 0), 0);
 * const invocation = scheduler.next(0)!;
 * scheduler.settle(invocation, { kind: "ok", output: NULL }, 5).ended; // { outcome: "completed" }
 * ```
 */
export class Scheduler {
  readonly #shed: boolean;
  readonly #times = new RunTimes();
  readonly #loads = new FunctionLoads();
  readonly #plans = new WeakMap<Chain, ChainPlan>();
  readonly #runs = new Map<string, InstanceRun>();
  readonly #retries: Retries;
  readonly #expiries = new TimeHeap<Expiry>((expiry) => expiry.dropsOut());
  readonly #regime: Regime;
  #limits: Limits;
  #news: Settlement[] = [];
  #throttled = 0;
  /** How many nodes have been submitted. */
  #sequence = 0;

  /**
   * Makes a scheduler that has nothing to do yet.
   *
   * @throws {RangeError} if a limit is not a whole number above 0, or of a platform that is not attached
   */
  constructor(options: SchedulerOptions) {
    const { policy, limits = {}, strictShares = false, shed = false, platforms = [], random } = options;
    const { share = "time" } = options;
    const setup = { functions: this.#loads.byName, strictShares, share, platforms };
    this.#regime = new Regime(policy, limits, setup, random, () => this.#tasks());
    this.#limits = limits;
    this.#shed = shed;
    this.#retries = new Retries(random, options.retryBudget ?? RETRY_BUDGET, this.#regime);
  }

  /**
   * Takes an instance on: its first invocations become ready, or those that `progress` leaves to do.
   *
   * @param progress what had been settled of it before, by another scheduler
   * @param submission when that was, if the scheduler is told another time than the one that the instance goes by; and what is
   * left to do of it, if it is to end
   * @throws {TypeError} if an instance of that id is here already
   */
  submit(
    instance: Instance,
    nowMs: number,
    progress: readonly NodeRecord[] = [],
    { submittedAtMs, notBeforeMs = submittedAtMs, cancel, calling = [], delays = [] }: Submission = instance,
  ): Settlement {
    if (this.#runs.has(instance.id)) {
      throw new TypeError(`Cannot submit instance ${instance.id}: it is scheduled already`);
    }
    this.#backlog.nowMs = nowMs;
    if (this.#loads.forgetIdle()) this.#times.keepOnly(this.#loads.byName);
    const run = new InstanceRun(
      instance,
      this.#planOf(instance.chain),
      this.#sequence,
      submittedAtMs,
      Math.max(submittedAtMs, notBeforeMs),
    );
    this.#sequence += instance.chain.nodes.length;
    this.#runs.set(instance.id, run);
    for (const load of run.plan.loads) load?.arrive(nowMs);
    if (progress.length > 0 || instance.parent !== undefined || cancel !== undefined) run.startedBefore();
    run.begun(calling);
    run.delayed(delays);
    if (cancel !== undefined) run.end({ outcome: "cancelled", reason: cancel });
    if (this.#isTooLate(run, nowMs)) return { instance, ...this.#refuse(run, nowMs) };
    for (const expiry of expiriesOf(run)) this.#expiries.add(expiry, expiry.atMs);
    const reach = progress.length === 0
      ? { free: run.plan.roots, skipped: NOTHING.skipped }
      : run.resume(progress);
    return { ...this.#advance(run, reach, nowMs), instance };
  }

  /**
   * The invocation to start now, counted as running until it is settled; undefined if none is ready or nothing may start.
   *
   * @throws {PolicyError} if the policy answers what it must not
   */
  next(nowMs: number): Invocation | undefined {
    this.#backlog.nowMs = nowMs;
    for (let due = this.#expiries.take(nowMs); due !== undefined; due = this.#expiries.take(nowMs)) {
      this.#report(due.run, this.#stop(due.run, due.ending, nowMs));
    }
    for (const task of this.#retries.take(nowMs)) this.#queue(task);
    this.#backlog.sweep();
    this.#regime.advance(nowMs);
    let task = this.#backlog.peek();
    while (task !== undefined && this.#isTooLate(task.run, nowMs)) {
      this.#report(task.run, this.#refuse(task.run, nowMs));
      task = this.#backlog.peek();
    }
    if (task === undefined) {
      this.#regime.full(nowMs);
      return undefined;
    }
    this.#regime.start(task, nowMs);
    task.phase = "running";
    task.attempts++;
    task.run.running++;
    if (task.run.isSingle) task.run.starts();
    else if (!task.run.started) this.#chainStarts(task.run);
    return task;
  }

  /**
   * Time has passed that the scheduler was not told of, as the machine slept, or the system's clock was set on: it counts for
   * deadlines and limits of time, but not for delays and rates.
   */
  oversleep(ms: number): void {
    for (const run of this.#runs.values()) run.oversleep(ms);
    this.#expiries.retime(({ atMs }) => atMs);
  }

  #isTooLate(run: InstanceRun, nowMs: number): boolean {
    return this.#shed && !run.started && run.deadlineMs < nowMs + run.plan.criticalMs();
  }

  #refuse(run: InstanceRun, nowMs: number): Consequences {
    const [neededMs, leftMs] = [run.plan.criticalMs(), run.deadlineMs - nowMs].map(Math.ceil);
    const reason = `shed: it was expected to take ${neededMs} ms, with ${leftMs} ms to its deadline`;
    return this.#stop(run, { outcome: "cancelled", reason, shed: true }, nowMs);
  }

  #report({ instance }: InstanceRun, consequences: Consequences): void {
    this.#news.push({ instance, ...consequences });
  }

  /** What `next` has ended since this was asked last: instances that were shed, or that came to a limit of time. */
  takeNews(): readonly Settlement[] {
    if (this.#news.length === 0) return NO_NEWS;
    const news = this.#news;
    this.#news = [];
    return news;
  }

  /** The first start of a chain may change the ranks of its other invocations that wait. */
  #chainStarts(run: InstanceRun): void {
    run.starts();
    for (const other of run.invocations()) if (other.phase === "queued") this.#requeue(other);
  }

  /** Takes the start of an attempt back that nobody served. */
  #putBack(task: Invocation, { reason }: Extract<Outcome, { kind: "unserved" }>, nowMs: number): void {
    const { run } = task;
    task.attempts--;
    if (!run.hasBegun) this.#takeStartBack(run);
    task.phase = "queued";
    this.#regime.putBack(task, reason, nowMs);
  }

  /** A chain of which nothing has run has not started: its limit of time until then is in force again. */
  #takeStartBack(run: InstanceRun): void {
    run.takeStartBack();
    for (const other of run.invocations()) if (other.phase === "queued") this.#requeue(other);
    if (!run.lostTtl) return;
    run.lostTtl = false;
    for (const expiry of expiriesOf(run)) {
      if (expiry.untilStarted) this.#expiries.add(expiry, expiry.atMs);
    }
  }

  /** Its successor comes first, so that their group is never without work and keeps its turn. */
  #requeue(task: Invocation): void {
    this.#ready(task.run, task.nodeIndex, task.item, task.readyAtMs);
    this.#leave(task);
  }

  /** Takes an invocation out that is not in flight and will not run. */
  #leave(task: Invocation): void {
    const { phase } = task;
    task.phase = "settled";
    task.run.remove(task);
    if (phase === "queued") this.#backlog.drop(task);
    else this.#retries.leave(task);
  }

  /** What an outcome of a running invocation will mean; changes nothing. */
  judge(task: Invocation, outcome: Outcome): Verdict {
    if (outcome.kind === "ok") return "ok";
    const { ending, undone, plan } = task.run;
    if (ending !== undefined && (undone || task.nodeIndex !== plan.chain.onFailed)) return "failed";
    const { retry, atMostOnce } = task.spec;
    if (outcome.kind === "throttled" || outcome.kind === "unserved") return outcome.kind;
    const { retryable, cause } = outcome;
    const isMeant = retry.on === undefined || (cause !== undefined && retry.on.includes(cause));
    return retryable && isMeant && !atMostOnce && task.failures + 1 < retry.attempts ? "retry" : "failed";
  }

  /**
   * Gives back what an invocation occupies that has been answered well, so that others start while its output becomes durable.
   * It is settled afterwards, with the same outcome.
   *
   * @throws {TypeError} if the invocation is not running
   */
  answered(task: Invocation, outcome: Extract<Outcome, { kind: "ok" }>, nowMs: number, runMs?: number): void {
    checkPhase(task, task.phase === "running", "take the answer of");
    this.#backlog.nowMs = nowMs;
    this.#regime.release(task, outcome, nowMs, runMs);
    task.phase = "answered";
  }

  /** Attempts in flight. */
  get running(): number {
    return this.#backlog.running;
  }

  /**
   * Ends an attempt: readies what comes after, plans another attempt, or ends the instance.
   *
   * @throws {TypeError} if the invocation is neither running nor answered
   */
  settle(task: Invocation, outcome: Outcome, nowMs: number, runMs?: number): Settlement {
    checkPhase(task, task.phase === "running" || task.phase === "answered", "settle");
    this.#backlog.nowMs = nowMs;
    const verdict = this.judge(task, outcome);
    const { run } = task;
    const { instance } = run;
    if (task.phase === "running") this.#regime.release(task, outcome, nowMs, runMs);
    run.running--;
    if (verdict === "unserved") {
      this.#putBack(task, outcome as Extract<Outcome, { kind: "unserved" }>, nowMs);
      return { instance, verdict, skipped: [] };
    }
    if (verdict === "throttled") {
      this.#throttled++;
      task.throttles++;
      this.#queue(task);
      const retryAtMs = this.#regime.closedUntilMs(task, nowMs);
      return { instance, verdict, skipped: [], ...retryAtMs !== undefined && { retryAtMs } };
    }
    this.#retries.ended(task, outcome.kind === "ok");
    if (verdict === "retry") {
      task.throttles = 0;
      return { instance, verdict, skipped: [], retryAtMs: this.#retries.afterFailure(task, outcome, nowMs) };
    }
    if (outcome.kind === "ok" && runMs !== undefined) this.#times.observe(task.spec, runMs);
    task.phase = "settled";
    run.remove(task);
    const reason = outcome.kind === "ok" ? "" : outcome.reason;
    const settled = this.#settleNode(run, task.nodeIndex, task.item, verdict, reason, nowMs);
    return { ...settled, instance, verdict };
  }

  /** Whether a failed invocation that is to be tried again finds the retry budget of its function used up. */
  isRetryHeldBack(task: Invocation): boolean {
    return task.phase === "delayed" && this.#retries.isHeldBack(task);
  }

  /**
   * Takes in how long a function says that it really ran, without what the provider added: while it says so, that is what is
   * expected of it.
   */
  hear(functionName: string, functionMs: number): void {
    this.#times.hear(functionName, functionMs);
    this.#regime.told(functionName, functionMs);
  }

  /**
   * Takes in that this machine has called back so much later than it was to, in milliseconds: it is told so every now and then
   * while attempts are in flight. What calls take longer by that is not taken for waiting at the platform.
   */
  late(ms: number): void {
    this.#regime.late(ms);
  }

  /**
   * Says what a node comes to that a settlement has told of as undecided.
   *
   * @returns undefined if its instance has ended, or is to end
   */
  decide(instanceId: string, node: number, decision: Decision, nowMs: number): Settlement | undefined {
    const run = this.#runs.get(instanceId);
    if (run === undefined || run.ending !== undefined) return undefined;
    this.#backlog.nowMs = nowMs;
    return { instance: run.instance, ...this.#carryOut(run, node, decision, nowMs) };
  }

  #carryOut(run: InstanceRun, node: number, decision: Decision, nowMs: number): Consequences {
    switch (decision.kind) {
      case "run":
        return this.#begin(run, node, [undefined], nowMs);
      case "skip":
        return this.#advance(run, run.settle(node, "skipped"), nowMs);
      case "fail":
        return this.#settleNode(run, node, undefined, "failed", decision.reason, nowMs);
      case "map": {
        const items = run.openMap(node, decision.count, decision.done ?? NO_ITEMS);
        return items === undefined ? this.#mapped(run, node, nowMs) : this.#begin(run, node, items, nowMs);
      }
    }
  }

  /**
   * Ends the call of a chain that a settlement has asked for.
   *
   * @param reason why it failed
   * @returns undefined if the instance that called has been forgotten
   */
  settleCall(
    instanceId: string,
    { node, item }: NodeCall,
    state: "ok" | "failed",
    reason: string,
    nowMs: number,
  ): Settlement | undefined {
    const run = this.#runs.get(instanceId);
    if (run === undefined) return undefined;
    this.#backlog.nowMs = nowMs;
    run.calling--;
    return { instance: run.instance, ...this.#settleNode(run, node, item, state, reason, nowMs) };
  }

  #settleNode(
    run: InstanceRun,
    node: number,
    item: number | undefined,
    state: "ok" | "failed",
    reason: string,
    nowMs: number,
  ): Consequences {
    if (item === undefined) return this.#advance(run, run.settle(node, state, reason), nowMs);
    const items = run.settleItem(node, item, state, reason);
    if (items === "done") return this.#mapped(run, node, nowMs);
    return items.length > 0 ? this.#begin(run, node, items, nowMs) : this.#advance(run, NOTHING, nowMs);
  }

  #mapped(run: InstanceRun, node: number, nowMs: number): Consequences {
    return { ...this.#advance(run, run.settle(node, "ok"), nowMs), mapped: node };
  }

  /** Begins with a node, or with items of its map. */
  #begin(
    run: InstanceRun,
    node: number,
    items: readonly (number | undefined)[],
    nowMs: number,
  ): Consequences {
    if (run.plan.chain.nodes[node]!.calls === undefined) {
      for (const item of items) this.#ready(run, node, item, nowMs);
      return { skipped: [] };
    }
    run.calling += items.length;
    run.takeBegun(node);
    if (!run.started) this.#chainStarts(run);
    return { skipped: [], calls: items.map((item) => item === undefined ? { node } : { node, item }) };
  }

  /** Begins with what needs no decision; ends the instance if nothing is left to do. */
  #advance(run: InstanceRun, { free, skipped }: Reach, nowMs: number): Consequences {
    if (run.ending !== undefined || free.length === 0) return this.#result(run, skipped, nowMs);
    const { decides, chain: { nodes } } = run.plan;
    let undecided: number[] | undefined, calls: NodeCall[] | undefined;
    for (const node of free) {
      if (decides[node]) (undecided ??= []).push(node);
      else if (nodes[node]!.calls === undefined) this.#ready(run, node, undefined, nowMs);
      else (calls ??= []).push(...this.#begin(run, node, [undefined], nowMs).calls!);
    }
    if (undecided === undefined && calls === undefined) return { skipped };
    return { skipped, ...undecided && { undecided }, ...calls && { calls } };
  }

  /** Nothing more of an instance starts, but what undoes; it ends with the last of what is in flight. */
  #stop(run: InstanceRun, ending: Ending, nowMs: number): Consequences {
    run.end(ending);
    return this.#result(run, [], nowMs);
  }

  /** Ends an instance, or what of it is in vain, if it is time. */
  #result(run: InstanceRun, skipped: readonly number[], nowMs: number): Consequences {
    const { ending } = run;
    if (ending === undefined && run.unsettled > 0) return { skipped };
    if (ending !== undefined && !run.cleared) {
      run.cleared = true;
      for (const task of run.invocations()) {
        if (task.phase === "queued" || task.phase === "delayed") this.#leave(task);
      }
      const calls = run.takeBegun();
      run.calling += calls.length;
      if (calls.length > 0) return { skipped, ending, calls };
    }
    if (run.running > 0 || run.calling > 0) return { skipped, ending: ending! };
    if (ending !== undefined && run.plan.undoes && run.started && !run.undone) {
      if (run.isEmpty) this.#ready(run, run.plan.size, undefined, nowMs);
      return { skipped, ending };
    }
    this.#runs.delete(run.instance.id);
    run.unload();
    return { skipped, ended: ending ?? { outcome: "completed" } };
  }

  /**
   * Ends an instance early: nothing new of it starts, but what undoes what has been done, and it ends when what is in flight
   * has been settled.
   *
   * @returns undefined if there is no such instance
   */
  cancel(instanceId: string, nowMs: number, reason = "cancelled"): Settlement | undefined {
    const run = this.#runs.get(instanceId);
    if (run === undefined) return undefined;
    this.#backlog.nowMs = nowMs;
    return { instance: run.instance, ...this.#stop(run, { outcome: "cancelled", reason }, nowMs) };
  }

  /**
   * Lets go of an instance that is another's now: nothing new of it starts, and nothing is undone.
   *
   * @returns undefined if there is no such instance
   */
  forget(instanceId: string, nowMs: number, reason: string): Settlement | undefined {
    const run = this.#runs.get(instanceId);
    if (run === undefined) return undefined;
    run.undone = true;
    run.cleared = false; // what undoes may be waiting
    run.takeBegun();
    return this.cancel(instanceId, nowMs, reason);
  }

  /**
   * When `next` may answer again with no new event: at the end of a delay or of an instance's time, when a rate or the retry
   * budget lets something start, or a limit grows.
   */
  wakeAtMs(): number | undefined {
    const first = Math.min(
      this.#retries.nextMs,
      this.#expiries.nextMs ?? Infinity,
      this.#regime.wakeAtMs(),
    );
    return first === Infinity ? undefined : first;
  }

  /**
   * Goes on under another policy; what waits is ranked anew.
   *
   * @throws {PolicyError} if the policy answers what it must not; the former one stays in force
   */
  setPolicy(policy: Policy): void {
    this.#regime.setPolicy(policy);
  }

  /**
   * Goes on under other limits; what is in flight beyond them ends as it would have. What was learned of platforms is kept unless
   * limits become fixed.
   *
   * @throws {RangeError} if a limit is not a whole number above 0; the former ones stay in force
   */
  setLimits(limits: Limits): void {
    this.#regime.setLimits(limits);
    this.#limits = limits;
  }

  /**
   * Goes on with another part of all limits and rates, which others keep to together with this scheduler; what is in flight beyond
   * it ends as it would have. Of starts that it could not make before, it is assumed that the others have made them.
   */
  setPart(part: LimitPart, nowMs: number): void {
    this.#backlog.nowMs = nowMs;
    this.#regime.setPart(part);
  }

  /** What is used of each limit and rate at present. Costs a step for each that is remembered. */
  uses(): Iterable<LimitUse> {
    return this.#regime.uses();
  }

  /** How many attempts could be in flight at present if that were the global limit, by what was learned of the platforms. */
  limitWithin(global: number): number {
    return this.#regime.limitWithin(global);
  }

  /** The policy in force. */
  get policy(): Policy {
    return this.#backlog.policy;
  }

  /** The functions that nobody serves at present: their invocations wait. */
  get unserved(): readonly UnservedFunction[] {
    return this.#regime.unserved;
  }

  /** The retries that are held back at present, as the budgets of their functions are used up. */
  get heldRetries(): readonly HeldRetries[] {
    return this.#retries.held();
  }

  /** The platforms that have asked callers to wait, and for how long. */
  asked(nowMs: number): readonly AskedWait[] {
    return this.#regime.asked(nowMs);
  }

  /** The floors cannot all be met at present, as a lower limit was found out: they share it in proportion; undefined: they can. */
  get floorShortage(): FloorShortage | undefined {
    return this.#regime.floorShortage;
  }

  /** The limits in force, as they were asked for. */
  get limits(): Limits {
    return this.#limits;
  }

  /** Starts nothing more of what these mean, and what only earlier ones meant again. What is in flight ends as it would have. */
  setPauses(pauses: readonly Pause[]): void {
    this.#regime.setPauses(pauses);
  }

  *#tasks(): Generator<Invocation> {
    for (const run of this.#runs.values()) yield* run.invocations();
  }

  get #backlog(): Backlog {
    return this.#regime.backlog;
  }

  /** What is derived from a chain. */
  #planOf(chain: Chain): ChainPlan {
    let plan = this.#plans.get(chain);
    if (plan === undefined) {
      plan = new ChainPlan(chain, this.#times, this.#loads, (called) => this.#planOf(called));
      this.#plans.set(chain, plan);
    }
    return plan;
  }

  /**
   * The obstacle that keeps an instance from going on, as far as is known from the last answer of `next`.
   *
   * @returns `"free"` if something of it is in flight, or may start at its turn; `"idle"` if nothing of it waits here but for calls
   * of chains and decisions
   */
  standingOf(instanceId: string): Obstacle | "free" | "idle" {
    const run = this.#runs.get(instanceId);
    if (run === undefined || run.running > 0) return "free";
    let first: Obstacle | undefined;
    for (let task = run.first; task !== undefined; task = task.nextOfRun) {
      const obstacle = task.phase === "queued" ? this.#backlog.obstacleOf(task) : retriesOf(task);
      if (obstacle === undefined) return "free";
      first ??= obstacle;
    }
    if (first === undefined) return "idle";
    const { name, label } = first, reach = run.isLikeOthers ? first.reach : "instance";
    return label === undefined ? { name, reach } : { name, reach, label };
  }

  /** The invocations of an instance that wait to be tried again. */
  delaysOf(instanceId: string): { readonly task: Invocation; readonly untilMs: number }[] {
    return [...this.#runs.get(instanceId)?.invocations() ?? []]
      .filter(({ phase }) => phase === "delayed")
      .map((task) => ({ task, untilMs: task.delayedUntilMs }));
  }

  /** The gauges and counters at present. */
  stats(): SchedulerStats {
    return {
      instances: this.#runs.size,
      ready: this.#backlog.queued,
      delayed: this.#retries.waiting,
      running: this.#backlog.running,
      limit: this.#regime.limit,
      throttled: this.#throttled,
      retried: this.#retries.failed,
    };
  }

  /** Whether something is ready that only what holds for all keeps from starting, as far as is known from the last answer of `next`. */
  get isCrowded(): boolean {
    return this.#backlog.isCrowded;
  }

  /** The expected run times of all that has not settled, together, in milliseconds. Costs a step for each function. */
  expectedWorkMs(): number {
    let workMs = 0;
    for (const { spec, unsettled } of this.#loads.byName.values()) {
      if (unsettled > 0) workMs += unsettled * this.#times.expectedMs(spec);
    }
    return workMs;
  }

  #ready(run: InstanceRun, node: number, item: number | undefined, nowMs: number): void {
    const task = new Invocation(run, node, item, nowMs);
    run.add(task);
    const delay = run.takeDelay(node, item);
    if (delay === undefined || delay.failures === 0) return this.#queue(task);
    task.attempts = task.failures = delay.failures;
    this.#retries.putOff(task, Math.max(delay.untilMs, nowMs));
  }

  #queue(task: Invocation): void {
    task.phase = "queued";
    this.#backlog.add(task);
  }
}

/** The obstacle of an invocation that waits to be tried again. */
function retriesOf({ function: name }: Invocation): Obstacle {
  return { name: `retries of ${name}`, reach: "instance" };
}

function checkPhase(task: Invocation, isRight: boolean, action: string): void {
  if (isRight) return;
  const { node, instance, phase } = task;
  throw new TypeError(`Cannot ${action} ${node} of instance ${instance}: it is ${phase}`);
}

/** The most of all attempts that are retries, unless something else is said. */
const RETRY_BUDGET = 0.2;

const NO_NEWS: readonly Settlement[] = [];
const NO_ITEMS: ReadonlySet<number> = new Set();
