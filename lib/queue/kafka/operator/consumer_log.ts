import type { Clock } from "../../../model/mod.ts";
import type { ConsumerRecord, ConsumerView } from "../../consumers.ts";
import { type DatedRecord, Roster, type RosterEntry } from "../../roster.ts";
import type { RecordWriter } from "../client/appender.ts";
import type { IncomingRecord } from "../client/kafkajs.ts";
import type { Link } from "../client/link.ts";
import { endOffset, readRanges, startOffset } from "../log/log.ts";
import { outgoing } from "../log/records.ts";

/** The parts that carry the records of consumers. */
export interface ConsumerLogOptions {
  readonly link: Link;
  readonly clock: Clock;
  readonly topic: string;
  readonly writer: RecordWriter;
  /** Tells this consumer from all others. */
  readonly id: string;
  /** Creates the topic if it is not there. */
  create(): Promise<void>;
}

/**
 * The latest records of the topic that are read, and behind which a consumer is forgotten: whoever lives has written one of
 * them, as long as fewer consumers live than beat so often within the time after which one counts as dead.
 */
const MOST_READ = 4000;

/** The topic of consumers' records: each is written under its consumer's key, and deleted when that ends. */
export class ConsumerLog {
  readonly #options: ConsumerLogOptions;
  readonly #roster: Roster;
  readonly #entries = new Map<string, RosterEntry>();
  #created: Promise<void> | undefined;
  #isThere = false;
  #at: number | undefined;

  constructor(options: ConsumerLogOptions) {
    this.#options = options;
    this.#roster = new Roster(options.clock, () => this.#read());
  }

  /** Writes this consumer's record; the first one creates the topic, if need be. */
  async beat(record: ConsumerRecord): Promise<void> {
    await (this.#created ??= this.#options.create());
    await this.#write(record);
  }

  /** Deletes this consumer's record, if it has written one. */
  async end(): Promise<void> {
    if (this.#created === undefined) return;
    await this.#created;
    await this.#write(null);
  }

  async #write(record: ConsumerRecord | null): Promise<void> {
    const { writer, topic, id, clock } = this.#options, writtenAtMs = clock.wallMs();
    const dated = record === null ? null : { ...record, writtenAtMs };
    await writer.append(topic, 0, [outgoing(id, dated, writtenAtMs)]);
  }

  /** The consumers that live. */
  async living(): Promise<ConsumerView[]> {
    return await this.#roster.living();
  }

  async #read(): Promise<RosterEntry[]> {
    const { link, topic } = this.#options;
    if (!await this.#look()) return [];
    const partition = 0, to = await endOffset(link, topic, partition);
    this.#at ??= Math.max(await startOffset(link, topic, partition), to - MOST_READ);
    await readRanges(link, [
      { topic, partition, offset: this.#at, to, take: (records) => this.#take(records) },
    ]);
    this.#at = Math.max(this.#at, to);
    for (const { id, beat } of this.#entries.values()) if (beat < to - MOST_READ) this.#entries.delete(id);
    return [...this.#entries.values()];
  }

  /** Whether the topic is there: no consumer of this version has come before that. */
  async #look(): Promise<boolean> {
    const { link, topic } = this.#options;
    if (this.#isThere) return true;
    if (!(await link.topics()).has(topic)) return false;
    await link.use([topic]);
    return this.#isThere = true;
  }

  #take(records: readonly IncomingRecord[]): void {
    for (const { offset, key, value } of records) {
      const id = String(key);
      if (value === null) this.#entries.delete(id);
      else {
        this.#entries.set(id, {
          id,
          beat: Number(offset),
          record: JSON.parse(String(value)) as DatedRecord,
        });
      }
    }
  }
}
