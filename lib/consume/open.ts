import { type JsonObject, realClock, systemRandom } from "../model/mod.ts";
import { deliverBeside, Deliverer } from "../callbacks/mod.ts";
import {
  openPlatform,
  parseSecretPattern,
  parseUrlPattern,
  type Platform,
  Poster,
  thisMachine,
} from "../platform/mod.ts";
import { DEFAULT_POLICY, type Policy, policyOf, type PolicyOptions } from "../policies/mod.ts";
import { openQueue, type QueueDriver } from "../queue/mod.ts";
import { noRecorder, openRunLog, RUN_SCHEMA } from "../record/mod.ts";
import { checkFloors, DEFAULT_LIMIT, type Limits, Scheduler } from "../scheduler/mod.ts";
import { Consumer } from "./consumer.ts";
import type { ConsumerStats } from "./consumer_stats.ts";
import { type EventTeller, notesTo, type NoteTaker, queueEvent, tellingTo } from "./notes.ts";
import { thisProcess } from "./this_process.ts";

/** Options for delivering callbacks. */
export interface DeliveryOptions {
  /** The secret of callbacks that name none, as `env:NAME` or `file:PATH`. (Default: none, such callbacks wait) */
  readonly secret?: string;
  /** The secrets that callbacks may name, and for which URLs: `env:NAME=https://example.com`. (Default: none) */
  readonly secrets?: readonly string[];
  /** The patterns that URLs of callbacks must match, as `https://*.example.com/`. (Default: any URL may be called) */
  readonly allowed?: readonly string[];
}

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
  /** Whether it ends when nothing is delayed, queued or running. (Default: false) */
  readonly untilEmpty?: boolean;
  /** The file of the run log, for reports. (Default: none is written) */
  readonly runLog?: string;
  /** Has callbacks delivered, as `sequoia consume` does. (Default: other consumers of the queue deliver them) */
  readonly callbacks?: DeliveryOptions;
  /** The version of the program, for those who look at the queue's consumers, and in the run log. (Default: embedded) */
  readonly version?: string;
  /** Called, in words, with what an operator should see. (Default: no callback) */
  readonly onNote?: NoteTaker;
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
  const { version = "embedded", onNote: note = () => {} } = options;
  const tell = tellingTo(note), onNote = (words: string) => tell("platform-note", words);
  const onQueueNote = (words: string, isWaiting?: boolean) => tell(queueEvent(isWaiting), words);
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
    ? stack.use(await openQueue(options.queue, { clock, random, onNote: onQueueNote }))
    : options.queue;
  const policyName = isNamed ? chosen : "own";
  const identity = options.runLog === undefined ? undefined : await queue.identity();
  const recorder = options.runLog === undefined ? noRecorder : stack.use(
    await openRunLog(options.runLog, {
      schema: RUN_SCHEMA,
      id: crypto.randomUUID(),
      ...identity !== undefined && { queueId: identity },
      command: "consume",
      version,
      policy: policyName,
      limits: limits as JsonObject,
      platform: platform.name,
      startedAtMs: clock.nowMs(),
    }, { clock, onLoss: (words) => tell("run-log-note", words) }),
  );
  const consumer = new Consumer({
    ...thisProcess(version, false),
    ...{
      queue,
      scheduler,
      platform,
      recorder,
      clock,
      untilEmpty,
      policyName,
      metricsLabel: policyOptions.by,
    },
    ...notesTo(note, clock),
  });
  const outgoing = options.callbacks && stack.use(delivererOf(options.callbacks, queue, tell));
  const opened = stack.move();
  const never = new AbortController().signal;
  return {
    async run(drain = never, stop = never) {
      const run = () => consumer.run(drain, stop);
      const beside = { clock, drain, stop, untilNoneIsDue: untilEmpty, failed: () => {} };
      await (outgoing === undefined ? run() : deliverBeside(outgoing.deliverer, run, beside));
      return consumer.stats();
    },
    stats: () => consumer.stats(),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Connections that are kept open to one origin of callbacks when they are idle. */
const IDLE_CONNECTIONS = 16;

/** A deliverer of callbacks, until it is disposed. */
function delivererOf(
  { secret, secrets = [], allowed = [] }: DeliveryOptions,
  outbox: QueueDriver,
  tell: EventTeller,
): { readonly deliverer: Deliverer } & Disposable {
  const onNote = (words: string) => tell("callback-note", words);
  const poster = new Poster({
    ...thisMachine,
    ...{ clock: realClock, ownSecret: secret, idleConnections: IDLE_CONNECTIONS, onNote },
    secrets: secrets.map(parseSecretPattern),
    allowed: allowed.map(parseUrlPattern),
  });
  const deliverer = new Deliverer({
    outbox,
    poster,
    clock: realClock,
    random: systemRandom(),
    secret,
    onNote,
  });
  return { deliverer, [Symbol.dispose]: () => poster[Symbol.dispose]() };
}
