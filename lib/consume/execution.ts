import type { FunctionTimes } from "../collect/mod.ts";
import type { Expressions } from "../expression/mod.ts";
import type { WorkTally } from "../live/mod.ts";
import { type Clock, dueAt, type NodeRecord } from "../model/mod.ts";
import type { Platform } from "../platform/mod.ts";
import { CANCELLED_ON_REQUEST, type Claim, type Queue } from "../queue/mod.ts";
import { type Recorder, submission, type Tracer } from "../record/mod.ts";
import {
  follow,
  type Invocation,
  type Scheduler,
  type Settlement,
  type SettlementHandlers,
} from "../scheduler/mod.ts";
import { Attempts } from "./attempts.ts";
import { type Beginning, CalledChains, CALLER_ENDED } from "./called_chains.ts";
import { Delays, delaysIn } from "./delays.ts";
import { Departures } from "./departures.ts";
import { Endings } from "./endings.ts";
import { Decisions } from "./expressions.ts";
import { HeldInstance } from "./held_instance.ts";
import { HoldGate } from "./hold_gate.ts";
import { Holdings } from "./holdings.ts";
import type { Stuck } from "./jams.ts";
import type { Memory } from "./memory.ts";
import { type ClockNews, OwnTime } from "./own_time.ts";
import { ProgressWriter } from "./progress_writer.ts";
import { QueueWriter } from "./queue_writer.ts";
import { RefusedFunctions } from "./refused_functions.ts";
import { Settling } from "./settling.ts";
import { Blockage } from "./blockage.ts";
import { abortCalls, isSettled } from "./starts.ts";
import type { WindowShares } from "./window_shares.ts";

/** The parts of an execution. */
export interface ExecutionParts {
  readonly queue: Queue;
  readonly scheduler: Scheduler;
  readonly platform: Platform;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** Evaluates expressions; it is disposed with the execution. (Default: an own one) */
  readonly expressions?: Expressions;
  /** Receives the true run times that functions report. (Default: nobody receives them) */
  readonly functionTimes?: FunctionTimes;
  /** Counts what ends. (Default: nothing does) */
  readonly tally?: WorkTally | undefined;
  /** Records spans. (Default: none are recorded) */
  readonly tracer?: Tracer | undefined;
}

/** The callbacks of an execution. */
export interface ExecutionHooks {
  /** The scheduler may have more to start. */
  changed(): void;
  /** An instance that was taken from the queue has been let go of. */
  released(): void;
  /** It cannot go on. */
  failed(error: unknown): void;
  /** Resolves when this consumer's part of the limits is its own for sure; undefined: it is now. */
  sure(): Promise<void> | undefined;
  /** The system's clock was set, or that of a producer differs from it. */
  clockNews(news: ClockNews): void;
}

/**
 * Carries out what the scheduler decides about the instances that are held. It takes them on and follows the scheduler's
 * answers; its parts make the calls ({@linkcode Attempts}), settle them ({@linkcode Settling}), begin the chains that nodes call
 * ({@linkcode CalledChains}), write ends ({@linkcode Endings}) and give instances back ({@linkcode Departures}).
 */
