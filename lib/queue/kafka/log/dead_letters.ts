import type { Clock } from "../../../model/mod.ts";
import type { BadMessage } from "../../queue.ts";
import type { RecordWriter } from "../client/appender.ts";
import { Buffer, type IncomingRecord } from "../client/kafkajs.ts";
import type { Link } from "../client/link.ts";
import { endOffset, readChunk, startOffset } from "./log.ts";
import type { Unreadable } from "./messages.ts";
import { bufferOf } from "./records.ts";

/** The topic of messages that are no instances: their bytes, and in headers where they stood and why they are here. */
export class DeadLetters {
  readonly #link: Link;
  readonly #topic: string;

  constructor(link: Link, topic: string) {
    this.#link = link;
    this.#topic = topic;
  }

  /** Sets a message aside. @param where the topic in which it was found */
  async add(
    writer: RecordWriter,
    where: string,
    partition: number,
    { place, bytes, reason }: Unreadable,
    clock: Clock,
  ): Promise<void> {
    const headers = {
      place: Buffer.from(`${where}[${partition}]@${place.offset}`),
      reason: Buffer.from(reason),
    };
    const timestamp = String(Math.floor(clock.wallMs()));
    await writer.append(this.#topic, 0, [{
      key: headers.place,
      value: bufferOf(bytes),
      headers,
      timestamp,
    }]);
  }

  /** All of them, oldest first. One that was set aside twice, as its consumer died in between, is shown once. */
  async *read(): AsyncGenerator<BadMessage> {
    const places = new Set<string>();
    const topic = this.#topic, partition = 0;
    const end = await endOffset(this.#link, topic, partition);
    for (let offset = await startOffset(this.#link, topic, partition); offset < end;) {
      const { records, next } = await readChunk(this.#link, { topic, partition, offset });
      for (const record of records) {
        if (record.offset >= end) break;
        const message = badMessage(record);
        if (!places.has(message.place)) yield message;
        places.add(message.place);
      }
      offset = next;
    }
  }
}

function badMessage({ headers, timestamp, value }: IncomingRecord): BadMessage {
  const { place = "?", reason = "?" } = headers;
  return {
    place: String(place),
    reason: String(reason),
    atMs: timestamp,
    bytes: value ?? new Uint8Array(),
  };
}
