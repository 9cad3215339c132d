import {
  calledInstance,
  callFailure,
  IdealPath,
  type Instance,
  type MadeOutcome,
  NO_ARGS,
  NULL,
} from "../model/mod.ts";
import { attemptEvent, type Recorder, submission } from "../record/mod.ts";
import {
  type Ending,
  follow,
  type Invocation,
  mayStartAhead,
  type NodeCall,
  type Scheduler,
  type Settlement,
  type SettlementHandlers,
} from "../scheduler/mod.ts";
import type { Arrival, CallCourse } from "./arrival.ts";
import type { Timeline } from "./timeline.ts";
import type { CallEnd, VirtualCall, VirtualPlatform } from "./virtual_platform.ts";

/** Called with the events of a simulation, also with the starts of attempts, if it has a method for them. */
export interface SimulationRecorder extends Recorder {
  /** An attempt starts that the platform does not refuse, at an instant in milliseconds since 1970. */
  started?(functionName: string, chain: string, atMs: number, instance: string): void;
}

/** A run that is simulated: takes instances from their arrival to their end. */
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

/** The numbers of invocations that wait and of attempts in flight, and the limit. */
export interface Gauges {
  readonly ready: number;
  readonly running: number;
  readonly limit: number;
  readonly throttled: number;
}

/** An instance that has not ended. */
class Held {
  readonly path: IdealPath;
  /** The ids of the instances that it has called and that have not ended; undefined: it has called none. */
  called: Set<string> | undefined;
  isEnding = false;
  /** Nodes that have not ended. */
  open: number;

  /** @param caller by whom it was called, if an instance has called it */
  constructor(readonly arrival: Arrival, readonly caller?: { readonly held: Held; readonly call: NodeCall }) {
    this.path = new IdealPath(arrival.instance.chain);
    this.open = arrival.instance.chain.nodes.length;
  }
}

/**
 * Sequoia's part: the scheduler that consumers use, before a platform in virtual time. Functions answer nothing there, so
 * conditions count as true, and all maps have as many items.
 */
export class ScheduledRun implements Run {
  readonly #scheduler: Scheduler;
  readonly #platformOf: (name: string | undefined) => VirtualPlatform;
  readonly #timeline: Timeline;
  readonly #recorder: SimulationRecorder;
  readonly #items: number;
  /** Invocations in whose places others may start while their outputs become durable. */
  #ahead = 0;
  /** By the instances as the scheduler has them: their ids need not be looked at for that. */
  readonly #held = new Map<Instance, Held>();

