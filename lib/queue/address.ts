import { badAddress } from "./address_errors.ts";
import { kafkaAddress, type KafkaAddressOptions } from "./kafka/address.ts";
import { sqliteAddress, type SqliteAddressOptions } from "./sqlite_address.ts";

export { addressWords } from "./address_parts.ts";
export { type KafkaAddressOptions, MAX_PARTITIONS } from "./kafka/address.ts";
export { KAFKA_VARIABLES } from "./kafka/address_settings.ts";
export type { KafkaSasl, KafkaTls } from "./kafka/address_security.ts";
export type { SqliteAddressOptions } from "./sqlite_address.ts";

/** Where a queue is, and how it is kept there. */
export type QueueAddress =
  | { readonly kind: "memory" }
  | { readonly kind: "sqlite"; readonly path: string; readonly options: SqliteAddressOptions }
  | {
    readonly kind: "kafka";
    /** `host:port` each; an address of IPv6 stands in brackets. */
    readonly brokers: readonly string[];
    readonly options: KafkaAddressOptions;
  };

/** Variables by name, as a process gets them; an empty one is none. */
export type Environment = Readonly<Record<string, string | undefined>>;

const FORMS =
  "Write sqlite:PATH, for example sqlite:.sequoia/queue.db, or kafka://HOST:9092 for many machines, or memory:";

/**
 * Reads the address of a queue: `sqlite:PATH[?lease=5s&keep=24h]`,
 * `kafka://[USER:PASSWORD@]HOST[:9092][,HOST…][?group=sequoia&…]` or `memory:`.
 *
 * @param env settings of Kafka that the address leaves out, see {@linkcode KAFKA_VARIABLES} (Default: none)
 * @throws {QueueError} `bad-address`; its message says what to write, and holds no password
 */
export function parseQueueAddress(text: string, env: Environment = {}): QueueAddress {
  const address = text.trim();
  const [, scheme = "", rest = ""] = /^([a-z][a-z0-9+]*):(.*)$/is.exec(address) ?? [];
  switch (scheme.toLowerCase()) {
    case "memory":
      if (rest !== "") throw badAddress(address, "something stands behind memory:", "Write memory:");
      return { kind: "memory" };
    case "sqlite":
      return { kind: "sqlite", ...sqliteAddress(address) };
    case "kafka":
      return { kind: "kafka", ...kafkaAddress(address, env) };
    case "":
      throw badAddress(address, "it does not say of which kind the queue is", FORMS);
    default:
      throw badAddress(address, `there are no queues of the kind "${scheme}"`, FORMS);
  }
}
