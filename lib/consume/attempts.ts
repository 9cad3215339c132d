import type { FunctionTimes } from "../collect/mod.ts";
import type { Clock, MadeOutcome, Outcome } from "../model/mod.ts";
import { type Answer, idempotencyKey, type Platform } from "../platform/mod.ts";
import { type AttemptEvent, attemptEvent, type Recorder } from "../record/mod.ts";
import type { Invocation } from "../scheduler/mod.ts";
import { dataLength, type Decisions, type NodeData, reasonOf } from "./expressions.ts";
import type { HeldInstance } from "./held_instance.ts";
import type { HoldGate } from "./hold_gate.ts";
import type { Memory } from "./memory.ts";
import { failure, fitted } from "./outcomes.ts";
import type { ProgressWriter } from "./progress_writer.ts";
import type { Settling } from "./settling.ts";
import { callOf, isFinal, isStartKept, startOf } from "./starts.ts";

export interface AttemptParts {
  readonly platform: Platform;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** Receives the true run times that functions report. (Default: nobody receives them) */
  readonly functionTimes?: FunctionTimes | undefined;
  readonly memory: Memory;
  readonly decisions: Decisions;
  readonly gate: HoldGate;
  readonly progress: ProgressWriter;
  readonly settling: Settling;
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
    const { platform, clock, functionTimes, memory, decisions, gate, progress } = this.#parts;
    const { spec, nodeIndex: node, item, attempts: attempt } = task;
    const of = callOf(task);
    held.undoes ||= node === held.instance.chain.onFailed;
    let data: NodeData;
    try {
      const found = decisions.dataOf(held, of);
      data = found instanceof Promise ? await found : found;
    } catch (error) {
      return void await this.#settle(task, held, failure(reasonOf(error, "args")), 0);
    }
    if (isStartKept(task, held) && !held.leaving) {
      await progress.write(held, startOf(task, "started", held.ending?.reason));
    }
    while (!gate.isOpen) await gate.opened();
    if (this.#isStopped || held.leaving) return await this.#takeBack(task, held);
    let startedAtMs = clock.nowMs();
    const { instance } = held, { args, inputs } = data;
    const call = { spec, instance, node, item, attempt, args, inputs, platform: task.platform };
    const told = functionTimes?.begin(idempotencyKey(call), startedAtMs);
    const landed = memory.reserve(spec, dataLength(data));
    let answer: Answer | undefined;
    try {
      answer = await platform.invoke(call, held.calls);
    } finally {
      landed(answer?.outcome.kind === "ok" ? answer.outcome.output.length : undefined);
    }
    if (this.#isStopped && answer.outcome.kind !== "ok") return told?.abandon();
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
    const { recorder, platform: { name }, settling } = this.#parts;
    const platform = task.platform ?? madeBy ?? name;
    const settled = isFinal(settling.judge(task, held, outcome));
    const { submittedAtMs } = held;
    const made = { outcome, status, cold, startedAtMs, runMs, settled, platform, submittedAtMs };
    const event = attemptEvent(task, made);
    recorder.attempt(event);
    return event;
  }

  #settle(task: Invocation, held: HeldInstance, outcome: Outcome, runMs: number): Promise<void> | undefined {
    this.#inFlight--;
    return this.#parts.settling.settle(task, held, outcome, runMs);
  }

  /** Ends an attempt before its call. */
  async #takeBack(task: Invocation, held: HeldInstance): Promise<void> {
    const { progress, settling } = this.#parts;
    this.#inFlight--;
    if (isStartKept(task, held)) await progress.write(held, startOf(task, "cancelled"));
    if (!this.#isStopped) settling.takenBack(task, held); // else it is made again later
  }
}
