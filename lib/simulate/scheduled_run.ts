import { calledInstance, callFailure, IdealPath, type MadeOutcome, NO_ARGS, NULL } from "../model/mod.ts";
import { attemptEvent, type Recorder, submission } from "../record/mod.ts";
import type { Ending, Invocation, NodeCall, Scheduler, Settlement } from "../scheduler/mod.ts";
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

/** An instance that has not ended. */
class Held {
  readonly path: IdealPath;
  /** The ids of the instances that it has called and that have not ended. */
  readonly called = new Set<string>();
  isEnding = false;

  /** @param caller by whom it was called, if an instance has called it */
  constructor(readonly arrival: Arrival, readonly caller?: { readonly held: Held; readonly call: NodeCall }) {
    this.path = new IdealPath(arrival.instance.chain);
  }
}

/**
 * Sequoia's part: the scheduler that consumers use, before a platform in virtual time. Functions answer nothing there, so
 * conditions count as true, and all maps have as many items.
 */
export class ScheduledRun implements Run {
  readonly #scheduler: Scheduler;
  readonly #platform: VirtualPlatform;
  readonly #timeline: Timeline;
  readonly #recorder: SimulationRecorder;
  readonly #items: number;
  readonly #held = new Map<string, Held>();

  /** @param items how many items maps have, from 1 */
  constructor(
    scheduler: Scheduler,
    platform: VirtualPlatform,
    timeline: Timeline,
    recorder: SimulationRecorder,
    items: number,
  ) {
    this.#scheduler = scheduler;
    this.#platform = platform;
    this.#timeline = timeline;
    this.#recorder = recorder;
    this.#items = items;
  }

  arrive(arrival: Arrival): void {
    this.#begin(new Held(arrival));
  }

  #begin(held: Held): void {
    const { instance } = held.arrival;
    this.#recorder.submit(submission(instance));
    this.#held.set(instance.id, held);
    held.caller?.held.called.add(instance.id);
    this.#after(this.#scheduler.submit(instance, this.#timeline.nowMs));
  }

  pump(): void {
    const scheduler = this.#scheduler;
    let news: readonly Settlement[];
    do {
      this.#start();
      news = scheduler.takeNews();
      for (const settlement of news) this.#after(settlement);
    } while (news.length > 0); // an end may ready what undoes
  }

  #start(): void {
    const scheduler = this.#scheduler, { nowMs } = this.#timeline;
    for (let task = scheduler.next(nowMs); task !== undefined; task = scheduler.next(nowMs)) {
      const { arrival, path } = this.#held.get(task.instance)!;
      this.#recorder.started?.(task.function, task.chain, nowMs);
      this.#platform.call(new Attempt(this, task, arrival, path, nowMs));
    }
  }

  wakeAtMs(): number | undefined {
    return this.#scheduler.wakeAtMs();
  }

  gauges(): Gauges {
    return this.#scheduler.stats();
  }

  settle(attempt: Attempt, outcome: MadeOutcome, cold: boolean): void {
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

  /** Does what a change of an instance asks for. */
  #after({ instance, undecided = [], calls = [], ending, ended }: Settlement): void {
    const held = this.#held.get(instance.id)!;
    for (const node of undecided) this.#decide(held, node);
    for (const call of calls) this.#call(held, call);
    if (ending !== undefined && !held.isEnding) {
      held.isEnding = true;
      for (const id of [...held.called]) {
        this.#follow(this.#scheduler.cancel(id, this.#timeline.nowMs, "its caller has ended"));
      }
    }
    if (ended !== undefined) this.#end(held, ended);
  }

  #follow(settlement: Settlement | undefined): void {
    if (settlement !== undefined) this.#after(settlement);
  }

  #decide({ arrival: { instance: { id, chain } } }: Held, node: number): void {
    const isMap = chain.nodes[node]!.map !== undefined;
    const decision = isMap ? { kind: "map", count: this.#items } as const : { kind: "run" } as const;
    this.#follow(this.#scheduler.decide(id, node, decision, this.#timeline.nowMs));
  }

  #call(held: Held, call: NodeCall): void {
    const { arrival } = held;
    const instance = calledInstance(arrival.instance, call, NO_ARGS, this.#timeline.nowMs);
    this.#begin(new Held(arrival.called(instance, call), { held, call }));
  }

  #end({ arrival: { instance }, path, caller }: Held, { outcome, reason, shed }: Ending): void {
    const { id, chain } = instance;
    const { nowMs } = this.#timeline;
    this.#held.delete(id);
    this.#recorder.end({
      chain: chain.name,
      instance: id,
      endedAtMs: nowMs,
      outcome: shed ? "shed" : outcome,
      idealMs: path.idealMs,
      ...(reason === undefined ? {} : { reason }),
    });
    if (caller === undefined) return;
    const { held, call } = caller;
    held.called.delete(id);
    held.path.ran(call.node, path.idealMs);
    const [state, why] = outcome === "completed"
      ? ["ok", ""] as const
      : ["failed", callFailure(id, outcome, reason)] as const;
    this.#follow(this.#scheduler.settleCall(held.arrival.instance.id, call, state, why, nowMs));
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
    return this.arrival.runMs(this.task.nodeIndex, this.task.item);
  }

  get timeoutMs(): number {
    return this.task.spec.timeoutMs;
  }

  ended(end: CallEnd, cold: boolean, retryAfterMs: number): void {
    this.run.settle(this, this.#outcome(end, retryAfterMs), cold);
  }

  #outcome(end: CallEnd, retryAfterMs: number): MadeOutcome {
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

const OK: MadeOutcome = { kind: "ok", output: NULL };
const RECORDED_FAILURE: MadeOutcome = {
  kind: "failed",
  reason: "it failed when it was recorded",
  retryable: false,
};
