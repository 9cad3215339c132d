import type { Clock } from "../../model/mod.ts";
import { QueueError } from "../queue.ts";
import { troubleOf } from "./errors.ts";
import { COMPRESSION, type OutgoingRecord, type ProducerId } from "./kafkajs.ts";
import type { Link } from "./link.ts";

/** Writes records to partitions, each exactly once, in the order of the calls. */
export interface RecordWriter {
  /**
   * Writes records behind each other.
   *
   * @returns the offset of the first one, when all are durable
   * @throws what the broker answered if it has been fenced; {@linkcode QueueError} else
   */
  append(topic: string, partition: number, records: readonly OutgoingRecord[]): Promise<number>;
  /** Resolves when nothing is being written any more. */
  idle(): Promise<void>;
  /** Writes nothing more: what waits, and what comes, is rejected. */
  end(error: unknown): void;
}

/** How records are written. */
export interface AppenderOptions {
  readonly link: Link;
  readonly clock: Clock;
  /** Least time between two requests to a broker while there is much to write, in milliseconds. */
  readonly lingerMs: number;
  readonly compression: keyof typeof COMPRESSION;
  /** Asks for a producer's id and epoch. */
  readonly identify: () => Promise<ProducerId>;
  /** What to do when the broker refuses it as fenced: give up, or go on under a new id. */
  readonly whenFenced: "end" | "renew";
}

interface Item {
  readonly records: readonly OutgoingRecord[];
  readonly bytes: number;
  resolve(offset: number): void;
  reject(error: unknown): void;
}

/** A partition that is written to. */
interface Lane {
  readonly topic: string;
  readonly partition: number;
  /** The number of the next record that this producer writes there. */
  sequence: number;
  waiting: Item[];
}

/** Items of one lane that go into one batch of records. */
interface Batch {
  readonly lane: Lane;
  readonly items: readonly Item[];
}

/** A batch is not filled any further beyond this, in bytes: brokers take up to 1 MiB by default. */
const BATCH_BYTES = 900_000;
/** A record's own parts beside key, value and headers, at most, in bytes. */
const OVERHEAD = 40;

/**
 * Writes as one idempotent producer: what waits while a request is under way goes with the next one, all partitions of a
 * broker together.
 */
export class Appender implements RecordWriter {
  readonly #options: AppenderOptions;
  readonly #lanes = new Map<string, Lane>();
  #id: ProducerId | undefined;
  #ended: { readonly error: unknown } | undefined;
  #busy = false;
  #lastStartMs = -Infinity;
  #pending = 0;
  #idle = () => {};

  constructor(options: AppenderOptions, id?: ProducerId) {
    this.#options = options;
    this.#id = id;
  }

