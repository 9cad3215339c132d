import { IdealPath, type Outcome } from "../model/mod.ts";
import { attemptEvent, type Recorder, submission } from "../record/mod.ts";
import type { Invocation, Scheduler, Settlement } from "../scheduler/mod.ts";
import type { Arrival } from "./arrival.ts";
import type { Timeline } from "./timeline.ts";
import type { CallEnd, VirtualCall, VirtualPlatform } from "./virtual_platform.ts";

/** Is told what happens, also when attempts start, if it wants to know. */
export interface SimulationRecorder extends Recorder {
  /** An attempt starts, at an instant in milliseconds since 1970. */
  started?(functionName: string, chain: string, atMs: number): void;
}

/** What is simulated: what instances go through, from their arrival to their end. */
export interface Run {
  /** Takes an instance on, now. */
  arrive(arrival: Arrival): void;
  /** Starts what may start, once all that happens at an instant has happened. */
  pump(): void;
  /** When `pump` may start something with no event; undefined: not before one. */
  wakeAtMs(): number | undefined;
  /** Gauges, for the log. */
  gauges(): Gauges;
}

/** What is waiting and in flight. */
export interface Gauges {
  readonly ready: number;
  readonly running: number;
  readonly limit: number;
  readonly throttled: number;
}

interface Held {
  readonly arrival: Arrival;
  readonly path: IdealPath;
}

/** Sequoia's part: the scheduler that consumers use, before a platform in virtual time. */
export class ScheduledRun implements Run {
  readonly #scheduler: Scheduler;
  readonly #platform: VirtualPlatform;
  readonly #timeline: Timeline;
  readonly #recorder: SimulationRecorder;
  readonly #held = new Map<string, Held>();

  constructor(
    scheduler: Scheduler,
    platform: VirtualPlatform,
    timeline: Timeline,
    recorder: SimulationRecorder,
  ) {
    this.#scheduler = scheduler;
    this.#platform = platform;
    this.#timeline = timeline;
    this.#recorder = recorder;
  }

  arrive(arrival: Arrival): void {
    const { instance } = arrival;
    this.#recorder.submit(submission(instance));
    this.#held.set(instance.id, { arrival, path: new IdealPath(instance.chain) });
    this.#after(this.#scheduler.submit(instance, this.#timeline.nowMs));
  }

  pump(): void {
    const scheduler = this.#scheduler, { nowMs } = this.#timeline;
    for (let task = scheduler.next(nowMs); task !== undefined; task = scheduler.next(nowMs)) {
      const { arrival, path } = this.#held.get(task.instance)!;
      this.#recorder.started?.(task.function, task.chain, nowMs);
      this.#platform.call(new Attempt(this, task, arrival, path, nowMs));
    }
    for (const refused of scheduler.takeNews()) this.#after(refused);
  }

  wakeAtMs(): number | undefined {
    return this.#scheduler.wakeAtMs();
  }

  gauges(): Gauges {
    return this.#scheduler.stats();
  }

  settle(attempt: Attempt, outcome: Outcome, cold: boolean): void {
    const { task, path, startedAtMs } = attempt;
    const { nowMs } = this.#timeline;
    const runMs = nowMs - startedAtMs;
    const verdict = this.#scheduler.judge(task, outcome);
    const settled = verdict === "ok" || verdict === "failed";
    if (settled) path.ran(task.nodeIndex, runMs);
    const status = outcome.kind === "ok" ? 200 : outcome.kind === "throttled" ? 429 : 0;
    const how = { outcome, status, cold, startedAtMs, runMs, settled, platform: PLATFORM };
    this.#recorder.attempt(attemptEvent(task, how));
    this.#after(this.#scheduler.settle(task, outcome, nowMs, runMs));
  }

  #after({ instance, ended }: Settlement): void {
    if (ended === undefined) return;
    const { path } = this.#held.get(instance.id)!;
    this.#held.delete(instance.id);
    this.#recorder.end({
      chain: instance.chain.name,
      instance: instance.id,
      endedAtMs: this.#timeline.nowMs,
      outcome: ended.shed ? "shed" : ended.outcome,
      idealMs: path.idealMs,
      ...(ended.reason === undefined ? {} : { reason: ended.reason }),
    });
  }
}

/** What the run log calls the platform of simulations. */
export const PLATFORM = "simulated";

class Attempt implements VirtualCall {
  readonly mode = "http";

  constructor(
    readonly run: ScheduledRun,
    readonly task: Invocation,
    readonly arrival: Arrival,
    readonly path: IdealPath,
    readonly startedAtMs: number,
  ) {}

  get function(): string {
    return this.task.function;
  }

  get runMs(): number {
    return this.arrival.runMs(this.task.nodeIndex);
  }

  get timeoutMs(): number {
    return this.task.spec.timeoutMs;
  }

  ended(end: CallEnd, cold: boolean, retryAfterMs: number): void {
    this.run.settle(this, this.#outcome(end, retryAfterMs), cold);
  }

  #outcome(end: CallEnd, retryAfterMs: number): Outcome {
    if (end === "refused") {
      return {
        kind: "throttled",
        reason: "throttled with status 429",
        ...(retryAfterMs > 0 ? { retryAfterMs } : {}),
      };
    }
    if (end === "timeout") {
      return { kind: "failed", reason: `no answer within ${this.timeoutMs} ms`, retryable: true };
    }
    return this.arrival.fails(this.task.nodeIndex) ? RECORDED_FAILURE : OK;
  }
}

const OK: Outcome = { kind: "ok", output: null };
const RECORDED_FAILURE: Outcome = {
  kind: "failed",
  reason: "it failed when it was recorded",
  retryable: false,
};
