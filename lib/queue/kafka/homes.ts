import { Partitioners } from "kafkajs";
import { Buffer } from "./kafkajs.ts";

/** Which partition a key goes to, as Kafka's own clients choose it. */
export function partitioner(topic: string, partitions: number): (key: string) => number {
  const choose = Partitioners.DefaultPartitioner();
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 0,
    replicas: [],
    isr: [],
  }));
  return (key) => choose({ topic, partitionMetadata, message: { key: Buffer.from(key), value: null } });
}

/**
 * The home of each id: the partition of `pending` in which it is submitted. What an instance calls lives in the partition of
 * that instance, under ids that begin with its id and a slash. So the part before the first slash tells the home: all that
 * may be submitted or called under one id lies in one partition, and its owner decides which comes first.
 *
 * The id of a message that has none of its own is its topic, partition and offset, and its home is where it lies.
 */
export function homes(topic: string, partitions: number): (id: string) => number {
  const choose = partitioner(topic, partitions);
  return (id) => {
    const slash = id.indexOf("/"), root = slash < 0 ? id : id.slice(0, slash);
    return partitionOfPlace(root, topic, partitions) ?? choose(root);
  };
}

function partitionOfPlace(id: string, topic: string, partitions: number): number | undefined {
  if (!id.startsWith(`${topic}-`)) return undefined;
  const partition = Number(/^(0|[1-9]\d{0,8})-\d+$/.exec(id.slice(topic.length + 1))?.[1]);
  return partition < partitions ? partition : undefined;
}
