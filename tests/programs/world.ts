/** The world of the programs' tests: a queue in memory, a platform by script, virtual time. */
import { assertEquals } from "@std/assert";
import { Consumer, type ConsumerOptions } from "../../lib/consume/mod.ts";
import type { Expressions } from "../../lib/expression/mod.ts";
import {
  type Chain,
  type Instance,
  type Json,
  type JsonObject,
  type NodeRecord,
  readJson,
  writeJson,
} from "../../lib/model/mod.ts";
import type { Policy } from "../../lib/policies/mod.ts";
import { type InstanceView, MemoryQueue, type QueueDriver } from "../../lib/queue/mod.ts";
import type { Limits, Scheduler } from "../../lib/scheduler/mod.ts";
import { instanceOf, makeScheduler } from "../scheduler/builders.ts";
import { killableClock, killablePlatform, killableQueue } from "./killable.ts";
import { altered } from "./altered.ts";
import { EventLog } from "./event_log.ts";
import { ExpressionsOutsideTime } from "./outside_time.ts";
import { type Script, ScriptedPlatform } from "./scripted_platform.ts";
import { VirtualClock } from "./virtual_clock.ts";

export interface Setup extends Partial<Omit<ConsumerOptions, "scheduler" | "queue">> {
  /** Methods of the consumer's queue that are replaced. */
  readonly alter?: (queue: QueueDriver) => Partial<QueueDriver>;
  readonly policy?: Policy | string;
  readonly limits?: Limits;
  readonly shed?: boolean;
  /** The consumer's connection to the queue. (Default: a new one to the queue in memory) */
  readonly connection?: QueueDriver;
}

/** The fields of instances that are submitted. */
export interface Submitted extends Partial<Omit<Instance, "args">> {
  readonly args?: JsonObject;
}

/** The queue's view of an instance, with outputs as values. */
export interface ReadView extends Omit<InstanceView, "output" | "progress"> {
  readonly output?: Json;
  readonly progress: readonly (Omit<NodeRecord, "output"> & { readonly output: Json })[];
}

/** A consumer under way. */
export class Running {
  readonly drain = new AbortController();
  readonly stop = new AbortController();
  readonly killed = new AbortController();
  /** Its end: settled, never rejected, so that a test may look when it likes. */
  readonly ended: Promise<{ readonly error?: unknown }>;

  readonly consumer: Consumer;
  readonly scheduler: Scheduler;
  /** Its connection to the queue. */
  readonly queue: QueueDriver;
  readonly expressions: Expressions;

  constructor(
    queue: QueueDriver,
    { platform, clock, ...options }: ConsumerOptions & { readonly expressions: Expressions },
  ) {
    this.expressions = options.expressions;
    this.scheduler = options.scheduler;
    this.queue = queue;
    const killed = this.killed.signal;
    this.consumer = new Consumer({
      ...options,
      queue: killableQueue(options.queue, killed),
      platform: killablePlatform(platform, killed),
      clock: killableClock(clock, killed),
    });
    this.ended = this.consumer.run(this.drain.signal, this.stop.signal).then(
      () => ({}),
      (error) => ({ error }),
    );
  }
}

/** A queue, a platform and a log, in a time of their own. */
export class World {
  readonly clock: VirtualClock;
  readonly memory: MemoryQueue;
  /** The producer's end of the queue. */
  readonly queue: QueueDriver;
  readonly log = new EventLog();
  readonly platform: ScriptedPlatform;
  readonly #alive = new Set<Running>();
  /** Whether somebody else sets timers too. */
  #hasOthers: boolean;

  /** @param elsewhere a queue that is not in memory, which may set timers of its own, and its clock */
  constructor(script?: Script, elsewhere?: { readonly clock: VirtualClock; readonly queue: QueueDriver }) {
    this.clock = elsewhere?.clock ?? new VirtualClock();
    this.memory = new MemoryQueue({ clock: this.clock });
    this.queue = elsewhere?.queue ?? this.memory.open();
    this.#hasOthers = elsewhere !== undefined;
    this.platform = new ScriptedPlatform(this.clock, script);
  }

  /** Submits instances of a chain, now, with the ids given. */
  async push(chain: Chain, ids: readonly string[], { args, ...options }: Submitted = {}): Promise<void> {
    const submittedAtMs = this.clock.nowMs();
    const given = { submittedAtMs, ...options, ...args !== undefined && { args: writeJson(args) } };
    await this.queue.push(ids.map((id) => instanceOf(chain, id, given)));
  }

  /** Starts a consumer with a connection of its own. */
  start({ policy, limits, shed, alter, connection = this.memory.open(), ...options }: Setup = {}): Running {
    const queue = alter === undefined ? connection : altered(connection, alter(connection));
    const { clock, platform, log: recorder } = this;
    const expressions = new ExpressionsOutsideTime(clock);
    const scheduler = makeScheduler(policy, limits, shed);
    const running = new Running(connection, {
      ...{ scheduler, platform, recorder, clock, expressions },
      ...options,
      queue,
    });
    this.#alive.add(running);
    return running;
  }

  /** Waits for the end of a consumer, and that it leaves nothing behind. @throws what ended it */
  async end(running: Running): Promise<void> {
    const { error } = await this.clock.run(running.ended);
    await this.clock.idle();
    this.#alive.delete(running);
    if (this.#alive.size === 0 && !this.#hasOthers) assertEquals(this.clock.timers, 0, "no timer is left");
    if (error !== undefined) throw error;
  }

  /** Kills a consumer; what it held goes to others. */
  kill(running: Running): void {
    running.killed.abort();
    this.clock.outside(running.expressions[Symbol.asyncDispose]());
    this.memory.expire(running.queue);
    this.#alive.delete(running);
    this.#hasOthers = true; // the functions that it called go on
  }

  /** Consumes what is queued, to its end. */
  async consume(setup: Setup = {}): Promise<Consumer> {
    const running = this.start({ untilEmpty: true, ...setup });
    await this.end(running);
    return running.consumer;
  }

  async view(id: string): Promise<ReadView> {
    const { output, progress, ...rest } = (await this.queue.get(id))!;
    return {
      ...rest,
      ...output !== undefined && { output: readJson(output) },
      progress: progress.map((record) => ({ ...record, output: readJson(record.output) })),
    };
  }

  /** The end of each node of an instance, and its output, as the queue has them. */
  async nodes(id: string): Promise<Record<string, string>> {
    const { instance: { chain }, progress } = await this.view(id);
    return Object.fromEntries(progress.map(({ node, state }) => [chain.nodes[node]!.name, state]));
  }
}

/** The ids i0, i1, … */
export function numbered(count: number, prefix = "i"): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

/** A pull that takes instances at once, and answers after a delay. */
export function latePull(world: World): NonNullable<Setup["alter"]> {
  return lateAnswers(world, 50, 0);
}

/** A queue that acts at once, and answers after a delay, in milliseconds. */
export function lateAnswers({ clock }: World, pullMs: number, writeMs: number): NonNullable<Setup["alter"]> {
  const late = <T>(ms: number, answer: Promise<T>): Promise<T> =>
    ms === 0 ? answer : answer.finally(() => clock.until(clock.nowMs() + ms));
  return (queue) => ({
    pull: (max, signal, bounds) => late(pullMs, queue.pull(max, signal, bounds)),
    push: (instances) => late(writeMs, queue.push(instances)),
    checkpoint: (progress) => late(writeMs, queue.checkpoint(progress)),
    finish: (results) => late(writeMs, queue.finish(results)),
    release: (held) => late(writeMs, queue.release(held)),
  });
}