export class Execution implements AsyncDisposable {
  /** Functions whose calls are all refused. */
  readonly refused = new RefusedFunctions();
  /** Which instances may go on. */
  readonly blockage: Blockage;
  readonly #parts: ExecutionParts;
  readonly #hooks: ExecutionHooks;
  readonly #decisions: Decisions;
  readonly #holdings: Holdings;
  readonly #departures: Departures;
  readonly #chains: CalledChains;
  readonly #attempts: Attempts;
  readonly #endings: Endings;
  readonly #ownTime: OwnTime;
  readonly #gate: HoldGate;
  /** Handles each part of a change; whoever goes on with an instance that leaves finds out the records. */
  readonly #handlers: SettlementHandlers<HeldInstance> = {
    skipped: (nodes, held) => {
      if (held.leaving) return;
      for (const node of nodes) held.skipped(node);
      this.#holdings.weigh(held);
    },
    mapped: (node, held) => {
      if (held.leaving) return;
      held.mapped(node);
      this.#holdings.weigh(held);
    },
    undecided: (nodes, held) => {
      for (const node of nodes) this.#track(this.#decide(held, node));
    },
    ending: (ending, held) => {
      if (held.ending !== undefined) return;
      held.ending = ending;
      this.#chains.waitNoMore(held);
      for (const called of held.called) this.#cancel(called, CALLER_ENDED);
    },
    calls: (calls, held) => this.#chains.add(held, calls),
    ended: (ending, held) => this.#track(this.#endings.finish(held, ending)),
  };
  #stopped = false;
  /** Attempts, evaluations and writes under way. */
  #underWay = 0;
  #idle = () => {};

  constructor(parts: ExecutionParts, hooks: ExecutionHooks, memory: Memory) {
    const { queue, scheduler, clock, platform, recorder, functionTimes, tally, tracer } = parts;
    this.#parts = parts;
    this.#hooks = hooks;
    const course = {
      follow: (held: HeldInstance, settlement: Settlement) => this.#follow(held, settlement),
      track: (work: Promise<void>) => this.#track(work),
      changed: () => hooks.changed(),
    };
    const lost = (held: HeldInstance) => this.#departures.lose(held);
    const writer = new QueueWriter(queue, clock), progress = new ProgressWriter(writer, lost);
    const gate = this.#gate = new HoldGate(queue, hooks.sure);
    const decisions = this.#decisions = new Decisions(clock, parts.expressions);
    const holdings = this.#holdings = new Holdings(memory);
    const delays = new Delays(scheduler, clock), { refused } = this;
    const common = { scheduler, clock, memory, holdings, writer, progress };
    const chains = this.#chains = new CalledChains({ ...common, decisions, tracer }, {
      ...course,
      begin: (called, settled, beginning, recorded) => {
        this.#ownTime.look();
        this.#begin(called, settled, beginning, recorded);
      },
      lost,
    });
    const departures = this.#departures = new Departures({ ...common, delays }, {
      ...course,
      waitNoMore: (held) => chains.waitNoMore(held),
      dropped: (held) => chains.dropped(held),
      returns: ({ held, call }, end) => chains.returns(held, call, end, 0),
      cameBack: (claim) => this.accept([claim]),
      released: () => hooks.released(),
    });
    const settling = new Settling({ ...common, delays, departures, refused }, course);
    this.#attempts = new Attempts({
      ...{ platform, recorder, clock, functionTimes, memory, decisions, gate, progress, settling, scheduler },
      ...{ tally, tracer },
      changed: course.changed,
    });
    this.#endings = new Endings({ clock, recorder, tracer, decisions, writer, departures, chains, tally });
    this.blockage = new Blockage(holdings, scheduler);
    this.#ownTime = new OwnTime(clock, {
      overslept: (ms) => scheduler.oversleep(ms),
      news: (news) => hooks.clockNews(news),
    });
  }

  /** The numbers of instances by the way in which they ended. */
  get ended(): Endings["counts"] {
    return this.#endings.counts;
  }

  /** Instances taken from the queue and not let go of; not those that they have called. */
  get size(): number {
    return this.#holdings.size;
  }

  /** The number of instances taken from the queue that have something in flight. */
  get busy(): number {
    return this.size - this.shares.waiting - this.#departures.waiting;
  }

  /** The shares of the window that the kinds of instances take. */
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
    this.#attempts.stop();
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
    this.#chains.admit();
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
    if (known?.caller !== undefined) return this.#track(this.#endings.setAside(claim));
    if (known !== undefined) { // its lease had run out: others may have brought it further than what still runs here
      known.again = claim;
      return this.#departures.lose(known);
    }
    const progress = claim.progress.length === 0 ? claim.progress : claim.progress.filter(isSettled);
    const held = new HeldInstance(claim.instance, progress, claim.number, undefined, claim.children);
    this.#holdings.place(held);
    this.#begin(held, progress, claim, claim.progress);
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
    const nowMs = clock.nowMs(), submittedAtMs = this.#ownTime.submitted(dueAt(instance), nowMs);
    held.submittedAtMs = submittedAtMs;
    const delays = delaysIn(recorded, clock, nowMs);
    recorder.submit(submission(instance, submittedAtMs, Math.max(0, nowMs - submittedAtMs)));
    const before = { submittedAtMs, notBeforeMs, cancel, calling: held.calling(progress), delays };
    this.#follow(held, scheduler.submit(instance, nowMs, progress, before));
  }

  /** Looks whether the system's clock has been set. @returns whether it has */
  lookAtClock(): boolean {
    return this.#ownTime.look();
  }

  /** Does what a change of an instance asks for. */
  #follow(held: HeldInstance, settlement: Settlement): void {
    follow(settlement, this.#handlers, held);
  }

  /** Follows what the scheduler has ended by itself; the calls in flight end with it. */
  followEnd(settlement: Settlement): void {
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

  /** Gives instances back to the queue that may not go on. */
  giveBackStuck(stuck: readonly Stuck[]): void {
    this.#departures.giveBackStuck(stuck);
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

  /** Whether there is memory for one more attempt. */
  get mayStart(): boolean {
    return this.#attempts.mayStart;
  }

  /** Makes the attempt that the scheduler has started, and sees to what follows. */
  start(task: Invocation): void {
    const held = this.#holdings.get(task.instance)!;
    held.root.place?.starts();
    this.#track(this.#attempts.make(task, held));
  }
}

/** Whether an evaluation was stopped together with the consumer: another consumer goes on with it later. */
function isEvaluationStopped(error: unknown): boolean {
  return error instanceof Error && error.name === "EvaluationStopped";
}
