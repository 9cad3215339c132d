import { type JsonObject, realClock, systemRandom } from "../model/mod.ts";
import { openPlatform, type Platform } from "../platform/mod.ts";
import { DEFAULT_POLICY, type Policy, policyOf, type PolicyOptions } from "../policies/mod.ts";
import { openQueue, type QueueDriver } from "../queue/mod.ts";
import { noRecorder, openRunLog, RUN_SCHEMA } from "../record/mod.ts";
import { checkFloors, DEFAULT_LIMIT, type Limits, Scheduler } from "../scheduler/mod.ts";
import { Consumer, type ConsumerStats } from "./consumer.ts";
import { thisProcess } from "./this_process.ts";

/** Options for a consumer within another program. */
export interface OpenConsumerOptions {
  /** The queue, which stays open, or the address of one that is opened and closed: `sqlite:queue.db`. */
  readonly queue: QueueDriver | string;
  /** The platform of functions; it stays open. (Default: one is opened and closed, as `openPlatform()` does) */
  readonly platform?: Platform;
  /** The built-in policies that decide what runs next, joined by `+`, or one of your own. (Default: running-first) */
  readonly policy?: string | Policy;
  /** Options of built-in policies beside their names. (Default: none) */
  readonly policyOptions?: PolicyOptions;
  /** The most functions in flight; `"auto"`: as many as the platform runs at once. (Default: 1000) */
  readonly limit?: number | "auto";
  /** Other limits, of functions, chains and labels, and rates. (Default: none) */
  readonly limits?: Omit<Limits, "global">;
  /** Whether it ends when nothing is queued or running. (Default: false) */
  readonly untilEmpty?: boolean;
  /** The file of the run log, for reports. (Default: none is written) */
  readonly runLog?: string;
  /** The version of the program, for those who look at the queue's consumers, and in the run log. (Default: embedded) */
  readonly version?: string;
  /** Called, in words, with what an operator should see. (Default: no callback) */
  readonly onNote?: (words: string) => void;
}

/** A consumer within another program; disposing it closes what it has opened. */
export interface OpenedConsumer extends AsyncDisposable {
  /**
   * Runs what is queued until a signal ends it, or, with `untilEmpty`, until the queue is empty. To be called once.
   *
   * @param drain starts nothing new and lets what is in flight end (Default: it never drains)
   * @param stop ends at once; the queue keeps what was not finished (Default: it is never stopped)
   * @returns how far it has come
   * @throws {QueueError | PlatformError | PolicyError} what made it impossible to go on
   */
  run(drain?: AbortSignal, stop?: AbortSignal): Promise<ConsumerStats>;
  /** Gauges and counters at present. */
  stats(): ConsumerStats;
}

/**
 * Opens a consumer with what `sequoia consume` has by default: the wall clock, a quarter of the process's memory, and its part of
 * all limits where several consumers share a queue.
 *
 * @throws {PolicyError} if there is no such policy
 * @throws {RangeError} if the limits cannot be met
 * @throws {QueueError} if the queue cannot be opened
 * @throws {RunLogError} if the run log cannot be made
 */
export async function openConsumer(options: OpenConsumerOptions): Promise<OpenedConsumer> {
  const { policy: chosen = DEFAULT_POLICY, policyOptions = {}, limit = DEFAULT_LIMIT, untilEmpty = false } =
    options;
  const { version = "embedded", onNote = () => {} } = options;
  const isNamed = typeof chosen === "string", clock = realClock, random = systemRandom();
  const limits: Limits = { ...options.limits, global: limit };
  checkFloors(limits);
  const scheduler = new Scheduler({
    policy: isNamed ? policyOf(chosen, policyOptions) : chosen,
    limits,
    random,
  });
  await using stack = new AsyncDisposableStack();
  const platform = options.platform ?? stack.use(await openPlatform({ onNote }));
  const queue = typeof options.queue === "string"
    ? stack.use(await openQueue(options.queue, { clock, random, onNote }))
    : options.queue;
  const policyName = isNamed ? chosen : "own";
  const recorder = options.runLog === undefined ? noRecorder : stack.use(
    await openRunLog(options.runLog, {
      schema: RUN_SCHEMA,
      command: "consume",
      version,
      policy: policyName,
      limits: limits as JsonObject,
      platform: platform.name,
      startedAtMs: clock.nowMs(),
    }, { clock, onLoss: onNote }),
  );
  const consumer = new Consumer({
    ...thisProcess(version, false),
    ...{ queue, scheduler, platform, recorder, clock, untilEmpty, policyName },
    onSettings: onNote,
    onRefused: ({ message }) => onNote(message),
    onUnserved: ({ function: name, reason }, isServed) =>
      onNote(isServed ? `function ${name} is served now` : reason),
  });
  const opened = stack.move();
  const never = new AbortController().signal;
  return {
    async run(drain = never, stop = never) {
      await consumer.run(drain, stop);
      return consumer.stats();
    },
    stats: () => consumer.stats(),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
