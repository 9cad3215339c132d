import { Buffer } from "../client/kafkajs.ts";

/** Which partition a key goes to, as Kafka's own clients choose it: 32 bits of MurmurHash2, without the sign. */
export function partitioner(partitions: number): (key: string) => number {
  return (key) => (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
}

/** MurmurHash2 as Apache Kafka has it (org.apache.kafka.common.utils.Utils), after Austin Appleby. */
function murmur2(data: Uint8Array): number {
  const mixed = (k: number) => Math.imul(k ^ (k >>> 24), MULTIPLIER);
  const whole = data.length & ~3;
  let hash = SEED ^ data.length;
  for (let at = 0; at < whole; at += 4) {
    const k = data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24);
    hash = Math.imul(hash, MULTIPLIER) ^ mixed(Math.imul(k, MULTIPLIER));
  }
  for (let at = data.length - 1; at >= whole; at--) hash ^= data[at]! << (8 * (at - whole));
  if (data.length > whole) hash = Math.imul(hash, MULTIPLIER);
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}

const SEED = 0x9747b28c, MULTIPLIER = 0x5bd1e995;

/**
 * The home of each id: the partition of `pending` in which it is submitted. A called instance lives in the partition of
 * its caller, under an id that begins with the caller's id and a slash. So the part before the first slash tells the home: all that
 * may be submitted or called under one id lies in one partition, and its owner decides which comes first.
 *
 * The id of a message that has none of its own is its topic, partition and offset, and its home is where it lies.
 */
export function homes(topic: string, partitions: number): (id: string) => number {
  const choose = partitioner(partitions);
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
