import type { FunctionTimes } from "../collect/mod.ts";
import type { Expressions } from "../expression/mod.ts";
import {
  calledInstance,
  callKey,
  checkSubmission,
  type Clock,
  formatDuration,
  type MadeOutcome,
  type NodeRecord,
  type Outcome,
} from "../model/mod.ts";
import { type Answer, idempotencyKey, type Platform } from "../platform/mod.ts";
import { CANCELLED_ON_REQUEST, type ChildEnd, type Claim, type Queue, type Result } from "../queue/mod.ts";
import { type AttemptEvent, attemptEvent, type EndEvent, type Recorder, submission } from "../record/mod.ts";
import {
  type Delay,
  type Ending,
  type Invocation,
  mayStartAhead,
  type NodeCall,
  type Obstacle,
  type Scheduler,
  type Settlement,
  type Submission,
  type Verdict,
} from "../scheduler/mod.ts";
import { dataLength, Decisions, type NodeData, reasonOf } from "./expressions.ts";
import { HandOvers } from "./hand_overs.ts";
import { HeldInstance } from "./held_instance.ts";
import { HoldGate } from "./hold_gate.ts";
import { type ClockNews, OwnTime } from "./own_time.ts";
import { completed, failedEnd, failedResult, failure, fitted, outcomeOf, whyNotCalled } from "./outcomes.ts";
import { QueueWriter } from "./queue_writer.ts";
import { RefusedFunctions } from "./refused_functions.ts";
import { WindowShares } from "./window_shares.ts";
import type { Stuck } from "./jams.ts";
import { bytesOf, type Memory } from "./memory.ts";
import { WaitingCalls } from "./waiting_calls.ts";
import {
  abortCalls,
  callOf,
  delayOf,
  delaysIn,
  isFinal,
  isSettled,
  isStartKept,
  named,
  startOf,
} from "./starts.ts";

/** What an execution works with. */
export interface ExecutionParts {
  readonly queue: Queue;
  readonly scheduler: Scheduler;
  readonly platform: Platform;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** Evaluates expressions; it is disposed with the execution. (Default: an own one) */
  readonly expressions?: Expressions;
  /** Hears from functions how long they really ran. (Default: nobody listens) */
  readonly functionTimes?: FunctionTimes;
}

/** What an execution tells whoever drives it. */
export interface ExecutionHooks {
  /** The scheduler may have more to start. */
  changed(): void;
  /** An instance that was taken from the queue has been let go of. */
  released(): void;
  /** It cannot go on. */
  failed(error: unknown): void;
  /** The system's clock was set, or that of a producer differs from it. */
  clockNews(news: ClockNews): void;
}

/**
 * Carries out what the scheduler decides about the instances that are held: calls functions, evaluates expressions, begins
 * the chains that nodes call, and writes what has settled to the queue, an output before a successor starts.
 */
export class Execution implements AsyncDisposable {
  /** How the instances have ended. */
  readonly ended = { completed: 0, failed: 0, cancelled: 0, shed: 0 };
  /** Instances taken from the queue and not let go of; not those that they have called. */
  size = 0;
  /** Of which kinds those of them are of which nothing is in flight. */
  readonly shares = new WindowShares();
  /** Functions whose calls are all refused. */
  readonly refused = new RefusedFunctions();
  readonly #parts: ExecutionParts;
  readonly #hooks: ExecutionHooks;
  readonly #writer: QueueWriter;
  readonly #decisions: Decisions;
  readonly #held = new Map<string, HeldInstance>();
  readonly #handOvers: HandOvers;
  readonly #ownTime: OwnTime;
  readonly #gate: HoldGate;
  readonly #memory: Memory;
  readonly #waiting = new WaitingCalls();
  /** Roots that are being given back to the queue, as there is too little memory for them. */
  readonly #givenBack = new Set<HeldInstance>();
  /** Roots that are being given back as they may not go on, and what they wait for. */
  readonly #waitFor = new Map<HeldInstance, string>();
  /** Of what leaves, what is to be tried again. */
  readonly #delays = new Map<HeldInstance, readonly NodeRecord[]>();
  /** Attempts in flight, or about to be. */
  #attempts = 0;
  #stopped = false;
  /** Invocations whose places others have taken while their outputs become durable: at most half of what is in flight. */
  #ahead = 0;
  /** Attempts, evaluations and writes under way. */
  #underWay = 0;
  #idle = () => {};

