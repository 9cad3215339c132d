/** Brokers in memory that take batches as real ones do: in sequence, and once. */
import { assertEquals } from "@std/assert";
import kafkajs from "kafkajs";
import Decoder from "kafkajs/decoder";
import decodeBatch from "kafkajs/record-batch-decoder";
import type { Clock } from "../../lib/model/mod.ts";
import type { Broker, Buffer, IncomingRecord, ProduceAnswer } from "../../lib/queue/kafka/client/kafkajs.ts";
import { Parted, type TopicPartition } from "../../lib/queue/kafka/client/link.ts";

/** A batch of records as a broker gets it. */
export interface SentBatch {
  readonly topic: string;
  readonly partition: number;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly keys: readonly string[];
  readonly records: readonly Pick<IncomingRecord, "key" | "value" | "headers">[];
}

interface Taken {
  readonly firstSequence: number;
  readonly offset: number;
}

/** Decides over a batch before it is taken: throws, or lets time pass. */
export type Fault = (batch: SentBatch, leader: number) => Promise<void> | void;

/** See {@linkcode SentBatch}; its `leader` and `leaderId` are a link's. */
export class FakeCluster {
  readonly #clock: Clock;
  /** The written records, by `topic partition`. */
  readonly #logs = new Map<string, IncomingRecord[]>();
  /** The keys of the batches of each request. */
  readonly requests: (readonly string[])[][] = [];
  /** When each request began, in milliseconds, and at which broker. */
  readonly starts: { readonly atMs: number; readonly leader: number }[] = [];
  readonly #next = new Map<string, number>();
  readonly #last = new Map<string, Taken>();
  /** The writes under way, by writer and place. */
  readonly #open = new Set<string>();
  leaderId: (topic: string, partition: number) => number | undefined = () => 1;
  fault: Fault = () => {};
  /** The time of a request, in milliseconds. */
  tookMs = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async leader<T>(
    _doing: string,
    of: readonly TopicPartition[],
    request: (broker: Broker) => Promise<T>,
  ): Promise<T> {
    const [leader = -1, ...others] = new Set(
      of.map(({ topic, partition }) => this.leaderId(topic, partition)),
    );
    if (others.length > 0) throw new Parted();
    const send = async (protocol: unknown) => {
      const { request } = protocol as { request: { encode(): Promise<{ buffer: Buffer }> } };
      return this.#produce((await request.encode()).buffer, leader);
    };
    return await request({ connectionPool: { send } } as Broker);
  }

  /** A batch that is refused is refused alone; kafkajs throws what was said of the first. */
  async #produce(request: Buffer, leader: number): Promise<ProduceAnswer> {
    this.starts.push({ atMs: this.#clock.nowMs(), leader });
    const batches = await batchesOf(request);
    for (const batch of batches) {
      assertEquals(this.#open.has(writerOf(batch)), false, "one batch of a partition at a time");
      this.#open.add(writerOf(batch));
    }
    await this.#clock.until(this.#clock.nowMs() + this.tookMs);
    this.requests.push(batches.map(({ keys }) => keys));
    const topics: ProduceAnswer["topics"][number][] = [];
    const refused: unknown[] = [];
    for (const batch of batches) {
      try {
        if (this.#taken(batch) === undefined) await this.fault(batch, leader);
        const { topic: topicName, partition } = batch;
        topics.push({ topicName, partitions: [{ partition, baseOffset: String(this.#take(batch)) }] });
      } catch (error) {
        refused.push(error);
      }
    }
    for (const batch of batches) this.#open.delete(writerOf(batch));
    if (refused.length > 0) throw refused[0];
    return { topics: mergedByName(topics) };
  }

  /** Where what came before stands. */
  #taken({ firstSequence, keys, ...of }: SentBatch): number | undefined {
    const last = this.#last.get(writerOf(of)), next = this.#next.get(writerOf(of));
    const isSame = last?.firstSequence === firstSequence && firstSequence + keys.length === next;
    return isSame ? last.offset : undefined;
  }

  /** @returns where it stands */
  #take(batch: SentBatch): number {
    const { topic, partition, firstSequence, keys, records } = batch;
    const before = this.#taken(batch);
    if (before !== undefined) return before;
    const place = `${topic} ${partition}`, writer = writerOf(batch), next = this.#next.get(writer) ?? 0;
    if (firstSequence !== next) throw refusal("OUT_OF_ORDER_SEQUENCE_NUMBER");
    const log = this.records(place), offset = log.length;
    const standing = records.map((record, i) => ({ ...record, offset: offset + i, timestamp: 0 }));
    this.#logs.set(place, [...log, ...standing]);
    this.#next.set(writer, next + keys.length);
    this.#last.set(writer, { firstSequence, offset });
    return offset;
  }

  /** The records of a partition. */
  records(place: string): readonly IncomingRecord[] {
    return this.#logs.get(place) ?? [];
  }

  keys(place: string): string[] {
    return this.records(place).map(({ key }) => String(key));
  }
}

function writerOf(
  { topic, partition, producerId, producerEpoch }: Omit<SentBatch, "firstSequence" | "keys" | "records">,
): string {
  return `${topic} ${partition} ${producerId} ${producerEpoch}`;
}

/** The refusal of a broker, as kafkajs throws it. */
export function refusal(type: string): Error {
  return new kafkajs.KafkaJSProtocolError({ type, message: type, retriable: false } as unknown as Error);
}

function mergedByName(topics: ProduceAnswer["topics"]): ProduceAnswer["topics"] {
  return [...Map.groupBy(topics, ({ topicName }) => topicName)].map(([topicName, list]) => ({
    topicName,
    partitions: list.flatMap(({ partitions }) => partitions),
  }));
}

type DecodedBatch = Omit<SentBatch, "topic" | "partition" | "keys">;

interface KafkajsDecoder {
  readInt16(): number;
  readInt32(): number;
  readString(): string;
  readBytes(): Buffer;
}

const NewDecoder = Decoder as unknown as new (bytes: Buffer) => KafkajsDecoder;
const read = decodeBatch as unknown as (decoder: KafkajsDecoder) => Promise<DecodedBatch>;

async function batchesOf(request: Buffer): Promise<SentBatch[]> {
  const decoder = new NewDecoder(request);
  const batches: SentBatch[] = [];
  decoder.readInt16(); // no transaction
  decoder.readInt16();
  decoder.readInt32();
  for (let topics = decoder.readInt32(); topics > 0; topics--) {
    const topic = decoder.readString();
    for (let partitions = decoder.readInt32(); partitions > 0; partitions--) {
      const partition = decoder.readInt32();
      const { records, ...of } = await read(new NewDecoder(decoder.readBytes()));
      batches.push({ topic, partition, ...of, records, keys: records.map(({ key }) => String(key)) });
    }
  }
  return batches;
}
