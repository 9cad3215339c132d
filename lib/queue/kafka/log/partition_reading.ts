import type { Instance } from "../../../model/mod.ts";
import type { IncomingRecord } from "../client/kafkajs.ts";
import { ChainPool } from "./chain_pool.ts";
import { MessageReader, type MessageReaderOptions } from "./message_reader.ts";
import { placeIn } from "./messages.ts";
import { PartitionState } from "./partition_state.ts";

/** Most ends that are known, of all partitions together. */
const MAX_ENDS = 1_000_000;

export interface PartitionReadingOptions extends Pick<MessageReaderOptions, "topic" | "priorities"> {
  readonly partitions: number;
  /** Time for which ends are kept, in milliseconds. */
  readonly keepMs: number;
}

/** Makes the states of a queue's partitions and reads their messages: all share the chains that these bring. */
export interface PartitionReading {
  readonly chains: ChainPool;
  /** Most ends that a state knows. */
  readonly maxEnds: number;
  newState(partition: number): PartitionState;
  /** The instance in a message. @throws {Error} if it brings none */
  instanceOf(partition: number, record: IncomingRecord): Instance;
}

/** The reading of a queue's partitions. */
export function partitionReading(
  { partitions, keepMs, ...options }: PartitionReadingOptions,
): PartitionReading {
  const chains = new ChainPool(), maxEnds = Math.ceil(MAX_ENDS / partitions);
  const readers = Array.from(
    { length: partitions },
    (_, partition) => new MessageReader({ ...options, partition, chains }),
  );
  return {
    ...{ chains, maxEnds },
    newState: (partition) => new PartitionState({ ...options, partition, chains, keepMs, maxEnds }),
    instanceOf: (partition, record) => readers[partition]!.instance(record, placeIn(record)),
  };
}
