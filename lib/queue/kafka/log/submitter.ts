import type { Clock, Instance } from "../../../model/mod.ts";
import { encodeInstance, type UrlOf, WireError, type WireFormat } from "../../../wire/mod.ts";
import { QueueError } from "../../errors.ts";
import type { RecordWriter } from "../client/appender.ts";
import { chunks } from "./chunks.ts";
import { refuseCallbacks } from "./refusals.ts";
import { Buffer, type OutgoingRecord } from "../client/kafkajs.ts";
import { delayedKey, dueHeader } from "./delayed_messages.ts";
import { bufferOf, ID } from "./records.ts";

/** Options for submitting instances. */
export interface SubmitterOptions {
  readonly writer: RecordWriter;
  readonly clock: Clock;
  /** The topic of those that are due. */
  readonly topic: string;
  /** The topic of those that are due later. */
  readonly delayed: string;
  /** Makes names that are never made again. */
  readonly newId: () => string;
  /** The partition in which an id is submitted. */
  homeOf(id: string): number;
  /** The largest message that the topic takes, in bytes. */
  readonly maxBytes: number;
  readonly wire: WireFormat;
  readonly urlOf?: UrlOf | undefined;
  /** Logs submissions elsewhere, too; their messages are not written before. (Default: it does not) */
  readonly log?: ((instances: readonly Instance[]) => Promise<void>) | undefined;
}

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
    const { writer, topic, delayed, homeOf, clock, wire, log } = this.#options;
    const nowMs = clock.wallMs();
    const due = new Map<number, OutgoingRecord[]>(), later = new Map<number, OutgoingRecord[]>();
    if (wire === "original") refuseCallbacks(instances);
    const submitted: Instance[] = [];
    let tooLarge: QueueError | undefined;
    for (const instance of instances) {
      const value = this.#encode(instance);
      if (value instanceof QueueError) {
        tooLarge ??= value;
        continue;
      }
      submitted.push(instance);
      const partition = homeOf(instance.id), { dueAtMs = -Infinity } = instance;
      const byPartition = dueAtMs > nowMs ? later : due;
      let records = byPartition.get(partition);
      if (records === undefined) byPartition.set(partition, records = []);
      records.push(this.#record(instance, value, dueAtMs > nowMs, nowMs));
    }
    const logged = submitted.length > 0 ? log?.(submitted) : undefined;
    const write = (to: string, records: ReadonlyMap<number, readonly OutgoingRecord[]>) =>
      [...records].flatMap(([partition, some]) =>
        chunks(some).map((chunk) => writer.append(to, partition, chunk))
      );
    await Promise.all([logged, ...write(delayed, later), ...write(topic, due)]);
    if (tooLarge !== undefined) throw tooLarge;
  }

  #record({ id, dueAtMs }: Instance, value: Buffer, isLater: boolean, nowMs: number): OutgoingRecord {
    const { wire, newId } = this.#options;
    const key = Buffer.from(id), timestamp = String(Math.floor(nowMs));
    const headers = wire === "original" ? { [ID]: key } : {};
    if (!isLater) return { key, value, headers, timestamp };
    return {
      key: delayedKey(id, newId()),
      value,
      headers: { ...headers, ...dueHeader(dueAtMs!) },
      timestamp,
    };
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