  append(topic: string, partition: number, records: readonly OutgoingRecord[]): Promise<number> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended.error);
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const bytes = records.reduce((sum, record) => sum + bytesOf(record), 0);
    this.#laneOf(topic, partition).waiting.push({ records, bytes, resolve, reject });
    this.#pending++;
    this.#plan();
    return promise;
  }

  async idle(): Promise<void> {
    while (this.#pending > 0) await new Promise<void>((resolve) => this.#idle = resolve);
  }

  end(error: unknown): void {
    this.#ended ??= { error };
    for (const lane of this.#lanes.values()) this.#reject(lane.waiting.splice(0), error);
  }

  #laneOf(topic: string, partition: number): Lane {
    const key = `${topic} ${partition}`;
    let lane = this.#lanes.get(key);
    if (lane === undefined) this.#lanes.set(key, lane = { topic, partition, sequence: 0, waiting: [] });
    return lane;
  }

  /** At once if it was quiet, else so that requests keep their distance. */
  #plan(): void {
    if (this.#busy) return;
    this.#busy = true;
    const { clock, lingerMs } = this.#options;
    const waitMs = this.#lastStartMs + lingerMs - clock.nowMs();
    if (waitMs > 0) clock.after(waitMs, () => this.#flush());
    else queueMicrotask(() => this.#flush());
  }

  async #flush(): Promise<void> {
    this.#lastStartMs = this.#options.clock.nowMs();
    const batches = [...this.#lanes.values()].filter(({ waiting }) => waiting.length > 0).map(nextBatch);
    const byLeader = Map.groupBy(
      batches,
      ({ lane }) => this.#options.link.leaderId(lane.topic, lane.partition),
    );
    await Promise.all([...byLeader.values()].map((group) => this.#write(group)));
    this.#busy = false;
    if (this.#pending === 0) this.#idle();
    else this.#plan();
  }

  async #write(batches: readonly Batch[]): Promise<void> {
    try {
      if (this.#ended !== undefined) throw this.#ended.error;
      const offsets = await this.#send(batches);
      for (const { lane, items } of batches) this.#resolve(items, offsets.get(lane)!);
    } catch (error) {
      await this.#failed(batches, error);
    }
  }

  async #failed(batches: readonly Batch[], error: unknown): Promise<void> {
    const trouble = error instanceof QueueError && error.code === "too-large"
      ? "too-large"
      : troubleOf(error);
    const canBeDivided = batches.length > 1 || batches[0]!.items.length > 1;
    if (canBeDivided && (trouble === "too-large" || error instanceof Parted)) {
      for (const part of divided(batches)) await this.#write(part);
      return;
    }
    if (trouble === "fenced" && this.#options.whenFenced === "renew" && this.#ended === undefined) {
      this.#id = undefined;
      for (const lane of this.#lanes.values()) lane.sequence = 0;
      return await this.#write(batches);
    }
    if (trouble === "fenced") this.end(error);
    for (const { items } of batches) this.#reject(items, error);
  }

  /** Sends the same batches with the same numbers until the broker has taken them: it knows them again. */
  async #send(batches: readonly Batch[]): Promise<Map<Lane, number>> {
    const { link, compression, identify } = this.#options;
    const { producerId, producerEpoch } = this.#id ??= await identify();
    const topics = Map.groupBy(batches, ({ lane }) => lane.topic);
    const topicData = [...topics].map(([topic, list]) => ({
      topic,
      partitions: list.map(({ lane, items }) => ({
        partition: lane.partition,
        firstSequence: lane.sequence,
        messages: items.flatMap(({ records }) => records),
      })),
    }));
    const { topic, partition } = batches[0]!.lane;
    const answer = await link.leader(`write to ${topic}`, topic, partition, (broker) => {
      const leader = link.leaderId(topic, partition);
      if (batches.some(({ lane }) => link.leaderId(lane.topic, lane.partition) !== leader)) {
        throw new Parted();
      }
      return broker.produce({
        acks: -1,
        producerId,
        producerEpoch,
        compression: COMPRESSION[compression],
        topicData,
      });
    });
    const offsets = new Map<Lane, number>();
    for (const { lane, items } of batches) {
      const { partitions } = answer.topics.find((each) => each.topicName === lane.topic)!;
      offsets.set(lane, Number(partitions.find((each) => each.partition === lane.partition)!.baseOffset));
      const count = items.reduce((sum, { records }) => sum + records.length, 0);
      lane.sequence = (lane.sequence + count) % 2 ** 31;
    }
    return offsets;
  }

  #resolve(items: readonly Item[], offset: number): void {
    for (const { records, resolve } of items) {
      resolve(offset);
      offset += records.length;
    }
    this.#pending -= items.length;
  }

  #reject(items: readonly Item[], error: unknown): void {
    for (const { reject } of items) reject(error);
    this.#pending -= items.length;
  }
}

/** Partitions that had one leader have several by now. */
class Parted extends Error {}

function nextBatch(lane: Lane): Batch {
  let bytes = 0;
  const beyond = lane.waiting.findIndex((item, i) => (bytes += item.bytes) > BATCH_BYTES && i > 0);
  return { lane, items: lane.waiting.splice(0, beyond < 0 ? lane.waiting.length : beyond) };
}

/** Smaller requests: the batches one by one, or the halves of one. */
function divided(batches: readonly Batch[]): Batch[][] {
  if (batches.length > 1) return batches.map((batch) => [batch]);
  const { lane, items } = batches[0]!;
  const half = Math.ceil(items.length / 2);
  return [[{ lane, items: items.slice(0, half) }], [{ lane, items: items.slice(half) }]];
}

/** About how large a record will be, in bytes. */
export function bytesOf({ key, value, headers }: OutgoingRecord): number {
  let bytes = OVERHEAD + (key?.length ?? 0) + (value?.length ?? 0);
  for (const name in headers) bytes += name.length + headers[name]!.length + 4;
  return bytes;
}