  constructor(parts: ExecutionParts, hooks: ExecutionHooks, memory: Memory) {
    this.#parts = parts;
    this.#memory = memory;
    this.#hooks = hooks;
    this.#writer = new QueueWriter(parts.queue, parts.clock);
    this.#gate = new HoldGate(parts.queue);
    this.#decisions = new Decisions(parts.clock, parts.expressions);
    this.#handOvers = new HandOvers(parts.clock, (root) => this.#cutOff(root));
    this.#ownTime = new OwnTime(parts.clock, {
      overslept: (ms) => parts.scheduler.oversleep(ms),
      news: (news) => hooks.clockNews(news),
    });
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    if (this.#underWay > 0) await new Promise<void>((resolve) => this.#idle = resolve);
  }

  /** Ends all calls at once. What they would have answered is not recorded: they are made again later. */
  stop(): void {
    this.#stopped = true;
    this.#gate.stop();
    this.#handOvers.clear();
    for (const held of this.#held.values()) held.abortCalls();
    this.#track(this.#decisions[Symbol.asyncDispose]());
  }

  /** Ends what evaluates expressions. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#decisions[Symbol.asyncDispose]();
  }

  /** Sees something through that may fail the whole. */
  #track(work: Promise<void>): void {
    this.#underWay++;
    work.then(this.#landed, this.#failed);
  }

  readonly #landed = () => {
    this.#underWay--;
    this.#admit();
    if (this.#underWay === 0) this.#idle();
  };

  readonly #failed = (error: unknown) => {
    if (!(this.#stopped && isEvaluationStopped(error))) this.#hooks.failed(error);
    this.#landed();
  };

  /** Whether an instance is held. */
  holds(id: string): boolean {
    return this.#held.has(id);
  }

  /** Takes instances on. */
  accept(claims: readonly Claim[]): void {
    this.#ownTime.look();
    for (const claim of claims) this.#accept(claim);
  }

  #accept(claim: Claim): void {
    const known = this.#held.get(claim.instance.id);
    if (known?.caller !== undefined) return this.#setAside(claim);
    if (known !== undefined) { // its lease had run out: others may have brought it further than what still runs here
      known.again = claim;
      return this.#lose(known);
    }
    this.size++;
    const progress = claim.progress.length === 0 ? claim.progress : claim.progress.filter(isSettled);
    const held = new HeldInstance(claim.instance, progress, claim.number, undefined, claim.children);
    held.place = this.shares.add(claim.instance);
    this.#begin(held, progress, claim, claim.progress);
  }

  /** Ends an instance whose id is that of one which another has called, and which is held: one of them at most can be. */
  #setAside({ instance, number }: Claim): void {
    const end = failedEnd(takenBy(instance.id));
    const result = {
      instanceId: instance.id,
      claim: number,
      records: [],
      endedAtMs: this.#parts.clock.wallMs(),
    };
    this.#track(this.#writer.finish({ ...result, ...end }).then(() => {}));
  }

  #begin(
    held: HeldInstance,
    progress: readonly NodeRecord[],
    { notBeforeMs, cancel }: Beginning,
    recorded: readonly NodeRecord[],
  ): void {
    const { scheduler, recorder, clock } = this.#parts;
    const { instance } = held;
    this.#held.set(held.id, held);
    this.#memory.hold(1, held.weigh());
    held.caller?.held.hasCalled(held);
    const nowMs = clock.nowMs(), submittedAtMs = this.#ownTime.submitted(instance.submittedAtMs, nowMs);
    held.submittedAtMs = submittedAtMs;
    const delays = recorded.length === 0 ? NO_DELAYS : delaysIn(recorded, { nowMs, wallMs: clock.wallMs() });
    recorder.submit(submission(instance, submittedAtMs, Math.max(0, nowMs - submittedAtMs)));
    const before = { submittedAtMs, notBeforeMs, cancel, calling: held.calling(progress), delays };
    this.#follow(held, scheduler.submit(instance, nowMs, progress, before));
  }

  /** Looks whether the system's clock has been set. @returns whether it has */
  lookAtClock(): boolean {
    return this.#ownTime.look();
  }

  /** Does what a change of an instance asks for. */
  #follow(held: HeldInstance, { skipped, mapped, undecided, calls, ending, ended }: Settlement): void {
    if (!held.leaving) { // else whoever goes on with it finds that out
      for (const node of skipped) held.skipped(node);
      if (mapped !== undefined) held.mapped(mapped);
      this.#memory.hold(0, held.weigh());
    }
    if (undecided !== undefined) {
      for (const node of undecided) {
        this.#track(this.#decide(held, node));
      }
    }
    if (ending !== undefined && held.ending === undefined) {
      held.ending = ending;
      this.#waitNoMore(held);
      for (const called of held.called) this.#cancel(called, CALLER_ENDED);
    }
    if (calls !== undefined) {
      this.#waiting.add(held, calls);
      if (held.leaving || held.ending !== undefined) this.#waitNoMore(held);
      else this.#admit();
    }
    if (ended !== undefined) this.#track(this.#finish(held, ended));
  }

  /** Follows what the scheduler has ended by itself; the calls in flight end with it. */
  heed(settlement: Settlement): void {
    const held = this.#held.get(settlement.instance.id)!;
    this.#follow(held, settlement);
    abortCalls(held);
  }

  /**
   * Ends an instance early.
   *
   * @param abort whether its calls in flight end too
   * @returns whether it is held
   */
  cancel(id: string, abort = false): boolean {
    const held = this.#held.get(id);
    if (held === undefined) return false;
    if (!held.leaving) this.#cancel(held, CANCELLED_ON_REQUEST);
    if (abort && !held.lost) abortCalls(held);
    return !held.leaving;
  }

  #cancel(held: HeldInstance, reason: string): void {
    const { scheduler, clock } = this.#parts;
    const settlement = scheduler.cancel(held.id, clock.nowMs(), reason);
    if (settlement !== undefined) this.#follow(held, settlement);
  }

  /**
   * Hands instances over to other consumers: nothing more of them starts, and each is released once nothing of it, and of
   * what it has called, is in flight. What ends well until then is written; what fails runs again there, unless it may run
   * once only. What is not held is passed over, as what was called is: it goes with its root.
   *
   * @param withinMs how long that may take, in milliseconds; what is in flight then is cut off, and nothing of it is written
   */
  revoke(ids: readonly string[], withinMs: number): void {
    if (this.#stopped) return;
    const held = new Set(ids.map((id) => this.#held.get(id)).filter((held) => held !== undefined));
    const roots = [...held].filter(({ caller }) => caller === undefined);
    for (const root of roots) {
      if (root.again !== undefined && withinMs > 0) {
        this.#track(this.#writer.release({ instanceId: root.id, claim: root.again.number }));
      }
      root.again = undefined;
    }
    if (withinMs <= 0) return roots.forEach((root) => this.#cutOff(root));
    const leaving = roots.filter(({ lost }) => !lost);
    this.#handOvers.begin(leaving, withinMs);
    for (const root of leaving) for (const held of root.tree()) this.#noteDelays(held);
    for (const root of leaving) this.#forget(root, LEAVES);
  }

  /** Keeps what is to be told of an instance that leaves: which of its invocations are to be tried again, and when. */
  #noteDelays(held: HeldInstance): void {
    const { scheduler, clock } = this.#parts;
    const delays = scheduler.delaysOf(held.id);
    if (delays.length === 0) return;
    const aheadMs = clock.wallMs() - clock.nowMs();
    const kept = delays.filter(({ task }) => task.nodeIndex !== held.instance.chain.onFailed); // its start must be known
    this.#delays.set(held, kept.map(({ task, untilMs }) => delayOf(task, PUT_OFF, untilMs + aheadMs)));
  }

  /** Drops what another consumer has now, and cuts off what is in flight of it. */
  #cutOff(root: HeldInstance): void {
    const tree = [...root.tree()];
    this.#lose(root);
    for (const held of tree) held.abortCalls();
  }

  /** Drops an instance that is another consumer's now, with all that it belongs to. */
  #lose({ root }: HeldInstance): void {
    for (const held of root.tree()) held.lost = true;
    this.#forget(root, LOST);
  }

  /** Starts nothing more of an instance, and of what it has called; what is not in flight is over. */
  #forget(root: HeldInstance, reason: string): void {
    const { scheduler, clock } = this.#parts;
    const tree = [...root.tree()].reverse();
    for (const held of tree) held.leaving = true;
    // All of them first: with the end of what it has called the root may be over, and be here again.
    const settlements = tree.map(({ id }) => scheduler.forget(id, clock.nowMs(), reason));
    settlements.forEach((settlement, i) => {
      if (settlement !== undefined) this.#follow(tree[i]!, settlement);
    });
    for (const held of tree) this.#waitNoMore(held); // now that nothing comes of how they end
  }

  async #decide(held: HeldInstance, node: number): Promise<void> {
    const { scheduler, clock } = this.#parts;
    const decision = await this.#decisions.decisionOf(held, node);
    if (this.#held.get(held.id) !== held) return;
    const settlement = scheduler.decide(held.id, node, decision, clock.nowMs());
    if (settlement === undefined) return;
    if (decision.kind === "skip") held.skipped(node);
    if (decision.kind === "fail") held.failed(node, decision.reason);
    this.#follow(held, settlement);
    this.#hooks.changed();
  }

  /** Makes the attempt that the scheduler has started, and sees to what follows. */
  start(task: Invocation): void {
    this.#attempts++;
    const held = this.#held.get(task.instance)!;
    held.root.place?.starts();
    this.#track(this.#attempt(task, held));
  }

  /** Whether there is memory for one more attempt; if none is in flight there is, or nothing would ever get free. */
  get mayStart(): boolean {
    return this.#attempts === 0 || !this.#memory.isFull;
  }

  async #attempt(task: Invocation, held: HeldInstance): Promise<void> {
    const { platform, clock, functionTimes } = this.#parts;
    const { spec, nodeIndex: node, item, attempts: attempt } = task;
    const of = callOf(task);
    held.undoes ||= node === held.instance.chain.onFailed;
    let data: NodeData;
    try {
      const found = this.#decisions.dataOf(held, of);
      data = found instanceof Promise ? await found : found;
    } catch (error) {
      return void await this.#settle(task, held, failure(reasonOf(error, "args")), 0);
    }
    if (isStartKept(task, held) && !held.leaving) {
      await this.#checkpoint(held, startOf(task, "started", held.ending?.reason));
    }
    while (!this.#gate.isOpen) await this.#gate.opened();
    if (this.#stopped || held.leaving) return await this.#takeBack(task, held);
    let startedAtMs = clock.nowMs();
    const { instance } = held, { args, inputs } = data;
    const call = { spec, instance, node, item, attempt, args, inputs, platform: task.platform };
    const told = functionTimes?.begin(idempotencyKey(call), startedAtMs);
    const landed = this.#memory.reserve(spec, dataLength(data));
    let answer: Answer | undefined;
    try {
      answer = await platform.invoke(call, held.calls);
    } finally {
      landed(answer?.outcome.kind === "ok" ? answer.outcome.output.length : undefined);
    }
    if (this.#stopped && answer.outcome.kind !== "ok") return told?.abandon();
    if (answer.outcome.kind === "unserved") { // no attempt was made
      told?.abandon();
      return void await this.#settle(task, held, answer.outcome, 0);
    }
    startedAtMs += answer.heldMs ?? 0;
    const endedAtMs = clock.nowMs(), runMs = endedAtMs - startedAtMs;
    const outcome = fitted(held, of, answer.outcome);
    const event = this.#record(task, held, answer, outcome, startedAtMs, runMs);
    told?.end(event, endedAtMs);
    const written = this.#settle(task, held, outcome, runMs);
    if (written !== undefined) await written;
  }

  #record(
    task: Invocation,
    held: HeldInstance,
    { status, cold, platform: madeBy }: Answer,
    outcome: MadeOutcome,
    startedAtMs: number,
    runMs: number,
  ): AttemptEvent {
    const { recorder, platform: { name } } = this.#parts;
    const platform = task.platform ?? madeBy ?? name;
    const settled = isFinal(this.#judge(task, held, outcome));
    const { submittedAtMs } = held;
    const made = { outcome, status, cold, startedAtMs, runMs, settled, platform, submittedAtMs };
    const event = attemptEvent(task, made);
    recorder.attempt(event);
    return event;
  }

  /** @returns undefined, if nothing had to be written before the next may start */
  #settle(task: Invocation, held: HeldInstance, outcome: Outcome, runMs: number): Promise<void> | undefined {
    const { clock } = this.#parts;
    this.#attempts--;
    const verdict = this.#judge(task, held, outcome);
    let written: Promise<void> | undefined;
    if (isFinal(verdict)) {
      held.settled(callOf(task), verdict, task.attempts, outcome, runMs, clock.wallMs());
      this.#memory.hold(0, held.weigh());
      if (held.open > 0 || held.leaving) written = this.#makeDurable(task, held, outcome, runMs); // else with the end
    } else if (isStartKept(task, held)) {
      // What was refused has not run: it may be called again after a crash, and nothing has been undone.
      if (outcome.kind === "throttled") written = this.#checkpoint(held, startOf(task, "cancelled"));
      else held.mayBeUndone = true;
    }
    if (written !== undefined) return written.then(() => this.#goOn(task, held, outcome, runMs));
    this.#goOn(task, held, outcome, runMs);
  }

  /** Lets the scheduler know how an attempt has ended, and starts what may start then. */
  #goOn(task: Invocation, held: HeldInstance, outcome: Outcome, runMs: number): void {
    const { scheduler, clock } = this.#parts;
    const nowMs = clock.nowMs(), settlement = scheduler.settle(task, outcome, nowMs, runMs);
    this.refused.ended(task.function, outcome, nowMs, settlement.retryAtMs);
    if (settlement.retryAtMs !== undefined) this.#noteDelay(task, held, outcome, settlement.retryAtMs);
    this.#follow(held, settlement);
    held.root.place?.ends();
    this.#giveBack();
    this.#hooks.changed();
  }

  /**
   * Writes an output before a successor starts. Meanwhile others start in the place of its invocation, if many are in flight: waiting
   * for the disk takes as long as a short call.
   */
  async #makeDurable(
    task: Invocation,
    held: HeldInstance,
    outcome: Outcome,
    runMs: number,
  ): Promise<void> {
    const { scheduler, clock } = this.#parts;
    if (outcome.kind !== "ok" || !mayStartAhead(scheduler.running, this.#ahead)) {
      return await this.#checkpoint(held);
    }
    scheduler.answered(task, outcome, clock.nowMs(), runMs);
    this.#hooks.changed();
    this.#ahead++;
    try {
      await this.#checkpoint(held);
    } finally {
      this.#ahead--;
    }
  }

  /** Records why an invocation waits for another attempt, if that may take long: whoever asks the queue finds it there. */
  #noteDelay(task: Invocation, held: HeldInstance, outcome: Outcome, untilMs: number): void {
    const { scheduler, clock } = this.#parts;
    const nowMs = clock.nowMs();
    const isHeldBack = outcome.kind === "failed" && scheduler.isRetryHeldBack(task);
    const isRefused = outcome.kind === "throttled" && isNotable(task.throttles);
    const isLong = untilMs - nowMs >= LONG_DELAY_MS;
    if (outcome.kind === "ok" || !(isLong || isHeldBack || isRefused)) return;
    if (outcome.kind === "failed" && isStartKept(task, held)) return; // its start is what must be known
    const until = isHeldBack
      ? "it waits for the retry budget of its function"
      : `${isRefused && !isLong ? `refused ${task.throttles} times in a row, ` : ""}it is tried again after ${
        formatDuration(Math.round(untilMs - nowMs))
      }`;
    const atMs = clock.wallMs() + untilMs - nowMs;
    this.#track(this.#checkpoint(held, delayOf(task, `${outcome.reason}; ${until}`, atMs)));
  }

  /** What an outcome means: what is to be run again by whoever goes on with the instance has not failed here. */
  #judge(task: Invocation, held: HeldInstance, outcome: Outcome): Verdict {
    if (!held.leaving || outcome.kind === "ok") return this.#parts.scheduler.judge(task, outcome);
    if (outcome.kind === "throttled" || outcome.kind === "unserved") return outcome.kind;
    return task.spec.atMostOnce ? "failed" : "retry";
  }

  /** Ends an attempt before its call. */
  async #takeBack(task: Invocation, held: HeldInstance): Promise<void> {
    const { scheduler, clock } = this.#parts;
    this.#attempts--;
    if (isStartKept(task, held)) await this.#checkpoint(held, startOf(task, "cancelled"));
    if (this.#stopped) return; // it is made again later
    this.#follow(held, scheduler.settle(task, failure(LEAVES), clock.nowMs()));
    held.root.place?.ends();
    this.#hooks.changed();
  }

  /**
   * Writes what has settled.
   *
   * @param notes of starts and delays: what came before them must be known to whoever finds them
   */
  async #checkpoint(held: HeldInstance, ...notes: readonly NodeRecord[]): Promise<void> {
    if (held.lost) return;
    const settled = held.takeUnwritten();
    const records = notes.length === 0 ? settled : [...settled, ...notes];
    const progress = { instanceId: held.id, claim: held.claim, records };
    if (await this.#writer.checkpoint(progress, held) !== undefined) this.#lose(held);
  }

  /** Begins calls that wait, as far as there is memory for what they call. */
  #admit(): void {
    for (;;) {
      const admitted = this.#waiting.next(this.#memory.isFullForCalls);
      if (admitted === undefined) return;
      const { held, call, begun } = admitted;
      const { weight } = held; // what is called may be given as much as its caller holds
      this.#memory.hold(1, weight);
      const settled = (called?: HeldInstance) => {
        this.#memory.hold(-1, -weight);
        begun(called && this.#held.get(called.id) === called ? called : undefined);
      };
      this.#track(this.#call(held, call).then(settled, (error) => (settled(), Promise.reject(error))));
    }
  }

  /** Begins the calls of an instance which is ending, or leaving: they end at once, but for what they have to undo. */
  #waitNoMore(held: HeldInstance): void {
    for (const call of this.#waiting.of(held)) this.#track(this.#call(held, call).then(() => {}));
  }

  /** Begins the chain that a node calls, or goes on with it. @returns what is held from now on, if it has begun */
  async #call(held: HeldInstance, call: NodeCall): Promise<HeldInstance | undefined> {
    const known = held.children.get(callKey(held.instance, call));
    if (known?.ended !== undefined) return void await this.#return(held, call, known.ended, 0);
    if (held.leaving || (held.ending !== undefined && known === undefined)) {
      return void await this.#return(held, call, TOO_LATE, 0);
    }
    let instance = known?.instance;
    if (instance === undefined) {
      try {
        const { args } = await this.#decisions.dataOf(held, call);
        instance = checkSubmission(calledInstance(held.instance, call, args, this.#parts.clock.wallMs()));
      } catch (error) {
        return void await this.#return(held, call, failedEnd(whyNotCalled(error)), 0);
      }
      const refusal = held.leaving
        ? undefined
        : this.#held.has(instance.id)
        ? "id-conflict"
        : await this.#writer.call(instance);
      if (refusal === "lease-lost") this.#lose(held);
      if (refusal === "id-conflict" || refusal === "too-large") {
        const why = refusal === "id-conflict" ? takenBy(instance.id) : ARGS_TOO_LARGE;
        return void await this.#return(held, call, failedEnd(why), 0);
      }
      if (held.leaving || held.ending !== undefined) {
        return void await this.#return(held, call, TOO_LATE, 0);
      }
    }
    if (this.#held.has(instance.id)) { // on Kafka it may have begun elsewhere than at its home
      return void await this.#return(held, call, failedEnd(takenBy(instance.id)), 0);
    }
    const progress = known?.progress.filter(isSettled) ?? [];
    const called = new HeldInstance(instance, progress, held.claim, { held, call });
    const cancel = held.ending === undefined ? known?.cancel : CALLER_ENDED;
    this.#ownTime.look();
    this.#begin(called, progress, { cancel }, known?.progress ?? []);
    this.#hooks.changed();
    return called;
  }

  /** Gives the caller of a chain what it has come to. */
  async #return(held: HeldInstance, call: NodeCall, end: ChildEnd, runMs: number): Promise<void> {
    const { scheduler, clock } = this.#parts;
    const outcome = fitted(held, call, outcomeOf(end, callKey(held.instance, call)));
    const state = outcome.kind === "ok" ? "ok" : "failed";
    if (!held.leaving) { // else whoever goes on with it gets to know that from the called one
      held.settled(call, state, 1, outcome, runMs, clock.wallMs());
      this.#memory.hold(0, held.weigh());
      if (held.open > 0) await this.#checkpoint(held);
    }
    const reason = outcome.kind === "ok" ? "" : outcome.reason;
    const settlement = scheduler.settleCall(held.id, call, state, reason, clock.nowMs());
    if (settlement !== undefined) this.#follow(held, settlement);
    this.#hooks.changed();
  }

  /** Lets another consumer go on with an instance of which nothing is in flight here any more. */
  async #handOver(held: HeldInstance): Promise<void> {
    const { caller } = held, delays = this.#delays.get(held) ?? [];
    if (delays.length > 0) await this.#checkpoint(held, ...delays);
    if (caller === undefined && !held.lost) {
      const waitsFor = this.#waitFor.get(held);
      await this.#writer.release({ ...named(held), ...waitsFor !== undefined && { waitsFor } }, held);
    }
    this.#drop(held);
    if (caller === undefined) return this.#letGo(held);
    caller.held.isDoneWith(held);
    await this.#return(caller.held, caller.call, failedEnd(LEAVES), 0);
  }

  /** Writes how an instance ended, and lets it go. */
  async #finish(held: HeldInstance, ending: Ending): Promise<void> {
    held.place?.starts(); // it waits for nothing but the queue
    if (held.leaving) return await this.#handOver(held);
    const { clock } = this.#parts;
    const end = this.#endOf(held, ending);
    const { outcome, reason, output } = end instanceof Promise ? await end : end;
    const endedAtMs = clock.nowMs();
    const ended = {
      instanceId: held.id,
      claim: held.claim,
      outcome,
      endedAtMs: clock.wallMs(),
      records: held.takeUnwritten(),
      output,
    };
    const result: Result = reason === undefined ? ended : { ...ended, reason };
    const written = !held.lost && await this.#writer.finish(result, held) === undefined;
    if (written) this.#recordEnd(held, result, endedAtMs, ending.shed ?? false);
    this.#drop(held);
    const { caller } = held;
    if (caller === undefined) return this.#letGo(held);
    caller.held.isDoneWith(held);
    if (!written && !caller.held.lost) this.#lose(caller.held);
    await this.#return(caller.held, caller.call, result, held.idealMs);
  }

  #endOf(held: HeldInstance, { outcome, reason }: Ending): ChildEnd | Promise<ChildEnd> {
    if (outcome === "completed" && !held.lost) {
      const result = this.#decisions.resultOf(held);
      return result instanceof Promise ? result.then(completed, failedResult) : completed(result);
    }
    return { outcome, output: held.output(), ...reason !== undefined && { reason } };
  }

  #recordEnd(
    held: HeldInstance,
    { outcome: stored, reason }: Result,
    endedAtMs: number,
    shed: boolean,
  ): void {
    const outcome = shed ? "shed" : stored;
    this.ended[outcome]++;
    const { id, idealMs, instance: { chain } } = held;
    const event: EndEvent = { chain: chain.name, instance: id, endedAtMs, outcome, idealMs };
    this.#parts.recorder.end(reason === undefined ? event : { ...event, reason });
  }

  #drop(held: HeldInstance): void {
    this.#held.delete(held.id);
    this.#delays.delete(held);
    this.#memory.hold(-1, -held.weight);
    this.#waiting.ended(held);
  }

  /** Gives the youngest instances back to the queue, if what is held has grown too much; the oldest one always stays. */
  #giveBack(): void {
    let excess = this.#givenBack.size > 0 ? 0 : this.#memory.excess;
    if (excess <= 0) return;
    const roots = [...this.#held.values()].filter(({ caller, leaving }) => caller === undefined && !leaving);
    for (const root of roots.slice(1).reverse()) {
      if (excess <= 0) break;
      for (const held of root.tree()) excess -= held.weight;
      this.#givenBack.add(root);
    }
    this.revoke([...this.#givenBack].map(({ id }) => id), GIVE_BACK_MS);
  }

  /** How many of the instances that were taken from the queue have something in flight. */
  get busy(): number {
    return this.size - this.shares.waiting - this.#waitFor.size;
  }

  /** Those of some instances that may not go on. */
  *stuckAmong(ids: readonly string[]): Generator<Stuck> {
    for (const id of ids) {
      const held = this.#held.get(id), stuck = held && this.#stuck(held);
      if (stuck !== undefined) yield stuck;
    }
  }

  /** The instances that may not go on, as far as the scheduler knows since its last answer; what is given back is left out. */
  *stuck(): Generator<Stuck> {
    for (const held of this.#held.values()) {
      const stuck = this.#stuck(held);
      if (stuck !== undefined) yield stuck;
    }
  }

  #stuck(root: HeldInstance): Stuck | undefined {
    const { place } = root;
    if (place === undefined || root.leaving || root.again !== undefined || !place.isWaiting) return undefined;
    let obstacle: Obstacle | undefined, bytes = 0;
    for (const held of root.called.size === 0 ? [root] : root.tree()) {
      const standing = this.#parts.scheduler.standingOf(held.id);
      if (standing === "free") return undefined;
      if (standing !== "idle") obstacle ??= standing;
      bytes += bytesOf(1, held.weight);
    }
    return obstacle && { held: root, place, obstacle, bytes };
  }

  /** The ids of instances that could start, or go on, if there was room for more in flight; what came first is first. */
  waitingForCapacity(): string[] {
    const { scheduler } = this.#parts;
    const waiting = [...this.#held.values()].filter(({ id, place, leaving, again }) =>
      place?.isWaiting && !leaving && again === undefined && scheduler.standingOf(id) === "free"
    );
    return waiting.map(({ id }) => id);
  }

  /** Gives instances back to the queue that other consumers can start at once. */
  giveBack(ids: readonly string[]): void {
    this.revoke(ids, GIVE_BACK_MS);
  }

  /** Gives instances back to the queue that may not go on. */
  giveBackStuck(stuck: readonly Stuck[]): void {
    if (this.#stopped) return;
    for (const { held, obstacle } of stuck) this.#waitFor.set(held, obstacle.name);
    this.revoke(stuck.map(({ held: { id } }) => id), GIVE_BACK_MS);
  }

  #letGo(held: HeldInstance): void {
    this.size--;
    held.place?.leaves();
    held.place = undefined;
    this.#givenBack.delete(held);
    this.#waitFor.delete(held);
    this.#handOvers.end(held);
    if (held.again !== undefined) {
      this.accept([held.again]);
      this.#hooks.changed();
    }
    this.#hooks.released();
  }
}

