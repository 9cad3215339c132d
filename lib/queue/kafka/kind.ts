import { systemRandom } from "../../model/mod.ts";
import type { QueueKind } from "../kind.ts";
import { type KafkaAddress, kafkaAddress, MAX_PARTITIONS } from "./address/address.ts";
import { KAFKA_OPTIONS } from "./address/settings.ts";

/** Queues on Apache Kafka, for many machines. */
export const kafkaKind: QueueKind<KafkaAddress> = {
  scheme: "kafka",
  place: "hosts",
  form: "kafka://HOST:9092",
  formNote: " for many machines",
  example: "kafka://HOST:9092",
  options: KAFKA_OPTIONS,
  help: [
    [
      "kafka://HOST:9092,HOST:9092",
      "brokers, for many machines; USER:PASSWORD@ may stand before them; after them may follow",
    ],
    [
      "  ?prefix=NAME&group=NAME",
      "what topics' names start with, and the consumer group (default PREFIXsequoia)",
    ],
    ["  &partitions=N&replication=N", "of topics that are created (default 12, and what the brokers say)"],
    ["  &lease=10s&keep=24h", "how long a consumer may be silent, and how long ended instances are kept"],
    ["  &compression=gzip&linger=5ms", "of messages, and how far requests are apart (default none and 5ms)"],
    ["  &ssl=true&ca=FILE&cert=FILE&key=FILE", "TLS ($SEQUOIA_KAFKA_SSL, _CA, _CERT, _KEY)"],
    [
      "  &sasl=plain|scram-sha-256|scram-sha-512",
      "how the user logs in ($SEQUOIA_KAFKA_SASL, _USER, _PASSWORD)",
    ],
    ["  &client=NAME", "what the brokers' logs call it ($SEQUOIA_KAFKA_CLIENT)"],
  ],
  isLocal: false,
  holdsOriginals: true,
  parse: kafkaAddress,
  async open({ brokers, options: own }, { random = systemRandom(), ...options }) {
    const { openKafkaQueue } = await import("./mod.ts");
    return await openKafkaQueue({ brokers, ...own, ...options, random });
  },
  partitions: {
    most: MAX_PARTITIONS,
    divide: (address, partitions) => ({ ...address, options: { ...address.options, partitions } }),
  },
  async *readTexts({ brokers, options: own }, topics, { random = systemRandom(), ...options }) {
    const { readTexts } = await import("./log/texts.ts");
    yield* readTexts(topics, { brokers, ...own, ...options, random });
  },
};
