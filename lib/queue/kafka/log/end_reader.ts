import type { Instance, JsonText } from "../../../model/mod.ts";
import type { InstanceView } from "../../queue.ts";
import { Buffer, type IncomingRecord } from "../client/kafkajs.ts";
import type { Link } from "../client/link.ts";
import { readChunk } from "./log.ts";
import type { KnownEnd } from "./known_ends.ts";
import { type EndBody, readBody } from "./outputs.ts";
import { instanceOf } from "./records.ts";

/** An end with all that is kept of it. */
export interface WholeEnd extends EndBody {
  readonly instance: Instance;
}

/** Bytes of one read: of all partitions together, and of each at least and at most. */
const BYTES = { together: 16 * 1024 * 1024, least: 64 * 1024, most: 1024 * 1024 };

/** Puts an end together from its records. */
export function wholeEnd(records: readonly IncomingRecord[]): WholeEnd {
  const bytes = Buffer.concat(records.map(({ value }) => value ?? Buffer.alloc(0)));
  return { ...readBody(bytes.toString() as JsonText), instance: instanceOf(records.at(-1)!) };
}

/** Where the ends of instances are read. */
export type EndSource = Pick<EndReader, "read">;

/**
 * Reads the ends of instances where they stand. The records read last from each partition are kept for the next end: by
 * submission, the ends of all partitions alternate.
 */
export class EndReader {
  readonly #link: Link;
  readonly #topic: string;
  readonly #maxBytes: number;
  readonly #chunks = new Map<number, ReadonlyMap<number, IncomingRecord>>();

  constructor(link: Link, topic: string, partitions: number) {
    this.#link = link;
    this.#topic = topic;
    this.#maxBytes = Math.min(BYTES.most, Math.max(BYTES.least, Math.ceil(BYTES.together / partitions)));
  }

  /** @returns undefined if it has been deleted meanwhile */
  async read(
    partition: number,
    { offset, parts }: Pick<KnownEnd, "offset" | "parts">,
  ): Promise<WholeEnd | undefined> {
    const records: IncomingRecord[] = [];
    for (let at = offset - parts + 1; at <= offset; at++) {
      const record = await this.#record(partition, at);
      if (record === undefined) return undefined;
      records.push(record);
    }
    return wholeEnd(records);
  }

  async #record(partition: number, offset: number): Promise<IncomingRecord | undefined> {
    const known = this.#chunks.get(partition)?.get(offset);
    if (known !== undefined) return known;
    const at = { topic: this.#topic, partition, offset };
    const { records } = await readChunk(this.#link, at, undefined, this.#maxBytes);
    const chunk = new Map(records.map((record) => [record.offset, record]));
    this.#chunks.set(partition, chunk);
    return chunk.get(offset);
  }
}

/** The view of an instance that has ended. */
export function endView(end: KnownEnd, { instance, progress, reason, output }: WholeEnd): InstanceView {
  return {
    instance,
    state: end.state as InstanceView["state"],
    progress,
    endedAtMs: end.endedAtMs,
    ...reason !== undefined && { reason },
    ...output !== undefined && { output },
  };
}
