import { Kafka, type KafkaConfig, logLevel } from "kafkajs";
import type { Broker } from "./broker.ts";

/** A client of a broker that says nothing and tries again soon, so that it outlives a broker's restart. */
export function clientOf(broker: Broker, config: Partial<KafkaConfig> = {}): Kafka {
  const retry = { initialRetryTime: 50, maxRetryTime: 500, retries: 30 }; // ms; more than 10 s in all
  return new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING, retry, ...config });
}
