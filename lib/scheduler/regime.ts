import { type Outcome, type Pause, pauseName } from "../model/mod.ts";
import type { Policy } from "../policies/mod.ts";
import { AdaptiveLimit } from "./adaptive_limit.ts";
import { Backlog, type BacklogSetup } from "./backlog.ts";
import type { Invocation } from "./invocation.ts";
import { Hold, holdKey, type UnservedFunction } from "./unserved.ts";
import { fixed, type FixedLimits, type Limits, sameButGlobal } from "./limits.ts";

/** At most so many functions are known to be served by nobody: each that is found changes the gates of all. */
const MOST_HOLDS = 1000;

/** What is in force, and may be replaced while work goes on: policy, limits and pauses, and the backlog that they order. */
export class Regime {
  readonly #tasks: () => Iterable<Invocation>;
  #setup: BacklogSetup;
  /** Functions that nobody serves. */
  readonly #holds = new Map<string, Hold>();
  #backlog: Backlog;
  /** Only while the global limit is `"auto"`. */
  #adaptive: AdaptiveLimit | undefined;

  /**
   * @param tasks all invocations that are not settled, in the order in which a new backlog is to get them
   * @throws {RangeError} if a limit is not a whole number above 0, or of a platform that is not attached
   */
  constructor(
    policy: Policy,
    limits: Limits,
    setup: Omit<BacklogSetup, "pauses" | "holds">,
    tasks: () => Iterable<Invocation>,
  ) {
    this.#tasks = tasks;
    this.#setup = { ...setup, pauses: [], holds: this.#holds };
    if (limits.global === "auto") this.#adaptive = new AdaptiveLimit();
    this.#backlog = this.#newBacklog(policy, fixed(limits, this.#adaptive));
  }

  /** What is ready, and how much is running. */
  get backlog(): Backlog {
    return this.#backlog;
  }

  /** An adaptive limit keeps what was refused back by itself, until it can go no lower. */
  get isHeldBack(): boolean {
    return this.#adaptive !== undefined && this.#adaptive.limit > 1;
  }

  /** Puts the limit into force that was learned until now. */
  advance(nowMs: number): void {
    if (this.#adaptive === undefined) return;
    this.#adaptive.advance(nowMs);
    this.#adapt();
  }

  /** Nothing more may start, or nothing waits. */
  full(nowMs: number): void {
    this.#adaptive?.full(this.#backlog.running, nowMs);
  }

  /** Starts what the backlog has answered. */
  start(task: Invocation, nowMs: number): void {
    this.#backlog.start(task);
    task.start = this.#adaptive?.start(this.#backlog.running, nowMs);
  }

  /** Gives back what an attempt occupied, and learns from what became of it. */
  release(task: Invocation, outcome: Outcome, nowMs: number): void {
    if (outcome.kind !== "unserved") this.#answered(task);
    this.#backlog.release(task, outcome);
    const { start } = task;
    if (start === undefined || this.#adaptive === undefined || outcome.kind === "unserved") return;
    if (outcome.kind === "throttled") this.#adaptive.throttled(start, this.#backlog.running + 1, nowMs);
    else this.#adaptive.letIn(start);
    this.#adapt();
  }

  /** Lets a function's calls go again, once one that was let go has been answered. */
  #answered(task: Invocation): void {
    if (this.#holds.size === 0) return;
    const key = holdKey(task.spec);
    if (!this.#holds.get(key)?.hasSent(task)) return;
    this.#holds.delete(key);
    this.#rebuild(this.#newBacklog(this.#backlog.policy, this.#backlog.limits));
  }

  /** Queues an invocation again that has been released, as nobody serves its function, and holds back others of that. */
  putBack(task: Invocation, reason: string, nowMs: number): void {
    const key = holdKey(task.spec), hold = this.#holds.get(key);
    hold?.refused(task, reason, nowMs);
    if (hold !== undefined || this.#backlog.canGoElsewhere(task)) return this.#backlog.add(task);
    if (this.#holds.size >= MOST_HOLDS) this.#forgetHolds();
    this.#holds.set(key, new Hold(task.spec, reason, nowMs));
    this.#rebuild(this.#newBacklog(this.#backlog.policy, this.#backlog.limits));
  }

  /** Forgets the functions of which nothing is left, or else the one that has been waited for the longest. */
  #forgetHolds(): void {
    for (const [key, hold] of this.#holds) {
      if ((this.#setup.functions.get(hold.function)?.unsettled ?? 0) === 0) this.#holds.delete(key);
    }
    if (this.#holds.size < MOST_HOLDS) return;
    const [first] = this.#holds.keys();
    this.#holds.delete(first!);
  }

  /** The functions that nobody serves at present. */
  get unserved(): readonly UnservedFunction[] {
    return [...this.#holds.values()].filter(({ isAnswering }) => !isAnswering);
  }

  #adapt(): void {
    const limit = this.#adaptive?.limit;
    if (limit !== undefined && limit !== this.#backlog.limits.global) this.#backlog.setGlobal(limit);
  }

  /** When a rate lets something start, or a limit grows; Infinity: not by itself. */
  wakeAtMs(): number {
    return Math.min(this.#backlog.opensAtMs() ?? Infinity, this.#adaptive?.wakeAtMs() ?? Infinity);
  }

  /** @throws {PolicyError} if the policy answers what it must not; the former one stays in force */
  setPolicy(policy: Policy): void {
    this.#rebuild(this.#newBacklog(policy, this.#backlog.limits));
  }

  /** @throws {RangeError} if a limit is not a whole number above 0; the former ones stay in force */
  setLimits(limits: Limits): void {
    const adaptive = limits.global === "auto"
      ? this.#adaptive ?? new AdaptiveLimit(this.#backlog.running)
      : undefined;
    const next = fixed(limits, adaptive);
    if (sameButGlobal(this.#backlog.limits, next)) this.#backlog.setGlobal(next.global);
    else this.#rebuild(this.#newBacklog(this.#backlog.policy, next));
    this.#adaptive = adaptive;
  }

  setPauses(pauses: readonly Pause[]): void {
    if (pauses.map(pauseName).join("\n") === this.#setup.pauses.map(pauseName).join("\n")) return;
    this.#setup = { ...this.#setup, pauses };
    this.#rebuild(this.#newBacklog(this.#backlog.policy, this.#backlog.limits));
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
    for (const task of this.#tasks()) if (task.phase === "running") backlog.occupy(task);
    for (const task of this.#tasks()) if (task.phase === "queued") backlog.add(task);
  }
}
