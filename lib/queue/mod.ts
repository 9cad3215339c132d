/**
 * The queue: what producers and consumers see of it, and how one is opened. The drivers are loaded when they are asked for,
 * as most commands need one of them at most.
 */
import { type Clock, type Random, systemRandom } from "../model/mod.ts";
import type { UrlOf, WireFormat } from "../wire/mod.ts";
import { parseQueueAddress, type QueueAddress } from "./address.ts";
import type { QueueDriver } from "./queue.ts";

export * from "./address.ts";
export { CANCELLED_ON_REQUEST, matches } from "./filter.ts";
export * from "./memory.ts";
export * from "./queue.ts";

/** How a queue is opened. */
export interface OpenQueueOptions {
  readonly clock: Clock;
  /** Only to look at: everything that would write rejects with `read-only`. (Default: false) */
  readonly readOnly?: boolean;
  /** Kafka: jitter, and the names of members. (Default: the system's randomness) */
  readonly random?: Random;
  /** Kafka: how long no broker may answer before `unreachable`, in milliseconds. (Default: it never gives up) */
  readonly giveUpAfterMs?: number;
  /** Is told, once each, what an operator should see: that brokers cannot be reached, that they answer again. */
  readonly onNote?: (words: string) => void;
  /** Kafka: in which messages instances are sent. (Default: sequoia) */
  readonly wire?: WireFormat;
  /** In the original's messages: where a function is. (Default: at its url) */
  readonly urlOf?: UrlOf;
}

/**
 * Opens the queue at an address. Each call is one consumer or producer of its own; `memory:` is a new queue each time.
 *
 * @throws {QueueError} `bad-address`, `cannot-open`, `not-a-queue`, `newer-version`, `read-only`, `busy` or `failed`; of Kafka
 * also `unreachable`, `unauthorized` or `bad-topic`
 */
export async function openQueue(
  address: string | QueueAddress,
  options: OpenQueueOptions,
): Promise<QueueDriver> {
  const at = typeof address === "string" ? parseQueueAddress(address) : address;
  if (at.kind === "memory") {
    const { memoryQueue } = await import("./memory.ts");
    return memoryQueue(options);
  }
  if (at.kind === "kafka") {
    const { openKafkaQueue } = await import("./kafka/mod.ts");
    const { random = systemRandom() } = options;
    return await openKafkaQueue({ brokers: at.brokers, ...at.options, ...options, random });
  }
  const { openSqliteQueue } = await import("./sqlite/mod.ts");
  return await openSqliteQueue({ path: at.path, ...at.options, ...options });
}
