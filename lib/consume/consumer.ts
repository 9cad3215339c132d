import { onAbort } from "../model/mod.ts";
import { WorkTally } from "../live/mod.ts";
import type { ConsumerView, Order, QueueDriver, Settings } from "../queue/mod.ts";
import type { Invocation } from "../scheduler/mod.ts";
import { type About, placeOf } from "./beats.ts";
import type { ConsumerStats } from "./consumer_stats.ts";
import { DividedLimits } from "./divided_limits.ts";
import type { ClockNews } from "./own_time.ts";
import { type DelayedWait, EmptyWatch } from "./empty_watch.ts";
import { FailureGroups } from "./failure_groups.ts";
import { countingFailures } from "./failure_recorder.ts";
import { Execution, type ExecutionParts } from "./execution.ts";
import { InForce, type PauseChange, type PolicyMaker, type SettingChange } from "./in_force.ts";
import { Intake } from "./intake.ts";
import { Lateness } from "./lateness.ts";
import { Memory } from "./memory.ts";
import type { PeerNews } from "./peer_watch.ts";
import { Presence } from "./presence.ts";
import type { Processes } from "./processes.ts";
import { Notifier, type NotifierHooks } from "./notifier.ts";

/** The parts and options of a consumer. */
export interface ConsumerOptions extends Omit<ExecutionParts, "tally">, NotifierHooks {
  readonly queue: QueueDriver;
  /** Most instances that are taken from the queue and not ended: what the policy chooses from. (Default: 100,000) */
  readonly window?: number;
  /**
   * About how much memory what it holds and what is in flight may take, in bytes: by the length of args and outputs, and 2 KiB
   * for each instance. Beyond that it takes nothing more from the queue, starts nothing beside what is in flight, and gives
   * back to the queue what has grown too large. (Default: 1 GiB)
   */
  readonly memoryBytes?: number;
  /** End when nothing is delayed, queued or running. (Default: false) */
  readonly untilEmpty?: boolean;
  /**
   * The process, for those who look at the queue's consumers, and with whom it divides limits. (Default: it is not shown to them, and
   * keeps to all of its limits alone)
   */
  readonly about?: About;
  /** Tells which consumers of this machine have died. (Default: that shows by their silence, after two seconds) */
  readonly processes?: Processes | undefined;
  /** The label whose values are told apart in the record of the consumer, as tenants are. (Default: chains and functions alone are) */
  readonly metricsLabel?: string | undefined;
  /** The name of the scheduler's policy, as it is written on the command line. (Default: own) */
  readonly policyName?: string;
  /** Makes the policies that the queue sets. (Default: those alone that come with Sequoia) */
  readonly makePolicy?: PolicyMaker;
  /** Called when the system's clock was set, or an instance's time of submission cannot be. (Default: no callback) */
  readonly onClock?: (news: ClockNews) => void;
  /** Called when settings of the queue were put in force, with these in words. (Default: no callback) */
  readonly onSettings?: (words: string, change: SettingChange) => void;
  /** Called when the queue pauses something, or no more. (Default: no callback) */
  readonly onPauses?: (change: PauseChange) => void;
  /** Called when other consumers of the queue come and go, at most once a second. (Default: no callback) */
  readonly onPeers?: (news: PeerNews) => void;
  /** Called once, when nothing but what is delayed is left, with `untilEmpty`. (Default: no callback) */
  readonly onOnlyDelayed?: (wait: DelayedWait) => void;
  /** Called when something of these settings cannot be in force here, or a policy has failed. (Default: no callback) */
  readonly onRefused?: (error: Error) => void;
}

/** The scheduler's gauges are recorded at this interval, in milliseconds. */
const COUNTER_MS = 250;
/** Once it is stopped, writes under way may take this long, in milliseconds: what is not written then runs again later. */
const STOPPED_MS = 2000;

/**
 * Takes instances from a queue, runs their invocations on a platform as the scheduler says, and records what has settled:
 * an output is durable before a successor starts.
 *
 * Two signals end it: `drain` starts nothing new and lets what is in flight end, `stop` also cuts that off. Either way the
 * queue keeps what was not finished.
 */
