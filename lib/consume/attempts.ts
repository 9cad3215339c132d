import type { FunctionTimes, OpenAttempt } from "../collect/mod.ts";
import type { Clock, MadeOutcome, Outcome } from "../model/mod.ts";
import type { WorkTally } from "../live/mod.ts";
import { type Answer, idempotencyKey, type Platform } from "../platform/mod.ts";
import { type AttemptEvent, attemptEvent, type Recorder, type Tracer } from "../record/mod.ts";
import type { Invocation, Scheduler } from "../scheduler/mod.ts";
import { dataLength, type Decisions, type NodeData, reasonOf } from "./expressions.ts";
import type { HeldInstance } from "./held_instance.ts";
import type { HoldGate } from "./hold_gate.ts";
import type { Memory } from "./memory.ts";
import { failure, fitted } from "./outcomes.ts";
import type { ProgressWriter } from "./progress_writer.ts";
import type { Settling } from "./settling.ts";
import { callOf, isFinal, isStartKept, startOf } from "./starts.ts";
import { begunSpan, spanOfAttempt, traceOfHeld } from "./held_traces.ts";

export interface AttemptParts {
  readonly platform: Platform;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** Receives the true run times that functions report. (Default: nobody receives them) */
  readonly functionTimes?: FunctionTimes | undefined;
  readonly tracer: Tracer | undefined;
  readonly memory: Memory;
  readonly decisions: Decisions;
  readonly gate: HoldGate;
  readonly progress: ProgressWriter;
  readonly settling: Settling;
  readonly scheduler: Scheduler;
  /** Counts what has ended. (Default: nothing does) */
  readonly tally?: Pick<WorkTally, "ended"> | undefined;
  /** The scheduler may have more to start. */
  readonly changed: () => void;
}

/** A call that was sent. */
interface Sent {
  readonly startedAtMs: number;
  /** Whether its caller has ended it. */
  readonly stopped: boolean;
  /** The header of its span, if spans are recorded. */
  readonly traceparent: string | undefined;
}

/** Makes the calls of attempts, reads their answers and records them; what they mean for their instances is settled elsewhere. */
export class Attempts {
  readonly #parts: AttemptParts;
  /** Attempts in flight, or about to be. */
  #inFlight = 0;
  #isStopped = false;

  constructor(parts: AttemptParts) {
    this.#parts = parts;
  }

  /** Lets nothing start, and drops answers that are no outputs: those attempts are made again later. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Whether there is memory for one more attempt; if none is in flight there is, or nothing would ever get free. */
  get mayStart(): boolean {
    return this.#inFlight === 0 || !this.#parts.memory.isFull;
  }

  /** Makes an attempt. @returns resolves when it has settled */
  async make(task: Invocation, held: HeldInstance): Promise<void> {
    this.#inFlight++;
    const { platform, clock, functionTimes, memory, decisions, gate, progress, scheduler, changed } =
      this.#parts;
    const { spec, nodeIndex: node, item, attempts: attempt } = task;
    held.undoes ||= node === held.instance.chain.onFailed;
    let data: NodeData, isLate = false;
    try {
      const found = decisions.dataOf(held, callOf(task));
      isLate = found instanceof Promise;
      data = found instanceof Promise ? await found : found;
    } catch (error) {
      return void await this.#settle(task, held, failure(reasonOf(error, "args")), 0);
    }
    if (isStartKept(task, held) && !held.leaving) {
      isLate = true;
      await progress.write(held, startOf(task, "started", held.ending?.reason));
    }
    for (; !gate.isOpen; isLate = true) await gate.opened();
    if (this.#isStopped || held.leaving) return await this.#takeBack(task, held);
    const startedAtMs = clock.nowMs();
    scheduler.left(task, startedAtMs);
    const { instance, calls } = held, { args, inputs } = data;
    const traceparent = begunSpan(held, this.#parts.tracer);
    const call = { spec, instance, node, item, attempt, args, inputs, platform: task.platform, traceparent };
    const timed = functionTimes?.begin(idempotencyKey(call), startedAtMs);
    const landed = memory.reserve(spec, dataLength(data));
    let answer: Answer | undefined;
    try {
      const answering = platform.invoke(call, calls);
      if (isLate) changed(); // a rate may have waited for it
      answer = await answering;
    } finally {
      landed(answer?.outcome.kind === "ok" ? answer.outcome.output.length : undefined);
    }
    if (this.#isStopped && answer.outcome.kind !== "ok") return timed?.abandon(); // it is made again later
    const sent = { startedAtMs: startedAtMs + (answer.heldMs ?? 0), stopped: calls.aborted, traceparent };
    const written = this.#answered(task, held, answer, sent, timed);
    if (written !== undefined) await written;
  }

  /** Records an attempt that was answered, and settles it. @returns resolves when it has settled; undefined: it has */
  #answered(
    task: Invocation,
    held: HeldInstance,
    answer: Answer,
    sent: Sent,
    timed: OpenAttempt | undefined,
  ): Promise<void> | undefined {
    if (answer.outcome.kind === "unserved") { // no attempt was made
      timed?.abandon();
      return this.#settle(task, held, answer.outcome, 0);
    }
    const endedAtMs = this.#parts.clock.nowMs(), runMs = endedAtMs - sent.startedAtMs;
    const outcome = fitted(held, callOf(task), answer.outcome);
    const event = this.#record(task, held, answer, { ...sent, runMs, outcome });
    const providerQueuedMs = timed?.end(event, endedAtMs)?.providerQueuedMs ?? 0;
    return this.#settle(task, held, outcome, runMs, runMs - providerQueuedMs);
  }

  #record(
    task: Invocation,
    held: HeldInstance,
    { status, cold, platform: madeBy }: Answer,
    { outcome, traceparent, ...times }: Sent & { readonly outcome: MadeOutcome; readonly runMs: number },
  ): AttemptEvent {
    const { recorder, platform: { name }, settling, tally, tracer } = this.#parts;
    const platform = task.platform ?? madeBy ?? name;
    const settled = isFinal(settling.judge(task, held, outcome));
    const { submittedAtMs } = held;
    const made = { ...times, outcome, status, cold, settled, platform, submittedAtMs };
    const plain = attemptEvent(task, made), span = spanOfAttempt(task, outcome, traceparent);
    const event = span === undefined ? plain : { ...plain, ...span };
    recorder.attempt(event);
    tally?.ended(task, event, event.startedAtMs + event.runMs);
    if (tracer !== undefined && traceparent !== undefined) {
      const { instance } = held, trace = traceOfHeld(held, tracer);
      tracer.attempt({ instance, trace, traceparent, spec: task.spec, event });
    }
    return event;
  }

  /** @param ownMs the run time without its wait at the provider, if that is known */
  #settle(
    task: Invocation,
    held: HeldInstance,
    outcome: Outcome,
    runMs: number,
    ownMs = runMs,
  ): Promise<void> | undefined {
    this.#inFlight--;
    return this.#parts.settling.settle(task, held, outcome, runMs, ownMs);
  }

  /** Ends an attempt before its call. */
  async #takeBack(task: Invocation, held: HeldInstance): Promise<void> {
    const { progress, settling } = this.#parts;
    this.#inFlight--;
    if (isStartKept(task, held)) await progress.write(held, startOf(task, "cancelled"));
    if (!this.#isStopped) settling.takenBack(task, held); // else it is made again later
  }
}
