/** Brokers that answer fetches, with what a test makes up. */
import Decoder from "kafkajs/decoder";
import type { AskedPartition, FetchedPartition } from "../../lib/queue/kafka/client/fetch.ts";
import type { Broker, Buffer } from "../../lib/queue/kafka/client/kafkajs.ts";

interface KafkajsDecoder {
  readInt8(): number;
  readInt32(): number;
  readInt64(): { toString(): string };
  readString(): string;
}

const NewDecoder = Decoder as unknown as new (bytes: Buffer) => KafkajsDecoder;

/** The answer of a test for a partition. */
export type Answer = Omit<FetchedPartition, "topic" | "partition">;

/** A broker that can fetch, and nothing else. */
export function fetchBroker(answer: (asked: AskedPartition) => Promise<Answer> | Answer): Broker {
  const send = async (protocol: unknown) => {
    const { request } = protocol as { request: { encode(): Promise<{ buffer: Buffer }> } };
    const asked = askedOf((await request.encode()).buffer);
    return await Promise.all(asked.map(async (of) => ({ ...of, ...await answer(of) })));
  };
  return { connectionPool: { send } } as Partial<Broker> as Broker;
}

function askedOf(request: Buffer): AskedPartition[] {
  const decoder = new NewDecoder(request);
  for (let i = 0; i < 4; i++) decoder.readInt32(); // no replica, how long, how much
  decoder.readInt8();
  const asked: AskedPartition[] = [];
  for (let topics = decoder.readInt32(); topics > 0; topics--) {
    const topic = decoder.readString();
    for (let partitions = decoder.readInt32(); partitions > 0; partitions--) {
      asked.push({ topic, partition: decoder.readInt32(), offset: Number(decoder.readInt64().toString()) });
      decoder.readInt32();
    }
  }
  return asked;
}
