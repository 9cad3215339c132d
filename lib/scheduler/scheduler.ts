import type { Instance, NodeRecord, NodeState, Outcome, Random } from "../model/mod.ts";
import type { Policy } from "../policies/mod.ts";
import { AdaptiveLimit } from "./adaptive_limit.ts";
import { Backlog, type BacklogSetup } from "./backlog.ts";
import { ChainPlan } from "./chain_plan.ts";
import type { Decision, Ending, SchedulerOptions, SchedulerStats, Settlement, Verdict } from "./contract.ts";
import { Delays } from "./delays.ts";
import { FunctionLoads } from "./function_load.ts";
import { InstanceRun, type Reach } from "./instance_run.ts";
import { Invocation } from "./invocation.ts";
import type { FixedLimits, Limits } from "./limits.ts";
import { RunTimes } from "./run_times.ts";
import { failureDelayMs, throttleDelayMs } from "./backoff.ts";

/**
 * Decides which invocation of which instance starts next. It has no clock, no I/O and no promises: its caller tells it the
 * time with every call, so the same code runs on the real clock, in a test and in virtual time. `next` and `settle` cost
 * the logarithm of what is queued.
 *
 * @example
 * ```ts
 * import { chain, fn, instanceMaker, policyOf, Scheduler, seededRandom } from "sequoia";
 * const random = seededRandom(1);
 * const scheduler = new Scheduler({ policy: policyOf("fair-share"), limits: { global: 2 }, random });
 * const hello = chain("hello", ({ call }) => call(fn("greet")));
 * scheduler.submit(instanceMaker(random)({ chain: hello }, 0), 0);
 * const invocation = scheduler.next(0)!;
 * scheduler.settle(invocation, { kind: "ok", output: null }, 5).ended; // { outcome: "completed" }
 * ```
 */
export class Scheduler {
  readonly #random: Random;
  readonly #setup: BacklogSetup;
  readonly #shed: boolean;
  readonly #times = new RunTimes();
  readonly #loads = new FunctionLoads();
  readonly #plans = new WeakMap<object, ChainPlan>();
  readonly #runs = new Map<string, InstanceRun>();
  readonly #delays = new Delays();
  #backlog: Backlog;
  /** Only while the global limit is `"auto"`. */
  #adaptive: AdaptiveLimit | undefined;
  #refused: Settlement[] = [];
  #sequence = 0;
  #delayed = 0;
  #throttled = 0;
  #retried = 0;

  /**
   * Makes a scheduler that has nothing to do yet.
   *
   * @throws {RangeError} if a limit is not a whole number above 0, or of a platform that is not attached
   */
  constructor(options: SchedulerOptions) {
    const { policy, limits = {}, strictShares = false, shed = false, platforms = [], random } = options;
    this.#setup = { functions: this.#loads.byName, strictShares, platforms };
    this.#shed = shed;
    if (limits.global === "auto") this.#adaptive = new AdaptiveLimit();
    this.#backlog = this.#newBacklog(policy, fixed(limits, this.#adaptive));
    this.#random = random;
  }

