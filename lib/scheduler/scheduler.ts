import type { Instance, NodeRecord, Outcome, Pause } from "../model/mod.ts";
import type { Policy } from "../policies/mod.ts";
import { AttemptEnds, judge } from "./attempt_ends.ts";
import type { Backlog } from "./backlog.ts";
import type {
  Decision,
  LoadObserver,
  NodeCall,
  Obstacle,
  SchedulerStats,
  Settlement,
  Submission,
  Verdict,
} from "./contract.ts";
import type { FloorShortage } from "./floors.ts";
import { Flow } from "./flow.ts";
import { Instances } from "./instances.ts";
import type { InstanceRun, Invocation } from "./invocation.ts";
import { Invocations } from "./invocations.ts";
import type { Limits } from "./limits.ts";
import type { SchedulerOptions } from "./options.ts";
import { Overdue } from "./overdue.ts";
import { Regime } from "./regime.ts";
import { SharedLimits } from "./shared_limits.ts";
import { resume } from "./resume.ts";
import { type HeldRetries, Retries } from "./retries.ts";
import type { UnservedFunction } from "./unserved.ts";
import type { AskedWait } from "./way_start.ts";

/**
 * Decides which invocation starts next, of all instances. It has no clock, no I/O and no promises: its caller tells it the
 * time with every call, so the same code runs on the real clock, in a test and in virtual time. `next` and `settle` cost
 * the logarithm of the number of queued invocations.
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
  readonly #instances = new Instances();
  readonly #retries: Retries;
  readonly #regime: Regime;
  readonly #invocations: Invocations;
  readonly #flow: Flow;
  readonly #overdue: Overdue;
  readonly #ends: AttemptEnds;
  #limits: Limits;
  /**
   * Its part of limits that others keep to as well.
   *
   * @internal
   */
  readonly shared: SharedLimits;

  /**
   * Makes a scheduler that has nothing to do yet.
   *
   * @throws {RangeError} if a limit is not a whole number above 0, or of a platform that is not attached
   */
  constructor(options: SchedulerOptions) {
    const { policy, limits = {}, strictShares = false, shed = false, platforms = [], random } = options;
    const { share = "time" } = options;
    const setup = { functions: this.#instances.loads.byName, strictShares, share, platforms };
    this.#regime = new Regime(policy, limits, setup, random, () => this.#instances.invocations());
    this.#limits = limits;
    this.shared = new SharedLimits(this.#regime);
    this.#retries = new Retries(random, this.#regime, options.retryBudget);
    this.#invocations = new Invocations(this.#regime, this.#retries);
    this.#flow = new Flow(this.#invocations, this.#instances);
    this.#overdue = new Overdue(shed, this.#flow);
    this.#ends = new AttemptEnds({
      regime: this.#regime,
      invocations: this.#invocations,
      retries: this.#retries,
      overdue: this.#overdue,
      flow: this.#flow,
      times: this.#instances.times,
    });
  }

  /**
   * Takes an instance on: its first invocations become ready, or those that `progress` leaves to do.
   *
   * @param progress nodes of it that had been settled before, under another scheduler
   * @param submission when that was, if the scheduler is told another time than the one that the instance goes by; and what is
   * left to do of it, if it is to end
   * @throws {TypeError} if an instance of that id is here already
   */
  submit(
    instance: Instance,
    nowMs: number,
    progress: readonly NodeRecord[] = [],
    submission: Submission = instance,
  ): Settlement {
    const run = this.#instances.add(instance, nowMs, progress.length > 0, submission);
    this.#backlog.nowMs = nowMs;
    if (this.#overdue.isTooLate(run, nowMs)) return this.#overdue.refuse(run, nowMs);
    this.#overdue.watch(run);
    return this.#flow.advance(run, resume(run, progress), nowMs);
  }

  /**
   * The invocation to start now, counted as running until it is settled; undefined if none is ready or nothing may start.
   *
   * @param leaves when its call leaves; of what leaves later {@linkcode Scheduler.left} is told. (Default: now)
   * @throws {PolicyError} if the policy answers what it must not
   */
  next(nowMs: number, leaves: "now" | "later" = "now"): Invocation | undefined {
    this.#backlog.nowMs = nowMs;
    this.#overdue.expire(nowMs);
    this.#regime.advance(nowMs);
    for (const task of this.#retries.take(nowMs)) this.#invocations.queue(task); // by the budgets that go with the limit
    this.#backlog.sweep();
    const task = this.#overdue.first(this.#backlog, nowMs);
    if (task === undefined) {
      this.#regime.full(nowMs);
      return undefined;
    }
    this.#invocations.start(task, nowMs);
    if (leaves === "now") this.#backlog.left(task);
    return task;
  }

  /** Counts a call against rates from now on. Until it leaves, or is settled, it takes room in every window of them. */
  left(task: Invocation, nowMs: number): void {
    this.#backlog.nowMs = nowMs;
    this.#backlog.left(task);
  }

  /**
   * Time has passed that the scheduler was not told of, as the machine slept, or the system's clock was set on: it counts for
   * deadlines and limits of time, but not for delays and rates.
   */
  oversleep(ms: number): void {
    this.#instances.oversleep(ms);
    this.#overdue.retime();
  }

  /** Instances that `next` has ended since this was asked last: they were shed, or came to a limit of time. */
  takeNews(): readonly Settlement[] {
    return this.#overdue.takeNews();
  }

  /** The meaning of an outcome of a running invocation; changes nothing. */
  judge(task: Invocation, outcome: Outcome): Verdict {
    return judge(task, outcome);
  }

  /**
   * Gives back what an invocation occupies that has been answered well, so that others start while its output becomes durable.
   * It is settled afterwards, with the same outcome.
   *
   * @throws {TypeError} if the invocation is not running
   */
  answered(task: Invocation, outcome: Extract<Outcome, { kind: "ok" }>, nowMs: number, runMs?: number): void {
    this.#backlog.nowMs = nowMs;
    this.#invocations.answered(task, outcome, nowMs, runMs);
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
    this.#backlog.nowMs = nowMs;
    return this.#ends.settle(task, outcome, nowMs, runMs);
  }

  /** Whether a failed invocation that is to be tried again finds the retry budget of its function used up. */
  isRetryHeldBack(task: Invocation): boolean {
    return task.phase === "delayed" && this.#retries.isHeldBack(task);
  }

  /**
   * Takes in how long a function says that it really ran, without what the provider added: while it says so, that is what is
   * expected of it.
   */
  observeFunction(functionName: string, functionMs: number): void {
    this.#backlog.learned(this.#instances.times.observeFunction(functionName, functionMs));
    this.#regime.told(functionName, functionMs);
  }

  /**
   * Takes in that this machine has called back `ms` milliseconds too late. Its caller tells it so every now and then while
   * attempts are in flight. Time that calls take longer by that is not taken for waiting at the platform.
   */
  late(ms: number): void {
    this.#regime.late(ms);
  }

  /**
   * Decides a node that a settlement has told of as undecided.
   *
   * @returns undefined if its instance has ended, or is to end
   */
  decide(instanceId: string, node: number, decision: Decision, nowMs: number): Settlement | undefined {
    const run = this.#at(nowMs, instanceId);
    if (run === undefined || run.ending !== undefined) return undefined;
    return this.#flow.decide(run, node, decision, nowMs);
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
    const run = this.#at(nowMs, instanceId);
    if (run === undefined) return undefined;
    run.calling--;
    return this.#flow.settle(run, node, item, state, reason, nowMs);
  }

  /**
   * Ends an instance early: nothing new of it starts, but what undoes what has been done, and it ends when what is in flight
   * has been settled.
   *
   * @returns undefined if there is no such instance
   */
  cancel(instanceId: string, nowMs: number, reason = "cancelled"): Settlement | undefined {
    const run = this.#at(nowMs, instanceId);
    if (run === undefined) return undefined;
    return this.#flow.stop(run, { outcome: "cancelled", reason }, nowMs);
  }

  /**
   * Lets go of an instance that is another's now: nothing new of it starts, and nothing is undone.
   *
   * @returns undefined if there is no such instance
   */
  forget(instanceId: string, nowMs: number, reason: string): Settlement | undefined {
    const run = this.#at(nowMs, instanceId);
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
    const first = Math.min(this.#retries.nextMs, this.#overdue.nextMs, this.#regime.wakeAtMs());
    return first === Infinity ? undefined : first;
  }

  /**
   * Goes on under another policy; waiting invocations are ranked again.
   *
   * @throws {PolicyError} if the policy answers what it must not; the former one stays in force
   */
  setPolicy(policy: Policy): void {
    this.#regime.setPolicy(policy);
  }

  /**
   * Goes on under other limits; attempts in flight beyond them end as they would have. The knowledge of platforms is kept
   * unless limits become fixed.
   *
   * @throws {RangeError} if a limit is not a whole number above 0; the former ones stay in force
   */
  setLimits(limits: Limits): void {
    this.#regime.setLimits(limits);
    this.#limits = limits;
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

  /** Starts no more work that these mean, and again work that only earlier ones meant. Attempts in flight end as they would have. */
  setPauses(pauses: readonly Pause[]): void {
    this.#regime.setPauses(pauses);
  }

  /** Takes the time in, which every call tells. @returns the instance; undefined: it has ended, or was never here */
  #at(nowMs: number, instanceId: string): InstanceRun | undefined {
    this.#backlog.nowMs = nowMs;
    return this.#instances.get(instanceId);
  }

  get #backlog(): Backlog {
    return this.#regime.backlog;
  }

  /**
   * The obstacle that keeps an instance from going on, as far as is known from the last answer of `next`.
   *
   * @returns `"free"` if something of it is in flight, or may start at its turn; `"idle"` if nothing of it waits here but for calls
   * of chains and decisions
   */
  obstacleOf(instanceId: string): Obstacle | "free" | "idle" {
    const run = this.#instances.get(instanceId);
    return run === undefined ? "free" : this.#invocations.obstacleOf(run);
  }

  /** The invocations of an instance that wait to be tried again. */
  delaysOf(instanceId: string): { readonly task: Invocation; readonly untilMs: number }[] {
    return this.#instances.delaysOf(instanceId);
  }

  /** Has an observer follow which invocations wait and run, from those on that do so now. The last one that is given does. */
  observeLoad(observer: LoadObserver): void {
    this.#regime.observeLoad(observer);
  }

  /** The gauges and counters at present. */
  stats(): SchedulerStats {
    return {
      instances: this.#instances.size,
      ready: this.#backlog.queued,
      delayed: this.#retries.waiting,
      running: this.#backlog.running,
      limit: this.#regime.limit,
      throttled: this.#ends.throttled,
      retried: this.#retries.failed,
    };
  }

  /** Whether something is ready that only what holds for all keeps from starting, as far as is known from the last answer of `next`. */
  get isCrowded(): boolean {
    return this.#backlog.isCrowded;
  }

  /** The expected run times of all that has not settled, together, in milliseconds. Costs a step for each function. */
  expectedWorkMs(): number {
    return this.#instances.expectedWorkMs();
  }
}
