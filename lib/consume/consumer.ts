import { type Clock, type NodeRecord, onAbort } from "../model/mod.ts";
import type { Answer, Platform } from "../platform/mod.ts";
import type { Claim, Command, QueueDriver, Result } from "../queue/mod.ts";
import { attemptEvent, type Recorder, submission } from "../record/mod.ts";
import type { Ending, Invocation, Scheduler, SchedulerStats, Settlement } from "../scheduler/mod.ts";
import { HeldInstance } from "./held_instance.ts";
import { QueueWriter } from "./queue_writer.ts";

/** What a consumer is made of. */
export interface ConsumerOptions {
  readonly queue: QueueDriver;
  readonly scheduler: Scheduler;
  readonly platform: Platform;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** Most instances that are taken from the queue and not ended: what the policy chooses from. (Default: 100,000) */
  readonly window?: number;
  /** End when nothing is queued or running. (Default: false) */
  readonly untilEmpty?: boolean;
  /** Carries out what operators ask of running consumers, but for `cancel`, which the consumer does itself. */
  readonly onCommand?: (command: Command) => void;
}

/** How far a consumer has come. */
export interface ConsumerStats extends SchedulerStats {
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Refused before their first start, as they could not meet their deadlines any more. */
  readonly shed: number;
  /**
   * How long what it holds will take, in milliseconds, if as much as now is in flight all the time: by the run times that
   * were learned. Undefined while nothing is in flight.
   */
  readonly leftMs: number | undefined;
}

const WINDOW = 100_000;
/** Instances taken from the queue at a time. */
const PULL = 1000;
/** The scheduler's gauges are recorded at this interval, in milliseconds. */
const COUNTER_MS = 250;
/** How often a consumer that ends with its queue looks whether it is empty, in milliseconds. */
const EMPTY_CHECK_MS = 100;

/**
 * Takes instances from a queue, runs their invocations on a platform as the scheduler says, and records what has settled:
 * an output is durable before a successor starts.
 *
 * Two signals end it: `drain` starts nothing new and lets what is in flight end, `stop` also cuts that off. Either way the
 * queue keeps what was not finished.
 */