  /**
   * Takes an instance on: its first invocations become ready, or those that `progress` leaves to do.
   *
   * @param progress what had been settled of it before, by another scheduler
   * @throws {TypeError} if an instance of that id is here already
   */
  submit(instance: Instance, nowMs: number, progress: readonly NodeRecord[] = []): Settlement {
    if (this.#runs.has(instance.id)) {
      throw new TypeError(`Cannot submit instance ${instance.id}: it is scheduled already`);
    }
    this.#backlog.nowMs = nowMs;
    const run = new InstanceRun(instance, this.planOf(instance), this.#sequence++);
    this.#runs.set(instance.id, run);
    for (const load of run.plan.loads) load.arrive(nowMs);
    if (progress.length === 0) {
      if (this.#isTooLate(run, nowMs)) return this.#refuse(run, nowMs);
      return { instance, ...this.#advance(run, { free: run.plan.roots, skipped: [] }, nowMs) };
    }
    run.started = true;
    return { instance, ...this.#resume(run, progress, nowMs) };
  }

  #resume(run: InstanceRun, progress: readonly NodeRecord[], nowMs: number): Omit<Settlement, "instance"> {
    const recorded = new Map(progress.map((record) => [record.node, record]));
    const open: number[] = [], skipped: number[] = [];
    const reached = [...run.plan.roots];
    for (const node of reached) { // grows on the way
      const record = recorded.get(node);
      if (record === undefined) {
        open.push(node);
        continue;
      }
      const state = record.state === "started" ? "failed" : record.state;
      const reach = this.#settleNode(run, node, state, record.reason ?? INTERRUPTED);
      reached.push(...reach.free);
      skipped.push(...reach.skipped.filter((node) => !recorded.has(node)));
    }
    const undo = run.plan.chain.onFailed;
    if (undo !== undefined && recorded.has(undo)) run.undone = true;
    return this.#advance(run, { free: open, skipped }, nowMs);
  }

  /**
   * The invocation to start now, counted as running until it is settled; undefined if none is ready or nothing may start.
   *
   * @throws {PolicyError} if the policy answers what it must not
   */
  next(nowMs: number): Invocation | undefined {
    this.#backlog.nowMs = nowMs;
    for (let task = this.#delays.take(nowMs); task !== undefined; task = this.#delays.take(nowMs)) {
      this.#delayed--;
      this.#queue(task);
    }
    this.#backlog.sweep();
    this.#adaptive?.advance(nowMs);
    this.#adapt();
    let task = this.#backlog.peek();
    while (task !== undefined && this.#isTooLate(task.run, nowMs)) {
      this.#refused.push(this.#refuse(task.run, nowMs));
      task = this.#backlog.peek();
    }
    if (task === undefined) {
      this.#adaptive?.full(this.#backlog.running, nowMs);
      return undefined;
    }
    this.#backlog.start(task);
    task.start = this.#adaptive?.start(this.#backlog.running, nowMs);
    task.phase = "running";
    task.attempts++;
    task.run.running++;
    if (!task.run.started) this.#chainStarts(task.run);
    return task;
  }

  #isTooLate({ started, instance, plan }: InstanceRun, nowMs: number): boolean {
    return this.#shed && !started && instance.deadlineMs < nowMs + plan.criticalMs();
  }

  #refuse(run: InstanceRun, nowMs: number): Settlement {
    const [neededMs, leftMs] = [run.plan.criticalMs(), run.instance.deadlineMs - nowMs].map(Math.ceil);
    const reason = `shed: it was expected to take ${neededMs} ms, with ${leftMs} ms to its deadline`;
    this.#endEarly(run, { outcome: "cancelled", reason, shed: true });
    return { instance: run.instance, ...this.#result(run, [], nowMs) };
  }

  /** The instances that `next` has shed since this was asked last. */
  takeRefused(): readonly Settlement[] {
    if (this.#refused.length === 0) return NONE;
    const refused = this.#refused;
    this.#refused = [];
    return refused;
  }

  /** The first start of a chain may change the ranks of its other invocations that wait. */
  #chainStarts(run: InstanceRun): void {
    run.started = true;
    if (run.plan.roots.length === 1) return;
    for (const other of run.invocations()) if (other.phase === "queued") this.#requeue(other);
  }

  /** Its successor comes first, so that their group is never without work and keeps its turn. */
  #requeue(task: Invocation): void {
    this.#ready(task.run, task.nodeIndex, task.readyAtMs);
    this.#leave(task);
  }

  /** Takes an invocation out that is not in flight and will not run. */
  #leave(task: Invocation): void {
    const { phase } = task;
    task.phase = "settled";
    task.run.remove(task);
    if (phase === "queued") this.#backlog.drop(task);
    else this.#delayed--;
  }

  /** What an outcome of a running invocation will mean; changes nothing. */
  judge(task: Invocation, outcome: Outcome): Verdict {
    if (outcome.kind === "ok") return "ok";
    if (task.run.ending !== undefined && task.nodeIndex !== task.run.plan.chain.onFailed) return "failed";
    const { retry, atMostOnce } = task.spec;
    if (outcome.kind === "throttled") return "throttled";
    const { retryable, cause } = outcome;
    const isMeant = retry.on === undefined || (cause !== undefined && retry.on.includes(cause));
    return retryable && isMeant && !atMostOnce && task.failures + 1 < retry.attempts ? "retry" : "failed";
  }