  /** Handles each part of a change. */
  readonly #handlers: SettlementHandlers<Held> = {
    skipped: (nodes, held) => held.open -= nodes.length,
    mapped: (_node, held) => held.open--,
    undecided: (nodes, held) => {
      for (const node of nodes) this.#decide(held, node);
    },
    ending: (_ending, held) => {
      if (held.isEnding) return;
      held.isEnding = true;
      for (const id of [...held.called ?? []]) {
        this.#follow(this.#scheduler.cancel(id, this.#timeline.nowMs, "its caller has ended"));
      }
    },
    calls: (calls, held) => {
      for (const call of calls) this.#call(held, call);
    },
    ended: (ending, held) => this.#end(held, ending),
  };

  /**
   * @param platformOf finds the platform that an attempt is placed on; undefined: there is one, without a name
   * @param items number of items in each map, from 1
   */
  constructor(
    scheduler: Scheduler,
    platformOf: (name: string | undefined) => VirtualPlatform,
    timeline: Timeline,
    recorder: SimulationRecorder,
    items: number,
  ) {
    this.#scheduler = scheduler;
    this.#platformOf = platformOf;
    this.#timeline = timeline;
    this.#recorder = recorder;
    this.#items = items;
  }

  arrive(arrival: Arrival): void {
    this.#begin(new Held(arrival));
  }

  #begin(held: Held): void {
    const { instance } = held.arrival;
    const takenMs = this.#timeline.nowMs - instance.submittedAtMs;
    this.#recorder.submit(submission(instance, instance.submittedAtMs, takenMs > 0 ? takenMs : undefined));
    this.#held.set(instance, held);
    if (held.caller !== undefined) (held.caller.held.called ??= new Set()).add(instance.id);
    this.#follow(this.#scheduler.submit(instance, this.#timeline.nowMs));
  }

  pump(): void {
    const scheduler = this.#scheduler;
    let news: readonly Settlement[];
    do {
      this.#start();
      news = scheduler.takeNews();
      for (const settlement of news) this.#follow(settlement);
    } while (news.length > 0); // an end may ready what undoes
  }

  #start(): void {
    const scheduler = this.#scheduler, { nowMs } = this.#timeline;
    for (let task = scheduler.next(nowMs); task !== undefined; task = scheduler.next(nowMs)) {
      const attempt = new Attempt(this, task, this.#held.get(task.of)!, nowMs);
      if (attempt.startedAtMs === nowMs) this.#leave(attempt);
      else this.#leaveLater(attempt);
    }
  }

  #leaveLater(attempt: Attempt): void {
    this.#timeline.plan(attempt.startedAtMs, { happen: () => this.#leave(attempt) });
  }

  #leave(attempt: Attempt): void {
    const { task, startedAtMs } = attempt;
    const isTaken = this.#platformOf(task.platform).call(attempt);
    if (isTaken) this.#recorder.started?.(attempt.function, task.chain, startedAtMs, task.instance);
  }

  /** The present instant. */
  get nowMs(): number {
    return this.#timeline.nowMs;
  }

  wakeAtMs(): number | undefined {
    return this.#scheduler.wakeAtMs();
  }

  gauges(): Gauges {
    return this.#scheduler.stats();
  }

  settle(attempt: Attempt, outcome: MadeOutcome, cold: boolean): void {
    const { task, held, startedAtMs, providerQueuedMs } = attempt, { arrival, path } = held;
    const { nowMs } = this.#timeline;
    const runMs = nowMs - startedAtMs;
    const verdict = this.#scheduler.judge(task, outcome);
    const settled = verdict === "ok" || verdict === "failed";
    if (settled) path.ran(task.nodeIndex, runMs - providerQueuedMs);
    const status = outcome.kind === "ok" ? 200 : outcome.kind === "throttled" ? 429 : 0;
    const { platform = PLATFORM } = task;
    const how = { outcome, status, cold, startedAtMs, runMs, settled, platform, providerQueuedMs };
    this.#recorder.attempt(attemptEvent(task, how));
    if (settled && task.item === undefined) held.open--;
    const durableMs = settled && held.open > 0 ? arrival.durableMs(task.nodeIndex) : 0; // else with the end
    if (durableMs > 0) this.#makeDurable(attempt, outcome, durableMs, runMs);
    else follow(this.#scheduler.settle(task, outcome, nowMs, runMs), this.#handlers, held);
  }

  /** As consumers do: what follows starts when the output is durable, others meanwhile if many are in flight. */
  #makeDurable({ task, held }: Attempt, outcome: MadeOutcome, durableMs: number, runMs: number): void {
    const scheduler = this.#scheduler, timeline = this.#timeline, { nowMs } = timeline;
    const isAhead = outcome.kind === "ok" && mayStartAhead(scheduler.running, this.#ahead);
    if (isAhead) {
      scheduler.answered(task, outcome, nowMs, runMs);
      this.#ahead++;
    }
    timeline.plan(nowMs + durableMs, {
      happen: (nowMs) => {
        if (isAhead) this.#ahead--;
        follow(scheduler.settle(task, outcome, nowMs, runMs), this.#handlers, held);
      },
    });
  }

  /** Does what a change of an instance asks for. */
  #follow(settlement: Settlement | undefined): void {
    if (settlement !== undefined) follow(settlement, this.#handlers, this.#held.get(settlement.instance)!);
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
    this.#held.delete(instance);
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
    held.called?.delete(id);
    held.path.ran(call.node, path.idealMs);
    if (call.item === undefined) held.open--;
    const [state, why] = outcome === "completed"
      ? ["ok", ""] as const
      : ["failed", callFailure(id, outcome, reason)] as const;
    this.#follow(this.#scheduler.settleCall(held.arrival.instance.id, call, state, why, nowMs));
  }
}

/** The name of the platform of simulations in the run log. */
export const PLATFORM = "simulated";

class Attempt implements VirtualCall {
  readonly mode = "http";
  readonly function: string;
  readonly timeoutMs: number;
  readonly startedAtMs: number;
  /** Its wait at the provider, in milliseconds. */
  providerQueuedMs = 0;
  readonly #course: CallCourse;

  constructor(readonly run: ScheduledRun, readonly task: Invocation, readonly held: Held, nowMs: number) {
    const { spec } = task;
    this.function = spec.name;
    this.timeoutMs = spec.timeoutMs;
    this.#course = held.arrival.course(task.nodeIndex, task.item, task.failures);
    this.startedAtMs = nowMs + (this.#course.startMs ?? 0);
  }

  started(): void {
    this.providerQueuedMs = this.run.nowMs - this.startedAtMs;
  }

  get runMs(): number {
    return this.#course.runMs;
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
    const { fails } = this.#course;
    return fails === undefined ? OK : fails === "for good" ? FAILED : this.#failedOnce();
  }

  /** A function may be tried again only after some kinds of failures: it was one of them, as there was another attempt. */
  #failedOnce(): MadeOutcome {
    const [cause] = this.task.spec.retry.on ?? [], { retryAfterMs, delayMs } = this.#course;
    return {
      ...FAILED,
      retryable: true,
      ...cause !== undefined && { cause },
      ...retryAfterMs !== undefined && { retryAfterMs },
      ...delayMs !== undefined && { delayMs },
    };
  }
}

const OK: MadeOutcome = { kind: "ok", output: NULL };
const FAILED = { kind: "failed", reason: "it failed when it was recorded", retryable: false } as const;
