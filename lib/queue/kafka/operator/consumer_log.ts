import type { Clock } from "../../../model/mod.ts";
import type { ConsumerRecord, ConsumerView } from "../../consumers.ts";
import { type DatedRecord, Roster, type RosterEntry } from "../../roster.ts";
import type { KeyedRecord, KeyedTopic } from "../log/keyed_topic.ts";
import { outgoing } from "../log/records.ts";

/** The parts that carry the records of consumers. */
export interface ConsumerLogOptions {
  readonly topic: KeyedTopic;
  readonly clock: Clock;
  /** Tells this consumer from all others. */
  readonly id: string;
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
  #hasBeaten = false;

  constructor(options: ConsumerLogOptions) {
    this.#options = options;
    this.#roster = new Roster(options.clock, () => this.#read());
  }

  /** Writes this consumer's record; the first one creates the topic, if need be. */
  async beat(record: ConsumerRecord): Promise<void> {
    this.#hasBeaten = true;
    await this.#write(record);
  }

  /** Deletes this consumer's record, if it has written one. */
  async end(): Promise<void> {
    if (this.#hasBeaten) await this.#write(null);
  }

  async #write(record: ConsumerRecord | null): Promise<void> {
    const { topic, id, clock } = this.#options, writtenAtMs = clock.wallMs();
    await topic.create();
    const dated = record === null ? null : { ...record, writtenAtMs };
    await topic.append([outgoing(id, dated, writtenAtMs)]);
  }

  /** The consumers that live. */
  async living(): Promise<ConsumerView[]> {
    return await this.#roster.living();
  }

  async #read(): Promise<RosterEntry[]> {
    const end = await this.#options.topic.readOn((record) => this.#take(record), MOST_READ);
    for (const { id, beat } of this.#entries.values()) if (beat < end - MOST_READ) this.#entries.delete(id);
    return [...this.#entries.values()];
  }

  #take({ key: id, value, offset: beat }: KeyedRecord): void {
    if (value === null) this.#entries.delete(id);
    else this.#entries.set(id, { id, beat, record: value as DatedRecord });
  }
}