  /**
   * Ends an attempt: readies what comes after, plans another attempt, or ends the instance.
   *
   * @throws {TypeError} if the invocation is not running
   */
  settle(task: Invocation, outcome: Outcome, nowMs: number, runMs?: number): Settlement {
    if (task.phase !== "running") {
      throw new TypeError(`Cannot settle ${task.node} of instance ${task.instance}: it is ${task.phase}`);
    }
    this.#backlog.nowMs = nowMs;
    const verdict = this.judge(task, outcome);
    const { run } = task;
    this.#backlog.release(task);
    run.running--;
    this.#learn(task, outcome, nowMs);
    if (verdict === "retry" || verdict === "throttled") {
      return {
        instance: run.instance,
        verdict,
        skipped: [],
        retryAtMs: this.#again(task, outcome, verdict, nowMs),
      };
    }
    if (outcome.kind === "ok" && runMs !== undefined) this.#times.observe(task.spec, runMs);
    task.phase = "settled";
    run.remove(task);
    const reach = this.#settleNode(run, task.nodeIndex, verdict, outcome.kind === "ok" ? "" : outcome.reason);
    return { instance: run.instance, verdict, ...this.#advance(run, reach, nowMs) };
  }

  /**
   * Says what the condition of a node, which a settlement has told of as undecided, comes to.
   *
   * @returns undefined if its instance has ended, or is to end
   */
  decide(instanceId: string, node: number, decision: Decision, nowMs: number): Settlement | undefined {
    const run = this.#runs.get(instanceId);
    if (run === undefined || run.ending !== undefined) return undefined;
    this.#backlog.nowMs = nowMs;
    if (decision.kind === "run") {
      this.#ready(run, node, nowMs);
      return { instance: run.instance, skipped: [] };
    }
    const reach = decision.kind === "skip"
      ? run.settle(node, "skipped")
      : this.#settleNode(run, node, "failed", decision.reason);
    return { instance: run.instance, ...this.#advance(run, reach, nowMs) };
  }

  /** Tells the adaptive limit what became of an attempt. */
  #learn({ start }: Invocation, outcome: Outcome, nowMs: number): void {
    if (start === undefined || this.#adaptive === undefined) return;
    if (outcome.kind === "throttled") this.#adaptive.throttled(start, this.#backlog.running + 1, nowMs);
    else this.#adaptive.letIn(start);
    this.#adapt();
  }

  /** An adaptive limit keeps what was refused back by itself, until it can go no lower. */
  get #isHeldBack(): boolean {
    return this.#adaptive !== undefined && this.#adaptive.limit > 1;
  }

  /** Puts the limit into force that was learned. */
  #adapt(): void {
    const limit = this.#adaptive?.limit;
    if (limit !== undefined && limit !== this.#backlog.limits.global) this.#backlog.setGlobal(limit);
  }

  #again(task: Invocation, outcome: Outcome, verdict: "retry" | "throttled", nowMs: number): number {
    const failed = outcome as Exclude<Outcome, { kind: "ok" }>;
    let delayMs: number;
    if (verdict === "retry") {
      this.#retried++;
      task.throttles = 0;
      delayMs = failureDelayMs(task.spec.retry, ++task.failures, this.#random);
    } else {
      this.#throttled++;
      task.throttles++;
      delayMs = throttleDelayMs(this.#isHeldBack ? 1 : task.throttles, this.#random);
    }
    const untilMs = nowMs + Math.max(delayMs, failed.retryAfterMs ?? 0, LEAST_DELAY_MS);
    task.phase = "delayed";
    this.#delayed++;
    this.#delays.add(task, untilMs);
    return untilMs;
  }

  /** Notes how a node ended. @returns what that makes of those after it */
  #settleNode(run: InstanceRun, node: number, state: NodeState, reason: string): Reach {
    const { name, onFailure } = run.plan.chain.nodes[node]!;
    const reach = run.settle(node, state);
    if (state === "failed" && onFailure === "fail") {
      this.#endEarly(run, { outcome: "failed", reason: `node ${name}: ${reason}` });
    }
    return reach;
  }

  /** Readies what needs no decision; ends the instance if nothing is left to do. */
  #advance(run: InstanceRun, { free, skipped }: Reach, nowMs: number): Omit<Settlement, "instance"> {
    if (run.ending !== undefined || free.length === 0) return this.#result(run, skipped, nowMs);
    const { decides } = run.plan;
    for (const node of free) if (!decides[node]) this.#ready(run, node, nowMs);
    const undecided = free.filter((node) => decides[node]);
    return undecided.length > 0 ? { skipped, undecided } : { skipped };
  }

