import type { Clock } from "../../../model/mod.ts";
import { QueueError } from "../../errors.ts";
import { kafkaFailureOf } from "./errors.ts";
import { type COMPRESSION, type OutgoingRecord, produce, type ProducerId } from "./kafkajs.ts";
import { encodeBatch } from "./record_batch.ts";
import type { Link, TopicPartition } from "./link.ts";

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
  /** Writes nothing more: waiting and later records are rejected. */
  end(error: unknown): void;
}

/** Who writes, and what becomes of it when the broker refuses that. */
export interface Identity {
  /** Asks for a producer's id and epoch. */
  identify(): Promise<ProducerId>;
  /** The reaction when the broker refuses it as fenced: give up, or go on under a new id. */
  readonly whenFenced: "end" | "renew";
}

/** Options for writing records. */
export interface AppenderOptions {
  readonly link: Pick<Link, "leader" | "leaderId">;
  readonly clock: Clock;
  /** Least time between two requests to a broker while there is much to write, in milliseconds. */
  readonly lingerMs: number;
  readonly compression: keyof typeof COMPRESSION;
}

interface Item {
  readonly records: readonly OutgoingRecord[];
  readonly bytes: number;
  resolve(offset: number): void;
  reject(error: unknown): void;
}

/** A partition that a writer writes to. */
interface Lane extends TopicPartition {
  readonly writer: Writer;
  /** Under which id it is written to: each is refused by itself. */
  id: ProducerId | undefined;
  /** The number of the next record that is written there under this id. */
  sequence: number;
  waiting: Item[];
  /** Whether some of it is being written: later records wait, as their number is not known yet. */
  isBusy: boolean;
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

/** One idempotent producer: its records stand in a partition once, and in order. */
class Writer implements RecordWriter {
  readonly identity: Identity;
  readonly lanes = new Map<string, Lane>();
  ended: { readonly error: unknown } | undefined;
  readonly #plan: () => void;
  #id: ProducerId | undefined;
  #identifying: Promise<ProducerId> | undefined;
  #pending = 0;
  #idle: (() => void)[] = [];

  constructor(identity: Identity, id: ProducerId | undefined, plan: () => void) {
    this.identity = identity;
    this.#id = id;
    this.#plan = plan;
  }

  append(topic: string, partition: number, records: readonly OutgoingRecord[]): Promise<number> {
    if (this.ended !== undefined) return Promise.reject(this.ended.error);
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const bytes = records.reduce((sum, record) => sum + bytesOf(record), 0);
    this.#laneOf(topic, partition).waiting.push({ records, bytes, resolve, reject });
    this.#pending++;
    this.#plan();
    return promise;
  }

  #laneOf(topic: string, partition: number): Lane {
    const key = `${topic} ${partition}`;
    let lane = this.lanes.get(key);
    if (lane === undefined) {
      lane = { writer: this, topic, partition, id: undefined, sequence: 0, waiting: [], isBusy: false };
      this.lanes.set(key, lane);
    }
    return lane;
  }