export class Consumer {
  readonly #options: ConsumerOptions;
  readonly #writer: QueueWriter;
  readonly #held = new Map<string, HeldInstance>();
  readonly #ended = { completed: 0, failed: 0, cancelled: 0, shed: 0 };
  readonly #drain = new AbortController();
  readonly #stop = new AbortController();
  /** Instances that are to be cancelled, but were not here when that was heard. */
  readonly #cancelled = new Set<string>();
  /** Attempts and writes under way. */
  #inFlight = 0;
  #idle = () => {};
  #failure: { readonly error: unknown } | undefined;
  #cancelWake = () => {};
  #wakeAtMs: number | undefined;
  #roomAgain = () => {};
  #emptied = () => {};

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#writer = new QueueWriter(options.queue, options.clock);
  }

  /** Gauges and counters of this consumer. */
  stats(): ConsumerStats {
    const { scheduler } = this.#options;
    const stats = scheduler.stats();
    const leftMs = stats.running === 0 ? undefined : scheduler.expectedWorkMs() / stats.running;
    return { ...stats, ...this.#ended, leftMs };
  }

  /**
   * Runs until it is told to end, or the queue is empty, if it was asked for that.
   *
   * @param drain lets what is in flight end
   * @param stop ends at once
   * @throws {QueueError | PlatformError | PolicyError} what made it impossible to go on
   */
  async run(drain: AbortSignal, stop: AbortSignal): Promise<void> {
    const onDrain = () => this.#beginDrain();
    const onStop = () => (this.#stop.abort(), this.#beginDrain());
    drain.addEventListener("abort", onDrain);
    stop.addEventListener("abort", onStop);
    if (drain.aborted) onDrain();
    if (stop.aborted) onStop();
    try {
      const loops = [this.#intake(), this.#listen(), this.#count()];
      if (this.#options.untilEmpty) loops.push(this.#watchEmpty());
      await Promise.all(loops.map((loop) => loop.catch((error) => this.#fail(error))));
      if (this.#inFlight > 0) await new Promise<void>((resolve) => this.#idle = resolve);
    } finally {
      this.#cancelWake();
      drain.removeEventListener("abort", onDrain);
      stop.removeEventListener("abort", onStop);
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #beginDrain(): void {
    this.#drain.abort();
    this.#roomAgain();
  }

  /** The first error ends the run; what is in flight is not worth waiting for, as it may not be recordable. */
  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#stop.abort();
    this.#beginDrain();
  }

  #landed(): void {
    if (--this.#inFlight === 0) this.#idle();
  }

  async #intake(): Promise<void> {
    const { queue, window = WINDOW } = this.#options;
    const { signal } = this.#drain;
    while (!signal.aborted) {
      const room = window - this.#held.size;
      if (room <= 0) await new Promise<void>((resolve) => this.#roomAgain = resolve);
      else {
        for (const claim of await queue.pull(Math.min(room, PULL), signal)) this.#accept(claim);
        this.#cancelled.clear();
      }
      this.#pump();
    }
  }

  #accept(claim: Claim): void {
    const { scheduler, recorder, clock } = this.#options;
    const { instance } = claim;
    const known = this.#held.get(instance.id);
    if (known !== undefined) { // its lease had run out: others may have brought it further than what still runs here
      known.again = claim;
      return this.#lose(known);
    }
    const progress = claim.progress.filter(({ state }) => state !== "cancelled"); // starts that were taken back
    const held = new HeldInstance(instance, progress);
    this.#held.set(held.id, held);
    recorder.submit(submission(instance));
    this.#afterSettlement(held, scheduler.submit(instance, clock.nowMs(), progress));
    if (this.#cancelled.has(held.id)) this.#cancel(held);
  }

  #lose(held: HeldInstance): void {
    held.lost = true;
    this.#cancel(held, "another consumer has it");
  }

  #cancel(held: HeldInstance, reason?: string): void {
    const { scheduler, clock } = this.#options;
    const settlement = scheduler.cancel(held.id, clock.nowMs(), reason);
    if (settlement !== undefined) this.#afterSettlement(held, settlement);
  }

  /** Starts all that may start now, and sees to it that it is asked again when more may. */
  #pump(): void {
    if (this.#drain.signal.aborted) return;
    const { scheduler, clock } = this.#options;
    try {
      const nowMs = clock.nowMs();
      for (let task = scheduler.next(nowMs); task !== undefined; task = scheduler.next(nowMs)) {
        this.#attempt(task, this.#held.get(task.instance)!);
      }
      for (const refused of scheduler.takeNews()) {
        this.#afterSettlement(this.#held.get(refused.instance.id)!, refused);
      }
      this.#planWake(scheduler.wakeAtMs());
    } catch (error) {
      this.#fail(error);
    }
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

  /** Makes one attempt and sees to what follows; never rejects. */
  async #attempt(task: Invocation, held: HeldInstance): Promise<void> {
    const { platform, clock } = this.#options;
    const { spec, nodeIndex: node, attempts: attempt } = task;
    this.#inFlight++;
    try {
      if (spec.atMostOnce) {
        await this.#checkpoint(held, { node, state: "started", attempts: attempt, output: null });
        if (held.lost) return this.#dropTask(task, held);
      }
      const startedAtMs = clock.nowMs();
      const call = {
        spec,
        instance: held.instance,
        node,
        attempt,
        inputs: held.inputsOf(node),
        platform: task.platform,
      };
      const answer = await platform.invoke(call, this.#stop.signal);
      if (this.#stop.signal.aborted && answer.outcome.kind !== "ok") return;
      await this.#settle(task, held, answer, startedAtMs);
      this.#pump();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#landed();
    }
  }

  /** Frees the place of what must not be called after all. */
  #dropTask(task: Invocation, held: HeldInstance): void {
    const { scheduler, clock } = this.#options;
    const outcome = { kind: "failed", reason: "another consumer has it", retryable: false } as const;
    this.#afterSettlement(held, scheduler.settle(task, outcome, clock.nowMs()));
    this.#pump();
  }

  async #settle(task: Invocation, held: HeldInstance, answer: Answer, startedAtMs: number): Promise<void> {
    const { scheduler, clock } = this.#options;
    const { outcome } = answer;
    const runMs = clock.nowMs() - startedAtMs;
    const verdict = scheduler.judge(task, outcome);
    this.#record(task, answer, startedAtMs, runMs, verdict === "ok" || verdict === "failed");
    if (verdict === "ok" || verdict === "failed") {
      const record = held.settled(task.nodeIndex, verdict, task.attempts, outcome, runMs);
      if (held.open > 0) await this.#checkpoint(held, record); // else it is written with the end
    } else if (task.spec.atMostOnce) { // it was refused, so it may be called again, also after a crash
      const { nodeIndex: node, attempts } = task;
      await this.#checkpoint(held, { node, state: "cancelled", attempts, output: null });
    }
    this.#afterSettlement(held, scheduler.settle(task, outcome, clock.nowMs(), runMs));
  }

  async #checkpoint(held: HeldInstance, record: NodeRecord): Promise<void> {
    if (held.lost) return;
    const lost = await this.#writer.checkpoint({ instanceId: held.id, records: [record] });
    if (lost) this.#lose(held);
    else held.checkpointed(record);
  }

  #record(task: Invocation, answer: Answer, startedAtMs: number, runMs: number, settled: boolean): void {
    const { recorder, platform: { name } } = this.#options;
    const { platform = name } = task;
    recorder.attempt(attemptEvent(task, { ...answer, startedAtMs, runMs, settled, platform }));
  }

  #afterSettlement(held: HeldInstance, { skipped, ended }: Settlement): void {
    for (const node of skipped) held.skipped(node);
    if (ended !== undefined) this.#finish(held, ended);
  }

  #finish(held: HeldInstance, { outcome, reason, shed }: Ending): void {
    held.shed = shed ?? false;
    this.#write(held, {
      instanceId: held.id,
      outcome,
      endedAtMs: this.#options.clock.nowMs(),
      records: held.notCheckpointed(),
      output: held.output(),
      ...(reason === undefined ? {} : { reason }),
    });
  }

  /** Writes how an instance ended, and lets it go; never rejects. */
  async #write(held: HeldInstance, result: Result): Promise<void> {
    this.#inFlight++;
    try {
      const ended = !held.lost && !(await this.#writer.finish(result));
      if (ended) this.#recordEnd(held, result);
      this.#letGo(held, ended);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#landed();
    }
  }

  #recordEnd(held: HeldInstance, { outcome: stored, endedAtMs, reason }: Result): void {
    const outcome = held.shed ? "shed" : stored;
    this.#ended[outcome]++;
    const { id, idealMs, instance: { chain } } = held;
    const why = reason === undefined ? {} : { reason };
    this.#options.recorder.end({ chain: chain.name, instance: id, endedAtMs, outcome, idealMs, ...why });
  }

  #letGo(held: HeldInstance, ended: boolean): void {
    this.#held.delete(held.id);
    if (held.again !== undefined && !ended) {
      this.#accept(held.again);
      this.#pump();
    }
    this.#roomAgain();
    if (this.#held.size === 0) this.#emptied();
  }

  async #listen(): Promise<void> {
    const { queue, onCommand } = this.#options;
    for await (const command of queue.commands(this.#drain.signal)) {
      if (command.kind === "cancel") {
        for (const id of command.filter.ids ?? []) {
          const held = this.#held.get(id);
          if (held === undefined || held.lost) this.#cancelled.add(id); // it may be on its way here
          else this.#cancel(held);
        }
      } else onCommand?.(command);
      this.#pump();
    }
  }

  async #count(): Promise<void> {
    const { scheduler, recorder, clock } = this.#options;
    const { signal } = this.#drain;
    for (let nextMs = clock.nowMs(); !signal.aborted; nextMs += COUNTER_MS) {
      const { ready, running, limit, throttled } = scheduler.stats();
      recorder.counter({ atMs: clock.nowMs(), ready, running, limit, throttled });
      await clock.until(nextMs + COUNTER_MS, signal);
    }
  }

  async #watchEmpty(): Promise<void> {
    const { queue } = this.#options;
    const { signal } = this.#drain;
    while (!signal.aborted) {
      if (this.#held.size === 0) {
        const { queued, running } = await queue.depth();
        if (queued === 0 && running === 0) this.#beginDrain();
      }
      await this.#pauseOrEmptied();
    }
  }

  /** Waits for a while, or until the last instance that was held has ended. */
  async #pauseOrEmptied(): Promise<void> {
    const { clock } = this.#options;
    const pause = new AbortController();
    const forget = onAbort(this.#drain.signal, () => pause.abort());
    this.#emptied = () => pause.abort();
    await clock.until(clock.nowMs() + EMPTY_CHECK_MS, pause.signal);
    forget();
  }
}