export class Consumer {
  readonly #options: ConsumerOptions;
  readonly #execution: Execution;
  readonly #limits: DividedLimits;
  readonly #inForce: InForce;
  /** Undefined: it is not shown to others, and keeps to all of its limits alone. */
  readonly #presence: Presence | undefined;
  readonly #intake: Intake;
  readonly #lateness: Lateness;
  readonly #drain = new AbortController();
  /** Ends when nothing runs any more: what is in flight may be lost or cancelled until then. */
  readonly #over = new AbortController();
  readonly #notifier: Notifier;
  readonly #emptyWatch: EmptyWatch;
  #failure: { readonly error: unknown } | undefined;
  #calls = 0;
  #cancelWake = () => {};
  #wakeAtMs: number | undefined;
  #isPumpPlanned = false;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    const { about, queue, clock, scheduler, window, policyName = "own", makePolicy, metricsLabel } = options;
    const tally = about && new WorkTally(clock.nowMs(), clock.wallMs(), metricsLabel);
    if (tally !== undefined) scheduler.observeLoad(tally);
    const memory = new Memory(options.memoryBytes), failures = new FailureGroups();
    const recorder = countingFailures(options.recorder, failures, clock);
    const execution = this.#execution = new Execution({ ...options, recorder, tally }, {
      changed: () => this.#pump(),
      released: () => this.#released(),
      failed: (error) => this.#fail(error),
      sure: () => this.#presence?.sure(),
      clockNews: (news) => options.onClock?.(news),
    }, memory);
    this.#notifier = new Notifier({ scheduler, clock, refused: execution.refused, failures }, options);
    this.#emptyWatch = new EmptyWatch({
      ...{ queue, clock, held: () => execution.size, empty: () => this.#drain.abort() },
      onlyDelayed: (wait) => options.onOnlyDelayed?.(wait),
    });
    this.#lateness = new Lateness(clock, {
      isBusy: () => scheduler.running > 0,
      late: (ms) => scheduler.late(ms),
    });
    this.#intake = new Intake({
      ...{ queue, clock, window, execution, memory },
      mostHeld: () => this.#presence?.mostHeld ?? Infinity,
      taken: () => this.#pump(),
    });
    const limits = this.#limits = new DividedLimits(scheduler);
    const inForce = this.#inForce = new InForce({
      ...{ queue, scheduler, limits, policyName, makePolicy, where: placeOf(about) },
      record: (change) => options.recorder.setting({ atMs: clock.nowMs(), ...change }),
      onChange: (words, change) => options.onSettings?.(words, change),
      onPauses: (change) => options.onPauses?.(change),
      onRefused: (error) => options.onRefused?.(error),
      onFault: (error) => this.#fail(error),
    });
    if (about === undefined || tally === undefined) return;
    this.#presence = new Presence(
      { queue, clock, scheduler, execution, limits, inForce, about, tally, processes: options.processes },
      {
        mayStart: () => this.#mayStart,
        resized: () => this.#intake.resized(),
        opened: () => this.#pump(),
        onPeers: options.onPeers,
      },
    );
  }

  /** This consumer as others see it; undefined: it is not shown to them. */
  view(): ConsumerView | undefined {
    return this.#presence?.view();
  }

  /** Gauges and counters of this consumer. */
  stats(): ConsumerStats {
    const { scheduler, clock } = this.#options;
    const stats = scheduler.stats();
    const leftMs = stats.running === 0 ? undefined : scheduler.expectedWorkMs() / stats.running;
    const refused = this.#execution.refused.long(clock.nowMs());
    return {
      ...stats,
      ...this.#execution.ended,
      calls: this.#calls,
      leftMs,
      unserved: scheduler.unserved,
      refused,
      heldRetries: scheduler.heldRetries,
      asked: scheduler.asked(clock.nowMs()),
      policy: this.#inForce.policyName,
      settings: this.#inForce.ofQueue,
    };
  }

  /**
   * Runs until a signal ends it, or, with `untilEmpty`, until the queue is empty.
   *
   * @param drain lets what is in flight end
   * @param stop ends at once
   * @throws {QueueError | PlatformError | PolicyError} what made it impossible to go on
   */
  async run(drain: AbortSignal, stop: AbortSignal): Promise<void> {
    const forget = [
      onAbort(drain, () => this.#drain.abort()),
      onAbort(stop, () => (this.#execution.stop(), this.#drain.abort())),
    ];
    try {
      await this.#inForce.apply(await this.#options.queue.settings());
      await this.#unlessLeft(this.#work(), stop);
    } finally {
      this.#over.abort();
      this.#cancelWake();
      this.#lateness.end();
      this.#notifier.end();
      await this.#execution[Symbol.asyncDispose]();
      for (const each of forget) each();
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Resolves when nothing more is to be done, and nothing is under way. */
  async #work(): Promise<void> {
    const watched = (loop: Promise<void>) => loop.catch((error) => this.#fail(error));
    const over = this.#over.signal;
    const among = this.#presence?.run(this.#drain.signal, over) ?? [];
    const besides = [this.#listen(), this.#notifier.run(over), ...among].map(watched);
    await this.#presence?.ready;
    const loops = [this.#intake.run(this.#drain.signal), this.#count()];
    if (this.#options.untilEmpty) loops.push(this.#emptyWatch.run(this.#drain.signal));
    await Promise.all(loops.map(watched));
    await this.#execution.idle();
    this.#over.abort();
    await Promise.all(besides);
  }

  /** Waits for work to be done; once it is stopped, not for a queue that takes too long. */
  async #unlessLeft(work: Promise<void>, stop: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const done = new AbortController();
    const left = new Promise<void>((resolve) => {
      const forget = onAbort(stop, () => resolve(clock.until(clock.nowMs() + STOPPED_MS, done.signal)));
      onAbort(done.signal, () => (forget(), resolve()));
    });
    await Promise.race([work, left]);
    done.abort();
  }

  /** The first error ends the run; what is in flight is not worth waiting for, as it may not be recordable. */
  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#execution.stop();
    this.#drain.abort();
  }

  /** Starts all that may start now, and sees to it that it is asked again when more may. */
  #pump(): void {
    if (this.#drain.signal.aborted) return;
    const { scheduler } = this.#options;
    try {
      for (let hasNews = true; hasNews;) { // what it ends may ready what undoes
        for (let task = this.#next(); task !== undefined; task = this.#next()) {
          this.#execution.start(task);
          this.#lateness.watch();
          this.#presence?.starts(task);
          this.#calls++;
        }
        const news = scheduler.takeNews();
        for (const settlement of news) this.#execution.followEnd(settlement);
        hasNews = this.#lookAfterPolicy() || news.length > 0;
      }
      this.#intake.look();
      this.#presence?.hasStarted();
      this.#planWake(this.#mayAsk ? scheduler.wakeAtMs() : undefined); // else the end of a call or a round wakes it
    } catch (error) {
      this.#fail(error);
    }
  }

  get #mayStart(): boolean {
    return this.#execution.mayStart && !this.#drain.signal.aborted;
  }

  /** The next attempt to start at this instant: many starts take a while, and a rate counts each from its own instant. */
  #next(): Invocation | undefined {
    this.#lookAfterPolicy();
    const { scheduler, clock } = this.#options;
    return this.#mayAsk ? scheduler.next(clock.nowMs(), "later") : undefined;
  }

  /** Whether an attempt would be started now, if the scheduler has one. */
  get #mayAsk(): boolean {
    return this.#execution.mayStart && (this.#presence?.mayStart ?? true);
  }

  /** @returns whether the policy has failed and another one is in force */
  #lookAfterPolicy(): boolean {
    const hasFailed = this.#inForce.lookAfter();
    if (hasFailed) this.#presence?.hurry();
    return hasFailed;
  }

  #planWake(atMs: number | undefined): void {
    if (atMs === this.#wakeAtMs) return;
    this.#cancelWake();
    this.#wakeAtMs = atMs;
    if (atMs === undefined) return;
    const { clock } = this.#options;
    this.#cancelWake = clock.after(Math.max(0, atMs - clock.nowMs()), () => {
      this.#wakeAtMs = undefined;
      this.#pump();
    });
  }

  /** Most instances are let go of together, as their ends were written together: what that makes room for starts once. */
  #released(): void {
    this.#intake.released();
    if (!this.#isPumpPlanned) queueMicrotask(this.#pumpLater);
    this.#isPumpPlanned = true;
    if (this.#execution.size === 0) this.#emptyWatch.hint();
  }

  readonly #pumpLater = () => {
    this.#isPumpPlanned = false;
    this.#pump();
  };

  async #listen(): Promise<void> {
    for await (const order of this.#options.queue.commands(this.#over.signal)) {
      this.#obey(order);
      this.#pump();
    }
  }

  #obey(order: Order): void {
    switch (order.kind) {
      case "settings":
        this.#intake.changed();
        return void this.#apply(order.settings).catch((error) => this.#fail(error));
      case "share":
        this.#intake.changed();
        return this.#limits.setShare({ from: order.from, to: order.to });
      case "cancel":
        return this.#cancel(order.filter.ids ?? [], order.abort ?? false);
      case "revoked":
        return this.#revoke(order.ids, order.withinMs);
    }
  }

  async #apply(settings: Settings): Promise<void> {
    await this.#inForce.apply(settings);
    this.#presence?.hurry(); // whoever asked waits for it
    this.#pump();
  }

  #revoke(ids: readonly string[], withinMs: number): void {
    this.#intake.revoked(ids);
    this.#execution.giveBack(ids, withinMs);
  }

  #cancel(ids: readonly string[], abort: boolean): void {
    for (const id of ids) { // it may be on its way here
      if (!this.#execution.cancel(id, abort)) this.#intake.cancelled(id, abort);
    }
  }

  async #count(): Promise<void> {
    const { scheduler, recorder, clock } = this.#options;
    const { signal } = this.#drain;
    for (let nextMs = clock.nowMs(); !signal.aborted; nextMs += COUNTER_MS) {
      const { ready, running, limit, throttled } = scheduler.stats();
      recorder.counter({ atMs: clock.nowMs(), ready, running, limit, throttled });
      if (this.#execution.lookAtClock()) this.#pump(); // limits of time may be over
      this.#intake.look();
      await clock.until(nextMs + COUNTER_MS, signal);
    }
  }
}
