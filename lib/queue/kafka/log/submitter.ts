import type { Clock, Instance } from "../../../model/mod.ts";
import {
  encodeInstance,
  originalSubmission,
  type UrlOf,
  WireError,
  type WireFormat,
} from "../../../wire/mod.ts";
import { QueueError } from "../../errors.ts";
import type { RecordWriter } from "../client/appender.ts";
import { partitioner } from "./homes.ts";
import { Buffer, type OutgoingRecord } from "../client/kafkajs.ts";
import { bufferOf, ID } from "./records.ts";

/** Options for submitting instances. */
export interface SubmitterOptions {
  readonly writer: RecordWriter;
  readonly clock: Clock;
  readonly topic: string;
  /** The partition in which an id is submitted. */
  homeOf(id: string): number;
  /** The largest message that the topic takes, in bytes. */
  readonly maxBytes: number;
  readonly wire: WireFormat;
  readonly urlOf?: UrlOf | undefined;
  /** Where submissions are logged for the original's consumers. (Default: nowhere) */
  readonly submissions?: { readonly topic: string; readonly partitions: number } | undefined;
}

/** The key of all that the original's producers write. */
const ORIGINAL_KEY = "raw";

/** Most bytes around a message in a batch of one. */
const AROUND = 512;

/** Writes instances to the topic of the pending ones. */
export class Submitter {
  readonly #options: SubmitterOptions;

  constructor(options: SubmitterOptions) {
    this.#options = options;
  }

  /**
   * Resolves when all are durable.
   *
   * @throws {QueueError} `too-large`, naming the chain and its size, when all the others are durable
   */
  async submit(instances: readonly Instance[]): Promise<void> {
    const { writer, topic, homeOf, clock, wire } = this.#options;
    const timestamp = String(Math.floor(clock.wallMs()));
    const byPartition = new Map<number, OutgoingRecord[]>();
    const submitted: Instance[] = [];
    let tooLarge: QueueError | undefined;
    for (const instance of instances) {
      const value = this.#encode(instance);
      if (value instanceof QueueError) {
        tooLarge ??= value;
        continue;
      }
      submitted.push(instance);
      const partition = homeOf(instance.id);
      let records = byPartition.get(partition);
      if (records === undefined) byPartition.set(partition, records = []);
      const key = Buffer.from(instance.id);
      records.push({ key, value, headers: wire === "original" ? { [ID]: key } : {}, timestamp });
    }
    const logged = this.#log(submitted);
    const all = [...byPartition].flatMap(([partition, records]) =>
      chunks(records).map((chunk) => writer.append(topic, partition, chunk))
    );
    await Promise.all([logged, ...all]);
    if (tooLarge !== undefined) throw tooLarge;
  }

  /** Logs submissions for the original's consumers, as its producers do: before the messages. */
  async #log(instances: readonly Instance[]): Promise<void> {
    const { writer, clock, submissions } = this.#options;
    if (submissions === undefined || instances.length === 0) return;
    const { topic, partitions } = submissions, nowMs = clock.wallMs();
    const records = instances.map((instance) => ({
      key: Buffer.from(ORIGINAL_KEY),
      value: Buffer.from(originalSubmission(instance, nowMs)),
      headers: {},
      timestamp: String(Math.floor(nowMs)),
    }));
    const partition = partitioner(partitions)(ORIGINAL_KEY);
    await Promise.all(chunks(records).map((chunk) => writer.append(topic, partition, chunk)));
  }

  #encode(instance: Instance): Buffer | QueueError {
    const { wire: format, urlOf, maxBytes } = this.#options;
    try {
      const options = { format, maxBytes: maxBytes - AROUND, ...urlOf !== undefined && { urlOf } };
      return bufferOf(encodeInstance(instance, options));
    } catch (cause) {
      if (!(cause instanceof WireError && cause.code === "too-large")) throw cause;
      return new QueueError(
        "too-large",
        `${cause.message}, or raise max.message.bytes of ${this.#options.topic}`,
        {
          cause,
        },
      );
    }
  }
}

/** Number of records of one call that go into a request together: batches are not cut within. */
const CHUNK = 200;
/** More bytes are not put together. */
const CHUNK_BYTES = 500_000;

function chunks(records: readonly OutgoingRecord[]): OutgoingRecord[][] {
  const all: OutgoingRecord[][] = [];
  let last: OutgoingRecord[] = [], bytes = 0;
  for (const record of records) {
    if (last.length === 0 || last.length >= CHUNK || bytes + record.value!.length > CHUNK_BYTES) {
      all.push(last = []);
      bytes = 0;
    }
    last.push(record);
    bytes += record.value!.length;
  }
  return all;
}