/** How an instance begins here. */
type Beginning = Pick<Submission, "notBeforeMs" | "cancel">;

const NO_DELAYS: readonly Delay[] = [];

const CALLER_ENDED = "its caller has ended";
/** Delays of at least this, in milliseconds, are recorded. */
const LONG_DELAY_MS = 5000;
/** Refusals in a row that are recorded: 16 take about a minute where no limit holds back; then twice as many each time. */
function isNotable(refusals: number): boolean {
  return refusals >= 16 && Number.isInteger(Math.log2(refusals));
}
/** How long what is in flight of an instance that is given back may take, in milliseconds: longer than calls may run. */
const GIVE_BACK_MS = 86_400_000;
/** Why an instance cannot begin whose id another has. */
function takenBy(id: string): string {
  return `id-conflict: the queue has another instance under the id "${id}"`;
}
const ARGS_TOO_LARGE = "args-too-large: the queue takes no instance with args so long";
const TOO_LATE = failedEnd("it has ended before");
const PUT_OFF = "it is tried again later";
const LEAVES = "another consumer goes on with it";
const LOST = "another consumer has it";

/** Whether what was to be evaluated was ended with all the rest: somebody goes on with it later. */
function isEvaluationStopped(error: unknown): boolean {
  return error instanceof Error && error.name === "EvaluationStopped";
}
