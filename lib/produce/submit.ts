import {
  type Callback,
  type Chain,
  checkInstance,
  delayedUntil,
  type Duration,
  instanceMaker,
  type JsonObject,
  parseDuration,
  parsePositiveDuration,
  readCallback,
  realClock,
  systemRandom,
  traceContextOf,
  type WorkloadChain,
  writeJson,
} from "../model/mod.ts";
import type { InstanceView, QueueDriver } from "../queue/mod.ts";
import { noRecorder } from "../record/mod.ts";
import { loadOf, type LoadOptions } from "./load_of.ts";
import { Producer, type ProducerStats } from "./producer.ts";

/** Options for one instance. */
export interface SubmitOptions extends Pick<WorkloadChain, "labels" | "priority" | "weight"> {
  /** The id: the same one submitted twice is one instance. 1 to 256 visible ASCII characters. (Default: a ULID) */
  readonly id?: string;
  /** The arguments, which expressions and templates read as `args`. (Default: none) */
  readonly args?: JsonObject;
  /** When it should have ended, counted from when it is due, as `"5s"`. (Default: none) */
  readonly deadline?: Duration;
  /** The time for which it waits in the queue before it may start, as `"5m"`. (Default: none) */
  readonly delay?: Duration;
  /** The request that tells its end: a URL, or with `on` and `secret`. (Default: none) */
  readonly callback?: string | Callback;
  /** The instant before which it does not start, instead of a delay; at once, if that has passed. (Default: at once) */
  readonly at?: Date;
  /** The trace that it goes on with, the header `traceparent` of W3C; one that cannot be read counts for nothing. (Default: none) */
  readonly traceparent?: string;
  /** The header `tracestate` beside it. (Default: none) */
  readonly tracestate?: string;
}

const never = new AbortController().signal;

/**
 * Submits one instance of a chain; resolves when it would survive a crash.
 *
 * @returns its id
 * @throws {WorkloadError} if the chain or an option cannot be used
 * @throws {RangeError} if a time cannot be used
 * @throws {TypeError} if both `delay` and `at` are given
 * @throws {QueueError} if the queue cannot take it: `id-conflict` if it has another instance under that id
 */
export async function submit(
  queue: QueueDriver,
  chain: Chain,
  { id, args, deadline, delay, at, traceparent, tracestate, callback, ...entry }: SubmitOptions = {},
): Promise<string> {
  const deadlineMs = deadline === undefined ? {} : { deadlineMs: parsePositiveDuration(deadline) };
  const nowMs = realClock.wallMs(), dueAtMs = dueOf({ delay, at }, nowMs);
  const instance = makeInstance({ chain, ...entry, ...deadlineMs }, nowMs, {
    ...id !== undefined && { id },
    ...args !== undefined && { args: writeJson(args) },
    ...traceContextOf(traceparent, tracestate),
    ...callback !== undefined && { callback: readCallback(callback, `chain "${chain.name}"`) },
  });
  await queue.push([checkInstance(delayedUntil(instance, dueAtMs))]);
  return instance.id;
}

/** When an instance is due that is submitted now, in milliseconds since 1970. */
function dueOf({ delay, at }: { delay: Duration | undefined; at: Date | undefined }, nowMs: number): number {
  if (delay !== undefined && at !== undefined) {
    throw new TypeError("Cannot submit with both a delay and an instant. Write one of delay and at");
  }
  const atMs = at?.getTime() ?? nowMs + (delay === undefined ? 0 : parseDuration(delay));
  if (Number.isNaN(atMs)) throw new RangeError('Cannot use "at": it is an invalid Date');
  return atMs;
}

const makeInstance = instanceMaker(systemRandom());

/**
 * Submits the instances of a load at their times; resolves when all of them would survive a crash.
 *
 * @param signal ends it early; what was submitted stays (Default: it ends with the load)
 * @throws {QueueError} if the queue cannot take it
 */
export async function submitLoad(
  queue: QueueDriver,
  load: LoadOptions,
  signal: AbortSignal = never,
): Promise<ProducerStats> {
  const producer = producerFor(queue);
  await producer.run(loadOf(load), signal);
  return producer.stats();
}

/**
 * Waits until instances have ended.
 *
 * @param signal ends the waiting early (Default: it ends with the last of them)
 * @returns each that has, once: its state, why it failed, its output as JSON text
 */
export function ended(
  queue: QueueDriver,
  ids: readonly string[],
  signal: AbortSignal = never,
): AsyncIterable<InstanceView> {
  return producerFor(queue).wait(ids, signal);
}

function producerFor(queue: QueueDriver): Producer {
  return new Producer({ queue, recorder: noRecorder, clock: realClock, ids: systemRandom() });
}
