import { calledInstance, IdealPath, NO_ARGS, shapeOf } from "../model/mod.ts";
import { submission } from "../record/mod.ts";
import type { CallMode } from "../platform/mod.ts";
import type { NodeCall } from "../scheduler/mod.ts";
import type { Arrival } from "./arrival.ts";
import { type Gauges, PLATFORM, type Run, type SimulationRecorder } from "./scheduled_run.ts";
import type { Timeline } from "./timeline.ts";
import type { CallEnd, VirtualCall, VirtualPlatform } from "./virtual_platform.ts";

/**
 * What a provider does without Sequoia: functions call their successors the moment they end, without a limit and without a
 * second try: all items of a map at once, and the functions of chains that are called. A call that is refused or fails drops
 * its chain, and those that have called that; other branches go on, and nothing is undone. Conditions count as true.
 */
export class BaselineRun implements Run {
  readonly #platform: VirtualPlatform;
  readonly #timeline: Timeline;
  readonly #recorder: SimulationRecorder;
  readonly #successors: CallMode;
  readonly #items: number;
  #running = 0;
  #throttled = 0;

  /**
   * @param successors how functions call what comes after them
   * @param items how many items maps have, from 1
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
    this.#begin(new OpenChain(arrival), "http");
  }

  pump(): void {}

  wakeAtMs(): undefined {}

  gauges(): Gauges {
    return { ready: 0, running: this.#running, limit: Infinity, throttled: this.#throttled };
  }

  #begin(chain: OpenChain, mode: CallMode): void {
    const { instance } = chain.arrival;
    this.#recorder.submit(submission(instance));
    for (const root of shapeOf(instance.chain).roots) this.#trigger(chain, root, mode);
  }

  /** Begins with a node: with all items of a map. */
  #trigger(chain: OpenChain, node: number, mode: CallMode): void {
    const { map, calls } = chain.arrival.instance.chain.nodes[node]!;
    const start = (call: NodeCall) =>
      calls === undefined ? this.#start(chain, call, mode) : this.#call(chain, call, mode);
    if (map === undefined) return start({ node });
    chain.items.set(node, this.#items);
    for (let item = 0; item < this.#items; item++) start({ node, item });
  }

  #call(caller: OpenChain, call: NodeCall, mode: CallMode): void {
    const { arrival } = caller;
    caller.open++;
    const instance = calledInstance(arrival.instance, call, NO_ARGS, this.#timeline.nowMs);
    this.#begin(new OpenChain(arrival.called(instance, call), { chain: caller, call }), mode);
  }

  #start(chain: OpenChain, of: NodeCall, mode: CallMode): void {
    chain.open++;
    this.#running++;
    const startedAtMs = this.#timeline.nowMs;
    const { name, nodes } = chain.arrival.instance.chain;
    const { fn } = nodes[of.node]!;
    this.#recorder.started?.(fn.name, name, startedAtMs);
    const call: VirtualCall = {
      function: fn.name,
      runMs: chain.arrival.runMs(of.node, of.item),
      timeoutMs: fn.timeoutMs,
      mode,
      ended: (end, cold) => this.#ended(chain, of, end, cold, startedAtMs),
    };
    this.#platform.call(call);
  }

  #ended(chain: OpenChain, of: NodeCall, end: CallEnd, cold: boolean, startedAtMs: number): void {
    const { arrival: { instance }, arrival } = chain;
    const { node, item } = of;
    const { name, fn } = instance.chain.nodes[node]!;
    const runMs = this.#timeline.nowMs - startedAtMs;
    const isOk = end === "ok" && !arrival.fails(node);
    this.#running--;
    if (end === "refused") this.#throttled++;
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
      queuedMs: 0,
      cold,
      platform: PLATFORM,
      ...(item === undefined ? {} : { item }),
    });
    const lost = isOk ? undefined : end === "ok" ? "it failed when it was recorded" : end;
    this.#settled(chain, of, runMs, lost);
  }

  /** A call has ended, of a function or of a chain. @param lost why it is not ok */
  #settled(chain: OpenChain, { node, item }: NodeCall, runMs: number, lost: string | undefined): void {
    const { arrival: { instance }, path, waiting } = chain;
    if (lost === undefined) {
      path.ran(node, runMs);
      if (item === undefined || chain.endItem(node)) {
        for (const next of shapeOf(instance.chain).successors[node]!) {
          if (--waiting[next]! === 0) this.#trigger(chain, next, this.#successors);
        }
      }
    } else {
      chain.lost ??= `node ${instance.chain.nodes[node]!.name}: ${lost}`;
    }
    if (--chain.open === 0) this.#end(chain);
  }

  #end({ arrival: { instance }, path, lost, caller }: OpenChain): void {
    this.#recorder.end({
      chain: instance.chain.name,
      instance: instance.id,
      endedAtMs: this.#timeline.nowMs,
      outcome: lost === undefined ? "completed" : "dropped",
      idealMs: path.idealMs,
      ...(lost === undefined ? {} : { reason: lost }),
    });
    if (caller !== undefined) this.#settled(caller.chain, caller.call, path.idealMs, lost);
  }
}

/** A chain of which calls are under way. */
class OpenChain {
  readonly path: IdealPath;
  /** How many predecessors each node waits for. */
  readonly waiting: number[];
  /** How many items of each map that has begun have not ended well. */
  readonly items = new Map<number, number>();
  /** Calls under way. */
  open = 0;
  lost?: string;

  /** @param caller by whom it was called, if a chain has called it */
  constructor(
    readonly arrival: Arrival,
    readonly caller?: { readonly chain: OpenChain; readonly call: NodeCall },
  ) {
    const { chain } = arrival.instance;
    this.path = new IdealPath(chain);
    this.waiting = [...shapeOf(chain).predecessorCounts];
  }

  /** An item of a map has ended well. @returns whether all have */
  endItem(node: number): boolean {
    const open = this.items.get(node)! - 1;
    this.items.set(node, open);
    return open === 0;
  }
}
