import type { FunctionTimes } from "../collect/mod.ts";
import type { Expressions } from "../expression/mod.ts";
import {
  calledInstance,
  callKey,
  checkSubmission,
  type Clock,
  type MadeOutcome,
  type NodeRecord,
  type Outcome,
} from "../model/mod.ts";
import { type Answer, idempotencyKey, type Platform } from "../platform/mod.ts";
import { CANCELLED_ON_REQUEST, type ChildEnd, type Claim, type Queue, type Result } from "../queue/mod.ts";
import { type AttemptEvent, attemptEvent, type EndEvent, type Recorder, submission } from "../record/mod.ts";
import {
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
import { Delays, delaysIn } from "./delays.ts";
import { Departures, LEAVES } from "./departures.ts";
import { dataLength, Decisions, type NodeData, reasonOf } from "./expressions.ts";
import { HeldInstance } from "./held_instance.ts";
import { HoldGate } from "./hold_gate.ts";
import { Holdings } from "./holdings.ts";
import { type ClockNews, OwnTime } from "./own_time.ts";
import { completed, failedEnd, failedResult, failure, fitted, outcomeOf, whyNotCalled } from "./outcomes.ts";
import { ProgressWriter } from "./progress_writer.ts";
import { QueueWriter } from "./queue_writer.ts";
import { RefusedFunctions } from "./refused_functions.ts";
import type { WindowShares } from "./window_shares.ts";
import type { Stuck } from "./jams.ts";
import { bytesOf, type Memory } from "./memory.ts";
import { WaitingCalls } from "./waiting_calls.ts";
import { abortCalls, callOf, isFinal, isSettled, isStartKept, startOf } from "./starts.ts";

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
  /** Functions whose calls are all refused. */
  readonly refused = new RefusedFunctions();
  readonly #parts: ExecutionParts;
  readonly #hooks: ExecutionHooks;
  readonly #writer: QueueWriter;
  readonly #decisions: Decisions;
  readonly #holdings: Holdings;
  readonly #progress: ProgressWriter;
  readonly #delays: Delays;
  readonly #departures: Departures;
  readonly #ownTime: OwnTime;
  readonly #gate: HoldGate;
  readonly #memory: Memory;
  readonly #waiting = new WaitingCalls();
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
    this.#holdings = new Holdings(memory);
    this.#progress = new ProgressWriter(this.#writer, (held) => this.#departures.lose(held));
    this.#delays = new Delays(parts.scheduler, parts.clock);
    const { scheduler, clock } = parts, holdings = this.#holdings, delays = this.#delays;
    this.#departures = new Departures({
      ...{ scheduler, clock, memory, holdings, delays, writer: this.#writer, progress: this.#progress },
    }, {
      follow: (held, settlement) => this.#follow(held, settlement),
      waitNoMore: (held) => this.#waitNoMore(held),
      dropped: (held) => this.#waiting.ended(held),
      returns: ({ held, call }, end) => this.#return(held, call, end, 0),
      track: (work) => this.#track(work),
      cameBack: (claim) => (this.accept([claim]), hooks.changed()),
      released: () => hooks.released(),
    });
    this.#ownTime = new OwnTime(parts.clock, {
      overslept: (ms) => parts.scheduler.oversleep(ms),
      news: (news) => hooks.clockNews(news),
    });
  }

  /** Instances taken from the queue and not let go of; not those that they have called. */
  get size(): number {
    return this.#holdings.size;
  }

  /** The kinds of those of them of which nothing is in flight. */
  get shares(): WindowShares {
    return this.#holdings.shares;
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    if (this.#underWay > 0) await new Promise<void>((resolve) => this.#idle = resolve);
  }

  /** Ends all calls at once. What they would have answered is not recorded: they are made again later. */
  stop(): void {
    this.#stopped = true;
    this.#gate.stop();
    this.#departures.stop();
    for (const held of this.#holdings.all()) held.abortCalls();
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
    return this.#holdings.has(id);
  }

  /** Takes instances on. */
  accept(claims: readonly Claim[]): void {
    this.#ownTime.look();
    for (const claim of claims) this.#accept(claim);
  }

  #accept(claim: Claim): void {
    const known = this.#holdings.get(claim.instance.id);
    if (known?.caller !== undefined) return this.#setAside(claim);
    if (known !== undefined) { // its lease had run out: others may have brought it further than what still runs here
      known.again = claim;
      return this.#departures.lose(known);
    }
    const progress = claim.progress.length === 0 ? claim.progress : claim.progress.filter(isSettled);
    const held = new HeldInstance(claim.instance, progress, claim.number, undefined, claim.children);
    this.#holdings.place(held);
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
    this.#holdings.add(held);
    const nowMs = clock.nowMs(), submittedAtMs = this.#ownTime.submitted(instance.submittedAtMs, nowMs);
    held.submittedAtMs = submittedAtMs;
    const delays = delaysIn(recorded, { nowMs, wallMs: clock.wallMs() });
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
      this.#holdings.weigh(held);
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
    const held = this.#holdings.get(settlement.instance.id)!;
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
    const held = this.#holdings.get(id);
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

  /** Hands instances over to other consumers: see {@linkcode Departures.giveBack}. @param withinMs (Default: a day) */
  giveBack(ids: readonly string[], withinMs?: number): void {
    this.#departures.giveBack(ids, withinMs);
  }

  async #decide(held: HeldInstance, node: number): Promise<void> {
    const { scheduler, clock } = this.#parts;
    const decision = await this.#decisions.decisionOf(held, node);
    if (!this.#holdings.includes(held)) return;
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
    const held = this.#holdings.get(task.instance)!;
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
      await this.#progress.write(held, startOf(task, "started", held.ending?.reason));
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
      this.#holdings.weigh(held);
      if (held.open > 0 || held.leaving) written = this.#makeDurable(task, held, outcome, runMs); // else with the end
    } else if (isStartKept(task, held)) {
      // What was refused has not run: it may be called again after a crash, and nothing has been undone.
      if (outcome.kind === "throttled") written = this.#progress.write(held, startOf(task, "cancelled"));
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
    if (settlement.retryAtMs !== undefined) {
      const delay = this.#delays.recordOf(task, held, outcome, settlement.retryAtMs);
      if (delay !== undefined) this.#track(this.#progress.write(held, delay));
    }
    this.#follow(held, settlement);
    held.root.place?.ends();
    this.#departures.giveBackExcess();
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
      return await this.#progress.write(held);
    }
    scheduler.answered(task, outcome, clock.nowMs(), runMs);
    this.#hooks.changed();
    this.#ahead++;
    try {
      await this.#progress.write(held);
    } finally {
      this.#ahead--;
    }
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
    if (isStartKept(task, held)) await this.#progress.write(held, startOf(task, "cancelled"));
    if (this.#stopped) return; // it is made again later
    this.#follow(held, scheduler.settle(task, failure(LEAVES), clock.nowMs()));
    held.root.place?.ends();
    this.#hooks.changed();
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
        begun(called && this.#holdings.includes(called) ? called : undefined);
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
        : this.#holdings.has(instance.id)
        ? "id-conflict"
        : await this.#writer.call(instance);
      if (refusal === "lease-lost") this.#departures.lose(held);
      if (refusal === "id-conflict" || refusal === "too-large") {
        const why = refusal === "id-conflict" ? takenBy(instance.id) : ARGS_TOO_LARGE;
        return void await this.#return(held, call, failedEnd(why), 0);
      }
      if (held.leaving || held.ending !== undefined) {
        return void await this.#return(held, call, TOO_LATE, 0);
      }
    }
    if (this.#holdings.has(instance.id)) { // on Kafka it may have begun elsewhere than at its home
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
      this.#holdings.weigh(held);
      if (held.open > 0) await this.#progress.write(held);
    }
    const reason = outcome.kind === "ok" ? "" : outcome.reason;
    const settlement = scheduler.settleCall(held.id, call, state, reason, clock.nowMs());
    if (settlement !== undefined) this.#follow(held, settlement);
    this.#hooks.changed();
  }

  /** Writes how an instance ended, and lets it go. */
  async #finish(held: HeldInstance, ending: Ending): Promise<void> {
    held.place?.starts(); // it waits for nothing but the queue
    if (held.leaving) return await this.#departures.release(held);
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
    this.#departures.drop(held);
    const { caller } = held;
    if (caller === undefined) return;
    if (!written && !caller.held.lost) this.#departures.lose(caller.held);
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

  /** How many of the instances that were taken from the queue have something in flight. */
  get busy(): number {
    return this.size - this.shares.waiting - this.#departures.waiting;
  }

  /** Those of some instances that may not go on. */
  *stuckAmong(ids: readonly string[]): Generator<Stuck> {
    for (const id of ids) {
      const held = this.#holdings.get(id), stuck = held && this.#stuck(held);
      if (stuck !== undefined) yield stuck;
    }
  }

  /** The instances that may not go on, as far as the scheduler knows since its last answer; what is given back is left out. */
  *stuck(): Generator<Stuck> {
    for (const held of this.#holdings.all()) {
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
    const waiting = [...this.#holdings.all()].filter(({ id, place, leaving, again }) =>
      place?.isWaiting && !leaving && again === undefined && scheduler.standingOf(id) === "free"
    );
    return waiting.map(({ id }) => id);
  }

  /** Gives instances back to the queue that may not go on. */
  giveBackStuck(stuck: readonly Stuck[]): void {
    this.#departures.giveBackStuck(stuck);
  }
}

/** How an instance begins here. */
type Beginning = Pick<Submission, "notBeforeMs" | "cancel">;

const CALLER_ENDED = "its caller has ended";
/** Why an instance cannot begin whose id another has. */
function takenBy(id: string): string {
  return `id-conflict: the queue has another instance under the id "${id}"`;
}
const ARGS_TOO_LARGE = "args-too-large: the queue takes no instance with args so long";
const TOO_LATE = failedEnd("it has ended before");

/** Whether what was to be evaluated was ended with all the rest: somebody goes on with it later. */
function isEvaluationStopped(error: unknown): boolean {
  return error instanceof Error && error.name === "EvaluationStopped";
}
