/**
 * The queue: what producers and consumers see of it, and how one is opened. The drivers are loaded when they are asked for,
 * as most commands need one of them at most.
 */
import { type Clock, type Random, systemRandom } from "../model/mod.ts";
import type { OriginalPriorities, UrlOf, WireFormat } from "../wire/mod.ts";
import { parseQueueAddress, type QueueAddress } from "./address.ts";
import type { KafkaText } from "./kafka/log/texts.ts";
import { type QueueDriver, QueueError } from "./queue.ts";

export * from "./address.ts";
export * from "./consumers.ts";
export { CANCELLED_ON_REQUEST, matches } from "./filter.ts";
export type { KafkaText } from "./kafka/log/texts.ts";
export * from "./memory.ts";
export * from "./queue.ts";
export * from "./settings.ts";
export { isUndone } from "./retried.ts";
export type { AnySettingCommand } from "./setting_changes.ts";
export { storableText } from "./submission.ts";
export { childrenLength } from "./weight.ts";

/** How a queue is opened. */
export interface OpenQueueOptions {
  readonly clock: Clock;
  /** Only to look at: everything that would write rejects with `read-only`. (Default: false) */
  readonly readOnly?: boolean;
  /** Kafka: jitter, and the names of members. (Default: the system's randomness) */
  readonly random?: Random;
  /**
   * How long no broker may answer before `unreachable`, or another program may keep the file locked before `busy`, in
   * milliseconds. (Default: it never gives up)
   */
  readonly giveUpAfterMs?: number;
  /** Ends the opening, which rejects with `closed`. What is open does not hear of it. */
  readonly signal?: AbortSignal;
  /**
   * Called once each with what an operator should see: that brokers cannot be reached, that a file is locked or its disk full,
   * and that this is over.
   */
  readonly onNote?: (words: string) => void;
  /** Kafka: in which messages instances are sent. (Default: sequoia) */
  readonly wire?: WireFormat;
  /**
   * Kafka: whether messages of the original that are there before the first consumer comes are run, or passed over: it may have
   * run them. (Default: `pull` rejects with `starting-point` if there are some)
   */
  readonly from?: "earliest" | "latest";
  /** Kafka: priorities of the original's instances and functions. (Default: none) */
  readonly priorities?: OriginalPriorities;
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

/**
 * Reads what some topics hold, from their starts to their present ends, about in the order of time; of other programs too, as
 * the original's logs. Topics that are not there are left out. What the address says of prefix, TLS and login is heeded.
 *
 * @throws {QueueError} `bad-address` if it is no address of Kafka; `cannot-open` if no topic is there; `unreachable`,
 * `unauthorized` or `failed`
 */
export async function* readKafkaTexts(
  address: string | QueueAddress,
  topics: readonly string[],
  options: Pick<OpenQueueOptions, "clock" | "random" | "giveUpAfterMs" | "onNote" | "signal">,
): AsyncGenerator<KafkaText> {
  const at = typeof address === "string" ? parseQueueAddress(address) : address;
  if (at.kind !== "kafka") {
    throw new QueueError(
      "bad-address",
      `Cannot read topics of a queue of the kind ${at.kind}: it has none. Write kafka://HOST:9092`,
    );
  }
  const { readTexts } = await import("./kafka/log/texts.ts");
  const { random = systemRandom() } = options;
  yield* readTexts(topics, { brokers: at.brokers, ...at.options, ...options, random });
}