  async idle(): Promise<void> {
    while (this.#pending > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  end(error: unknown): void {
    this.ended ??= { error };
    for (const lane of this.lanes.values()) this.reject(lane.waiting.splice(0), error);
  }

  /** Under which id a lane is written to that has none, or whose id was refused. */
  async identify(): Promise<ProducerId> {
    if (this.#id !== undefined) return this.#id;
    this.#identifying ??= this.identity.identify().finally(() => this.#identifying = undefined);
    return this.#id = await this.#identifying;
  }

  /** Lets a lane go on under another id, which counts its records from 0. */
  renew(lane: Lane): void {
    if (this.#id === lane.id) this.#id = undefined; // else it has another one already
    Object.assign(lane, { id: undefined, sequence: 0 });
  }

  resolve(items: readonly Item[], offset: number): void {
    for (const { records, resolve } of items) {
      resolve(offset);
      offset += records.length;
    }
    this.#done(items.length);
  }

  reject(items: readonly Item[], error: unknown): void {
    for (const { reject } of items) reject(error);
    this.#done(items.length);
  }

  #done(items: number): void {
    this.#pending -= items;
    if (this.#pending > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

/**
 * Writes for any number of producers: records that wait while a request is under way go with the next one, all partitions of a
 * broker together.
 */
export class Appender {
  readonly #options: AppenderOptions;
  readonly #writers = new Set<Writer>();
  /** Brokers that are being written to. */
  readonly #busy = new Set<number | undefined>();
  #isPlanned = false;
  #lastStartMs = -Infinity;

  constructor(options: AppenderOptions) {
    this.#options = options;
  }

  /** Writes under an identity of its own. @param id if it has been asked for already */
  writer(identity: Identity, id?: ProducerId): RecordWriter {
    const writer = new Writer(identity, id, () => this.#plan());
    this.#writers.add(writer);
    return writer;
  }

  /** At once if it was quiet, else so that requests keep their distance. */
  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    const { clock, lingerMs } = this.#options;
    const waitMs = this.#lastStartMs + lingerMs - clock.nowMs();
    if (waitMs > 0) clock.after(waitMs, () => this.#flush());
    else queueMicrotask(() => this.#flush());
  }

  /** Writes waiting records, to each broker that is not being written to. */
  #flush(): void {
    const { link, clock } = this.#options;
    this.#isPlanned = false;
    const lanes = new Map<string, Lane>(); // one batch for a partition, if two producers write to it
    for (const writer of this.#writers) {
      for (const [key, lane] of writer.lanes) {
        if (lane.waiting.length > 0 && !lane.isBusy && !lanes.has(key)) lanes.set(key, lane);
      }
      if (writer.ended !== undefined) this.#writers.delete(writer);
    }
    const byLeader = Map.groupBy(lanes.values(), ({ topic, partition }) => link.leaderId(topic, partition));
    for (const [leader, led] of byLeader) {
      if (this.#busy.has(leader)) continue; // it is planned again when that has been answered
      this.#busy.add(leader);
      this.#lastStartMs = clock.nowMs();
      for (const lane of led) lane.isBusy = true; // its leader may change, or be unknown, before it is answered
      void this.#write(led.map(nextBatch)).then(() => {
        this.#busy.delete(leader);
        for (const lane of led) lane.isBusy = false;
        if (this.#hasWork()) this.#plan();
      });
    }
  }

  #hasWork(): boolean {
    for (const { lanes } of this.#writers) {
      for (const { waiting } of lanes.values()) if (waiting.length > 0) return true;
    }
    return false;
  }

  async #write(batches: readonly Batch[]): Promise<void> {
    try {
      const offsets = await this.#send(batches);
      for (const { lane, items } of batches) lane.writer.resolve(items, offsets.get(lane)!);
    } catch (error) {
      await this.#failed(batches, error);
    }
  }

  /**
   * One that fails may be anybody's fault, and others of the request may have been taken: each is tried by itself then, so that
   * each goes on behind its own. The broker knows those again that it has.
   */
  async #failed(batches: readonly Batch[], error: unknown): Promise<void> {
    const failure = error instanceof QueueError && error.code === "too-large"
      ? "too-large"
      : kafkaFailureOf(error);
    if (batches.length > 1 || (batches[0]!.items.length > 1 && failure === "too-large")) {
      for (const part of divided(batches)) await this.#write(part);
      return;
    }
    const { lane } = batches[0]!, { writer } = lane;
    if (failure === "fenced" && writer.identity.whenFenced === "renew" && writer.ended === undefined) {
      writer.renew(lane);
      return await this.#write(batches);
    }
    if (failure === "fenced") writer.end(error);
    for (const { lane, items } of batches) lane.writer.reject(items, error);
  }

  /** Sends the same batches with the same numbers until the broker has taken them. */
  async #send(batches: readonly Batch[]): Promise<Map<Lane, number>> {
    const { link, compression } = this.#options;
    for (const { lane } of batches) {
      if (lane.writer.ended !== undefined) throw lane.writer.ended.error;
      lane.id ??= await lane.writer.identify();
    }
    const encoded = await Promise.all(batches.map(async ({ lane, items }) => {
      const { id, topic, partition, sequence: firstSequence } = lane;
      const records = items.flatMap(({ records }) => records);
      const batch = await encodeBatch(records, { ...id!, compression, firstSequence });
      return { topic, partition, batch };
    }));
    const topics = [...Map.groupBy(encoded, ({ topic }) => topic)].map(([topic, partitions]) => ({
      topic,
      partitions,
    }));
    const answer = await link.leader(
      `write to ${batches[0]!.lane.topic}`,
      batches.map(({ lane }) => lane),
      (broker) => produce(broker, topics),
    );
    const offsets = new Map<Lane, number>();
    for (const { lane, items } of batches) {
      const { partitions } = answer.topics.find((each) => each.topicName === lane.topic)!;
      offsets.set(lane, Number(partitions.find((each) => each.partition === lane.partition)!.baseOffset));
      const count = items.reduce((sum, { records }) => sum + records.length, 0);
      lane.sequence = (lane.sequence + count) % 2 ** 31;
    }
    return offsets;
  }
}

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
