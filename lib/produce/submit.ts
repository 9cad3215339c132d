import {
  type Chain,
  checkInstance,
  type Duration,
  instanceMaker,
  type JsonObject,
  parsePositiveDuration,
  realClock,
  systemRandom,
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
  /** When it should have ended, counted from now, as `"5s"`. (Default: none) */
  readonly deadline?: Duration;
}

const never = new AbortController().signal;

/**
 * Submits one instance of a chain; resolves when it would survive a crash.
 *
 * @returns its id
 * @throws {WorkloadError} if the chain or an option cannot be used
 * @throws {QueueError} if the queue cannot take it: `id-conflict` if it has another instance under that id
 */
export async function submit(
  queue: QueueDriver,
  chain: Chain,
  { id, args, deadline, ...entry }: SubmitOptions = {},
): Promise<string> {
  const deadlineMs = deadline === undefined ? {} : { deadlineMs: parsePositiveDuration(deadline) };
  const instance = makeInstance({ chain, ...entry, ...deadlineMs }, realClock.wallMs(), {
    ...id !== undefined && { id },
    ...args !== undefined && { args: writeJson(args) },
  });
  await queue.push([checkInstance(instance)]);
  return instance.id;
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
