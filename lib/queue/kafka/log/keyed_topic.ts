import { parseJson } from "../../../model/mod.ts";
import type { RecordWriter } from "../client/appender.ts";
import type { IncomingRecord, OutgoingRecord } from "../client/kafkajs.ts";
import type { Link } from "../client/link.ts";
import { endOffset, readRanges, startOffset } from "./log.ts";
import { setUpTopic } from "./setup.ts";
import type { TopicPlan } from "./topics.ts";

/** The parts of a topic of records by their keys. */
export interface KeyedTopicOptions {
  readonly link: Link;
  readonly writer: RecordWriter;
  readonly plan: TopicPlan;
  /** Number of brokers that keep the topic; -1: as the broker has it. */
  readonly replication: number;
}

/** A record of a topic, as it is read. */
export interface KeyedRecord {
  readonly key: string;
  /** The value; null: the key is deleted, or there is nothing to read. */
  readonly value: unknown;
  readonly offset: number;
}

/** Where keyed topics have their records. */
const PARTITION = 0;

/** A compacted topic of one partition, which its first writer creates: queues that need none have none. */
export class KeyedTopic {
  readonly #options: KeyedTopicOptions;
  #created: Promise<unknown> | undefined;
  #isThere = false;
  #at: number | undefined;

  constructor(options: KeyedTopicOptions) {
    this.#options = options;
  }

  /** Creates the topic if it is not there; to be called before the first record is appended. */
  async create(): Promise<void> {
    const { link, plan, replication } = this.#options;
    await (this.#created ??= setUpTopic(link, plan, replication).catch((error) => {
      this.#created = undefined; // whoever comes next tries again
      throw error;
    }));
  }

  /** Appends some records together: all of them are there, or none. */
  async append(records: readonly OutgoingRecord[]): Promise<void> {
    const { writer, plan: { topic } } = this.#options;
    await writer.append(topic, PARTITION, records);
  }

  /**
   * Reads on to the end that the topic has after this call.
   *
   * @param take called with each record, once
   * @param most the number of latest records with which reading begins. (Default: all)
   * @returns the offset of that end; 0 if there is no topic yet
   */
  async readOn(take: (record: KeyedRecord) => void, most = Infinity): Promise<number> {
    const { link, plan: { topic } } = this.#options, partition = PARTITION;
    if (!await this.#look()) return 0;
    const to = await endOffset(link, topic, partition);
    const first = this.#at ?? Math.max(await startOffset(link, topic, partition), to - most);
    const offset = this.#at ??= first; // another call may have begun to read meanwhile
    await readRanges(link, [{ topic, partition, offset, to, take: (records) => this.#take(records, take) }]);
    this.#at = Math.max(this.#at, to);
    return to;
  }

  /** Whether the topic is there by now. */
  async #look(): Promise<boolean> {
    const { link, plan: { topic } } = this.#options;
    if (this.#isThere) return true;
    if (!(await link.topics()).has(topic)) return false;
    await link.use([topic]);
    return this.#isThere = true;
  }

  #take(records: readonly IncomingRecord[], take: (record: KeyedRecord) => void): void {
    for (const { offset, key, value } of records) {
      if (offset < this.#at!) continue; // it has been read before, or stands in one batch with the first
      const json = value === null ? undefined : parseJson(String(value)); // what is none, another program has written
      take({ key: String(key), value: json?.value ?? null, offset });
      this.#at = offset + 1;
    }
  }
}
