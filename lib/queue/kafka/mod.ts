/** The queue on Apache Kafka, shared by any number of machines. */
import type { Clock, Random } from "../../model/mod.ts";
import type { UrlOf, WireFormat } from "../../wire/mod.ts";
import type { KafkaAddressOptions } from "../address.ts";
import { type QueueDriver, QueueError } from "../queue.ts";

/** How a queue on Kafka is opened. */
export interface KafkaQueueOptions extends KafkaAddressOptions {
  /** Where to ask for the cluster first: `host:port` each; an address of IPv6 stands in brackets. */
  readonly brokers: readonly string[];
  readonly clock: Clock;
  /** Jitter, and the names of members. */
  readonly random: Random;
  /** Only to look at: everything that would write rejects with `read-only`. (Default: false) */
  readonly readOnly?: boolean;
  /** How long no broker may answer before `unreachable`, in milliseconds. (Default: it never gives up) */
  readonly giveUpAfterMs?: number;
  /** Is told, once each, what an operator should see: that brokers cannot be reached, that they answer again. */
  readonly onNote?: (words: string) => void;
  /** In which messages instances are sent. (Default: sequoia) */
  readonly wire?: WireFormat;
  /** In the original's messages: where a function is. (Default: at its url) */
  readonly urlOf?: UrlOf;
}

/**
 * Opens a queue on Kafka.
 *
 * @throws {QueueError} `unreachable`, `unauthorized`, `bad-topic`, `cannot-open` or `failed`
 */
export function openKafkaQueue({ brokers }: KafkaQueueOptions): Promise<QueueDriver> {
  return Promise.reject(
    new QueueError(
      "cannot-open",
      `Cannot open the queue at ${
        brokers.join(",")
      }: Kafka is not available in this version. Use sqlite:PATH`,
    ),
  );
}
