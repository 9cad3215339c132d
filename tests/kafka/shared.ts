/** One broker for all tests of a file, and queues on it. */
import { realClock, systemRandom } from "../../lib/model/mod.ts";
import { type KafkaQueueOptions, openKafkaQueue } from "../../lib/queue/kafka/mod.ts";
import type { QueueDriver } from "../../lib/queue/mod.ts";
import { type Broker, type BrokerOptions, startBroker } from "./broker.ts";

/** The broker that is up while the tests of this file run. */
export interface SharedBroker {
  readonly broker: Broker;
}

/** Starts a broker before the first test of the file, and ends it after the last. */
export function sharedBroker(options: BrokerOptions = {}): SharedBroker {
  let broker: Broker | undefined;
  Deno.test.beforeAll(async () => {
    broker = await startBroker(options);
  });
  Deno.test.afterAll(async () => {
    await broker?.[Symbol.asyncDispose]();
  });
  return {
    get broker() {
      return broker!;
    },
  };
}

let prefixes = 0;

/** A prefix that no other queue of the file's broker has. */
export function newPrefix(): string {
  return `t${++prefixes}.`;
}

/** Opens a queue on a broker; its notes go nowhere unless they are asked for. */
export function openQueueOn(
  { address }: Pick<Broker, "address">,
  options: Partial<KafkaQueueOptions> = {},
): Promise<QueueDriver> {
  return openKafkaQueue({ brokers: [address], clock: realClock, random: systemRandom(), ...options });
}
