import type { Clock, Random } from "../../model/mod.ts";
import type { OriginalPriorities, UrlOf, WireFormat } from "../../wire/mod.ts";
import type { KafkaAddressOptions } from "./address/address.ts";
import type { ISocketFactory } from "./client/kafkajs.ts";
import type { From } from "./original/mod.ts";

/** Options for opening a queue on Kafka. */
export interface KafkaQueueOptions extends KafkaAddressOptions {
  /** Where to ask for the cluster first: `host:port` each. */
  readonly brokers: readonly string[];
  readonly clock: Clock;
  /** Jitter, and the names of requests. */
  readonly random: Random;
  /** Only to look at: everything that would write rejects with `read-only`. (Default: false) */
  readonly readOnly?: boolean;
  /** Longest time without an answer from any broker before `unreachable`, in milliseconds. (Default: it never gives up) */
  readonly giveUpAfterMs?: number;
  /** Called once each with what an operator should see: that brokers cannot be reached, that they answer again. */
  readonly onNote?: (words: string, isWaiting?: boolean) => void;
  /** In which messages instances are sent. (Default: sequoia) */
  readonly wire?: WireFormat;
  /** In the original's messages: where a function is. (Default: at its url) */
  readonly urlOf?: UrlOf;
  /**
   * Whether messages of the original that are there before the first consumer comes are run, or passed over: it may have run
   * them. (Default: `pull` rejects with `starting-point` if there are some)
   */
  readonly from?: From;
  /** Priorities of the original's instances and functions. (Default: none) */
  readonly priorities?: OriginalPriorities;
  /** Ends the opening, which rejects with `closed`: brokers may not be there. */
  readonly signal?: AbortSignal;
  /**
   * Time between two reminders to brokers of a partition's owner, in milliseconds: coordinators forget who ran no transaction
   * for `transactional.id.expiration.ms` (a week by default), and brokers a producer that has written nothing for
   * `producer.id.expiration.ms` (a day). (Default: 10 minutes)
   */
  readonly renewMs?: number;
  /** For tests: makes connections that can be cut. (Default: kafkajs's) */
  readonly socketFactory?: ISocketFactory;
}