  /** Nothing more of an instance starts; it ends with the last of its attempts in flight. */
  #endEarly(run: InstanceRun, ending: Ending): void {
    if (run.ending !== undefined) return;
    run.ending = ending;
    for (const task of run.invocations()) if (task.phase !== "running") this.#leave(task);
  }

  #result(
    run: InstanceRun,
    skipped: readonly number[],
    nowMs: number,
  ): { skipped: readonly number[]; ended?: Ending } {
    if (run.running > 0 || (run.unsettled > 0 && run.ending === undefined)) return { skipped };
    const { onFailed } = run.plan.chain;
    if (run.ending !== undefined && onFailed !== undefined && run.started && !run.undone) {
      if (run.isEmpty) this.#ready(run, onFailed, nowMs);
      return { skipped };
    }
    this.#runs.delete(run.instance.id);
    run.end();
    return { skipped, ended: run.ending ?? { outcome: "completed" } };
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
    this.#endEarly(run, { outcome: "cancelled", reason });
    return { instance: run.instance, ...this.#result(run, [], nowMs) };
  }

  /**
   * Gives an instance up: as {@linkcode Scheduler.cancel}, and nothing is undone, as others go on with it.
   *
   * @returns undefined if there is no such instance
   */
  forget(instanceId: string, nowMs: number, reason: string): Settlement | undefined {
    const run = this.#runs.get(instanceId);
    if (run === undefined) return undefined;
    this.#backlog.nowMs = nowMs;
    run.undone = true;
    run.ending ??= { outcome: "cancelled", reason };
    for (const task of run.invocations()) if (task.phase !== "running") this.#leave(task);
    return { instance: run.instance, ...this.#result(run, [], nowMs) };
  }

  /** When `next` may answer again with no new event: at the end of a delay, when a rate lets something start, or a limit grows. */
  wakeAtMs(): number | undefined {
    const first = Math.min(
      this.#delays.nextMs ?? Infinity,
      this.#backlog.opensAtMs() ?? Infinity,
      this.#adaptive?.wakeAtMs() ?? Infinity,
    );
    return first === Infinity ? undefined : first;
  }

  /**
   * Goes on under another policy; what waits is ranked anew.
   *
   * @throws {PolicyError} if the policy answers what it must not; the former one stays in force
   */
  setPolicy(policy: Policy): void {
    this.#rebuild(this.#newBacklog(policy, this.#backlog.limits));
  }

  /**
   * Goes on under other limits; what is in flight beyond them ends as it would have. What `"auto"` has learned is kept while
   * it stays `"auto"`.
   *
   * @throws {RangeError} if a limit is not a whole number above 0; the former ones stay in force
   */
  setLimits(limits: Limits): void {
    const adaptive = limits.global === "auto"
      ? this.#adaptive ?? new AdaptiveLimit(this.#backlog.running)
      : undefined;
    const next = fixed(limits, adaptive);
    if (sameButGlobal(this.#backlog.limits, next)) this.#backlog.setGlobal(next.global);
    else this.#rebuild(this.#newBacklog(this.#backlog.policy, next));
    this.#adaptive = adaptive;
  }

  #newBacklog(policy: Policy, limits: FixedLimits): Backlog {
    return new Backlog(policy, limits, this.#setup, this.#backlog);
  }

  #rebuild(backlog: Backlog): void {
    const { policy, limits } = this.#backlog;
    try {
      this.#fill(backlog);
    } catch (error) {
      this.#fill(this.#newBacklog(policy, limits));
      throw error;
    }
  }

  #fill(backlog: Backlog): void {
    this.#backlog = backlog;
    for (const run of this.#runs.values()) {
      for (const task of run.invocations()) if (task.phase === "running") backlog.occupy(task);
    }
    for (const run of this.#runs.values()) {
      for (const task of run.invocations()) if (task.phase === "queued") backlog.add(task);
    }
  }

  /** What is derived from an instance's chain. */
  planOf({ chain }: Instance): ChainPlan {
    let plan = this.#plans.get(chain);
    if (plan === undefined) {
      plan = new ChainPlan(chain, this.#times, this.#loads);
      this.#plans.set(chain, plan);
    }
    return plan;
  }

  /** The gauges and counters at present. */
  stats(): SchedulerStats {
    return {
      instances: this.#runs.size,
      ready: this.#backlog.queued,
      delayed: this.#delayed,
      running: this.#backlog.running,
      limit: this.#backlog.limits.global ?? Infinity,
      throttled: this.#throttled,
      retried: this.#retried,
    };
  }

  /** The expected run times of all that has not settled, together, in milliseconds. Costs a step for each function. */
  expectedWorkMs(): number {
    let workMs = 0;
    for (const { spec, unsettled } of this.#loads.byName.values()) {
      workMs += unsettled * this.#times.expectedMs(spec);
    }
    return workMs;
  }

  #ready(run: InstanceRun, node: number, nowMs: number): void {
    const task = new Invocation(run, node, nowMs);
    run.add(task);
    this.#queue(task);
  }

  #queue(task: Invocation): void {
    task.phase = "queued";
    this.#backlog.add(task);
  }
}

const NONE: readonly Settlement[] = [];

/** A delay must end after now, or its wake-up would be asked for again and again. */
const LEAST_DELAY_MS = 1;

const INTERRUPTED = "it was running when its consumer died, and it must not run twice";

/** Limits as they are in force now. */
function fixed({ global, ...others }: Limits, adaptive: AdaptiveLimit | undefined): FixedLimits {
  const max = global === "auto" ? adaptive!.limit : global;
  return max === undefined ? others : { ...others, global: max };
}

function sameButGlobal(some: FixedLimits, others: FixedLimits): boolean {
  if (some.rate !== others.rate) return false;
  return (["functions", "chains", "labels", "platforms", "functionRates"] as const).every((kind) => {
    const a = some[kind] ?? {}, b = others[kind] ?? {};
    const names = Object.keys(a);
    return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
  });
}
