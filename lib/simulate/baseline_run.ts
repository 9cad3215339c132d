import { calledInstance, type Calling, NO_ARGS, TriggeredChain } from "../model/mod.ts";
import { submission } from "../record/mod.ts";
import type { CallMode } from "../provider/mod.ts";
import type { Arrival, CallCourse } from "./arrival.ts";
import { type Gauges, PLATFORM, type Run, type SimulationRecorder } from "./scheduled_run.ts";
import type { Timeline } from "./timeline.ts";
import type { CallEnd, VirtualCall, VirtualPlatform } from "./virtual_platform.ts";

/**
 * The provider without Sequoia: functions trigger each other, as {@linkcode TriggeredChain} says, without a limit and
 * without a second try, also those of chains that are called. A chain that is dropped drops those that have called it.
 */
export class BaselineRun implements Run {
  readonly #platform: VirtualPlatform;
  readonly #timeline: Timeline;
  readonly #recorder: SimulationRecorder;
  readonly #successors: CallMode;
  readonly #items: number;
  #waiting = 0;
  #running = 0;
  #throttled = 0;

  /**
   * @param successors the way in which functions call their successors
   * @param items number of items in each map, from 1
   */
  constructor(
    platform: VirtualPlatform,
    timeline: Timeline,
    recorder: SimulationRecorder,
    successors: CallMode,
    items: number,
  ) {
    this.#platform = platform;
    this.#timeline = timeline;
    this.#recorder = recorder;
    this.#successors = successors;
    this.#items = items;
  }

  arrive(arrival: Arrival): void {
    this.#begin(this.#opened(arrival), "http");
  }

  pump(): void {}

  wakeAtMs(): undefined {}

  gauges(): Gauges {
    return { ready: this.#waiting, running: this.#running, limit: Infinity, throttled: this.#throttled };
  }

  #opened(arrival: Arrival, caller?: OpenChain["caller"]): OpenChain {
    return { arrival, run: new TriggeredChain(arrival.instance.chain, this.#items), caller };
  }

  #begin(chain: OpenChain, mode: CallMode): void {
    this.#recorder.submit(submission(chain.arrival.instance));
    this.#trigger(chain, chain.run.begin(), mode);
  }

  #trigger(chain: OpenChain, due: readonly Calling[], mode: CallMode): void {
    for (const call of due) {
      if (chain.run.chain.nodes[call.node]!.calls === undefined) this.#start(chain, call, mode);
      else this.#call(chain, call, mode);
    }
  }

  #call(caller: OpenChain, call: Calling, mode: CallMode): void {
    const { arrival } = caller;
    const instance = calledInstance(arrival.instance, call, NO_ARGS, this.#timeline.nowMs);
    this.#begin(this.#opened(arrival.called(instance, call), { chain: caller, call }), mode);
  }

  /** Makes a call. An HTTP call starts when it is made; one in the background, for which nobody waits, when it has its turn. */
  #start(chain: OpenChain, of: Calling, mode: CallMode): void {
    const calledAtMs = this.#timeline.nowMs;
    const { name, nodes } = chain.run.chain;
    const { fn } = nodes[of.node]!;
    const course = chain.arrival.course(of.node, of.item, 0); // nothing has a second try
    let startedAtMs: number | undefined, providerQueuedMs = 0;
    const start = (): number => {
      if (startedAtMs !== undefined) return startedAtMs;
      this.#waiting--;
      this.#running++;
      startedAtMs = this.#timeline.nowMs;
      this.#recorder.started?.(fn.name, name, startedAtMs, chain.arrival.instance.id);
      return startedAtMs;
    };
    this.#waiting++;
    const call: VirtualCall = {
      function: fn.name,
      runMs: course.runMs,
      timeoutMs: fn.timeoutMs,
      mode,
      started: () => {
        if (startedAtMs === undefined) start();
        else providerQueuedMs = this.#timeline.nowMs - startedAtMs; // an HTTP call, which the provider held
      },
      ended: (end, cold) => {
        if (end !== "refused") start();
        const times = { calledAtMs, startedAtMs: startedAtMs ?? calledAtMs, providerQueuedMs };
        this.#ended(chain, of, { end, cold, course, ...times });
      },
    };
    const isTaken = this.#platform.call(call);
    if (isTaken && mode === "http") start();
  }

  #ended(
    chain: OpenChain,
    of: Calling,
    { end, cold, course, calledAtMs, startedAtMs, providerQueuedMs }: Ended,
  ): void {
    const { arrival: { instance } } = chain;
    const { node, item } = of, runMs = this.#timeline.nowMs - startedAtMs;
    const { name, fn } = instance.chain.nodes[node]!;
    const isOk = end === "ok" && course.fails === undefined;
    if (end !== "refused") this.#running--;
    else {
      this.#waiting--;
      this.#throttled++;
    }
    this.#recorder.attempt({
      function: fn.name,
      chain: instance.chain.name,
      instance: instance.id,
      node: name,
      attempt: 1,
      startedAtMs,
      runMs,
      outcome: isOk ? "ok" : end === "refused" ? "throttled" : "failed",
      settled: true,
      status: isOk ? 200 : end === "refused" ? 429 : 0,
      queuedMs: startedAtMs - calledAtMs,
      ...providerQueuedMs > 0 && { providerQueuedMs },
      cold,
      platform: PLATFORM,
      ...(item === undefined ? {} : { item }),
    });
    const lost = isOk ? undefined : end === "ok" ? "it failed when it was recorded" : end;
    this.#settled(chain, of, runMs - providerQueuedMs, lost);
  }

  /** A call has ended, of a function or of a chain. @param lost why it is not ok */
  #settled(chain: OpenChain, call: Calling, runMs: number, lost: string | undefined): void {
    this.#trigger(chain, chain.run.end(call, runMs, lost), this.#successors);
    if (chain.run.open === 0) this.#end(chain);
  }

  #end({ arrival: { instance }, run: { lost, idealMs }, caller }: OpenChain): void {
    this.#recorder.end({
      chain: instance.chain.name,
      instance: instance.id,
      endedAtMs: this.#timeline.nowMs,
      outcome: lost === undefined ? "completed" : "dropped",
      idealMs,
      ...(lost === undefined ? {} : { reason: lost }),
    });
    if (caller !== undefined) this.#settled(caller.chain, caller.call, idealMs, lost);
  }
}

/** The end of a call. */
interface Ended {
  readonly end: CallEnd;
  readonly cold: boolean;
  readonly course: CallCourse;
  readonly calledAtMs: number;
  readonly startedAtMs: number;
  readonly providerQueuedMs: number;
}

/** A chain with calls under way. */
interface OpenChain {
  readonly arrival: Arrival;
  readonly run: TriggeredChain;
  /** By whom it was called, if a chain has called it. */
  readonly caller: { readonly chain: OpenChain; readonly call: Calling } | undefined;
}
