import type { Instance } from "../../model/mod.ts";
import type { InstanceView } from "../queue.ts";
import { Buffer, type IncomingRecord } from "./kafkajs.ts";
import type { Link } from "./link.ts";
import { readChunk } from "./log.ts";
import type { KnownEnd } from "./partition_state.ts";
import { type EndBody, instanceOf } from "./records.ts";

/** An end with all that is kept of it. */
export interface WholeEnd extends EndBody {
  readonly instance: Instance;
}

/** Puts an end together from its records. */
export function wholeEnd(records: readonly IncomingRecord[]): WholeEnd {
  const bytes = Buffer.concat(records.map(({ value }) => value ?? Buffer.alloc(0)));
  const body = JSON.parse(bytes.toString()) as EndBody;
  return { ...body, instance: instanceOf(records.at(-1)!) };
}

/** Where the ends of instances are read. */
export type EndSource = Pick<EndReader, "read">;

/** Reads the ends of instances where they stand; what was read last is at hand for the next one. */
export class EndReader {
  readonly #link: Link;
  readonly #topic: string;
  #partition = -1;
  #records = new Map<number, IncomingRecord>();

  constructor(link: Link, topic: string) {
    this.#link = link;
    this.#topic = topic;
  }

  /** @returns undefined if it has been deleted meanwhile */
  async read(partition: number, { offset, parts }: KnownEnd): Promise<WholeEnd | undefined> {
    const records: IncomingRecord[] = [];
    for (let at = offset - parts + 1; at <= offset; at++) {
      const record = await this.#record(partition, at);
      if (record === undefined) return undefined;
      records.push(record);
    }
    return wholeEnd(records);
  }

  async #record(partition: number, offset: number): Promise<IncomingRecord | undefined> {
    if (partition !== this.#partition || !this.#records.has(offset)) {
      const { records } = await readChunk(this.#link, { topic: this.#topic, partition, offset });
      this.#partition = partition;
      this.#records = new Map(records.map((record) => [Number(record.offset), record]));
    }
    return this.#records.get(offset);
  }
}

/** What the queue shows of an instance that has ended. */
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
