import { IdealPath, shapeOf } from "../model/mod.ts";
import { submission } from "../record/mod.ts";
import type { CallMode } from "../platform/mod.ts";
import type { Arrival } from "./arrival.ts";
import { type Gauges, PLATFORM, type Run, type SimulationRecorder } from "./scheduled_run.ts";
import type { Timeline } from "./timeline.ts";
import type { CallEnd, VirtualCall, VirtualPlatform } from "./virtual_platform.ts";

/**
 * What a provider does without Sequoia: functions call their successors the moment they end, without a limit and without a
 * second try. A call that is refused or fails drops its chain; its other branches go on.
 */
export class BaselineRun implements Run {
  readonly #platform: VirtualPlatform;
  readonly #timeline: Timeline;
  readonly #recorder: SimulationRecorder;
  readonly #successors: CallMode;
  #running = 0;
  #throttled = 0;

  /** @param successors how functions call what comes after them */
  constructor(
    platform: VirtualPlatform,
    timeline: Timeline,
    recorder: SimulationRecorder,
    successors: CallMode,
  ) {
    this.#platform = platform;
    this.#timeline = timeline;
    this.#recorder = recorder;
    this.#successors = successors;
  }

  arrive(arrival: Arrival): void {
    this.#recorder.submit(submission(arrival.instance));
    const { roots, predecessorCounts } = shapeOf(arrival.instance.chain);
    const path = new IdealPath(arrival.instance.chain);
    const chain: OpenChain = { arrival, path, waiting: [...predecessorCounts], open: 0 };
    for (const root of roots) this.#start(chain, root, "http");
  }

  pump(): void {}

  wakeAtMs(): undefined {}

  gauges(): Gauges {
    return { ready: 0, running: this.#running, limit: Infinity, throttled: this.#throttled };
  }

  #start(chain: OpenChain, node: number, mode: CallMode): void {
    chain.open++;
    this.#running++;
    const startedAtMs = this.#timeline.nowMs;
    const { name, nodes } = chain.arrival.instance.chain;
    const { fn } = nodes[node]!;
    this.#recorder.started?.(fn.name, name, startedAtMs);
    const call: VirtualCall = {
      function: fn.name,
      runMs: chain.arrival.runMs(node),
      timeoutMs: fn.timeoutMs,
      mode,
      ended: (end, cold) => this.#ended(chain, node, end, cold, startedAtMs),
    };
    this.#platform.call(call);
  }

  #ended(chain: OpenChain, node: number, end: CallEnd, cold: boolean, startedAtMs: number): void {
    const { arrival, path } = chain;
    const { instance } = arrival;
    const { nodes } = instance.chain;
    const runMs = this.#timeline.nowMs - startedAtMs;
    const isOk = end === "ok" && !arrival.fails(node);
    this.#running--;
    if (end === "refused") this.#throttled++;
    this.#recorder.attempt({
      function: nodes[node]!.fn.name,
      chain: instance.chain.name,
      instance: instance.id,
      node: nodes[node]!.name,
      attempt: 1,
      startedAtMs,
      runMs,
      outcome: isOk ? "ok" : end === "refused" ? "throttled" : "failed",
      settled: true,
      status: isOk ? 200 : end === "refused" ? 429 : 0,
      queuedMs: 0,
      cold,
      platform: PLATFORM,
    });
    if (isOk) {
      path.ran(node, runMs);
      for (const next of shapeOf(instance.chain).successors[node]!) {
        if (--chain.waiting[next]! === 0) this.#start(chain, next, this.#successors);
      }
    } else {chain.lost ??= `node ${nodes[node]!.name}: ${
        end === "ok" ? "it failed when it was recorded" : end
      }`;}
    if (--chain.open === 0) this.#end(chain);
  }

  #end({ arrival: { instance }, path, lost }: OpenChain): void {
    this.#recorder.end({
      chain: instance.chain.name,
      instance: instance.id,
      endedAtMs: this.#timeline.nowMs,
      outcome: lost === undefined ? "completed" : "dropped",
      idealMs: path.idealMs,
      ...(lost === undefined ? {} : { reason: lost }),
    });
  }
}

interface OpenChain {
  readonly arrival: Arrival;
  readonly path: IdealPath;
  /** How many predecessors each node waits for. */
  readonly waiting: number[];
  /** Calls under way. */
  open: number;
  lost?: string;
}
