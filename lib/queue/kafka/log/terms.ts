import { QueueError } from "../../errors.ts";
import type { RecordWriter } from "../client/appender.ts";
import { Buffer, type IncomingRecord, type OutgoingRecord } from "../client/kafkajs.ts";
import { FENCE, type FencePlace } from "./records.ts";

/** The header that tells in which term its owner has written a record. */
const TERM = "term";

/** Fences that are known of a topic; of more, the oldest are forgotten. */
const MOST_FENCES = 1000;

/** The same records, written in a term. */
export function marked(records: readonly OutgoingRecord[], term: number): OutgoingRecord[] {
  const mark = Buffer.from(String(term));
  return records.map((record) => ({ ...record, headers: { ...record.headers, [TERM]: mark } }));
}

/** Whether a record was written in a term. */
export function isOfTerm(record: IncomingRecord, term: number): boolean {
  return termOf(record) === term;
}

/** The term of a record; undefined if a version of Sequoia wrote it that knew no terms. */
function termOf({ headers }: IncomingRecord): number | undefined {
  return headers[TERM] === undefined ? undefined : Number(String(headers[TERM]));
}

/**
 * Tells, of one topic of a partition, which records count: a record that stands behind a fence, or another record, of a
 * later term does not. Records say their terms themselves, so this needs no coordinator, no clock, and survives compaction.
 *
 * A term is how far its owner had read `running` before it fenced the partition off: an offset of that topic, so terms
 * ascend. Records without a term count from a fence without one to the next fence with one.
 */
export class Terms {
  readonly #isRunning: boolean;
  #current = -1;
  #takesUnmarked = true;
  /** In ascending order. */
  #fences: FencePlace[] = [];
  /** Number of these that stand before the records that were read. */
  #passed = 0;

  /** @param topic offsets in `running` are terms */
  constructor(topic: "running" | "finished") {
    this.#isRunning = topic === "running";
  }

  /** The latest term that is known. */
  get current(): number {
    return this.#current;
  }

  /** The fences that are known, in ascending order. */
  get fences(): readonly FencePlace[] {
    return this.#fences;
  }

  /** Takes in where fences stand: they may be deleted by now, or before the position from which on the topic is read. */
  know(fences: readonly FencePlace[]): void {
    const all = new Map([...this.#fences, ...fences]);
    this.#fences = [...all].sort(([a], [b]) => a - b).slice(-MOST_FENCES);
    this.#passed = 0;
  }

  /** Reads the next record. @returns whether it counts */
  takes(record: IncomingRecord): boolean {
    const offset = record.offset, term = termOf(record);
    for (let next = this.#fences[this.#passed]; next !== undefined && next[0] <= offset;) {
      this.#begin(next[1]);
      next = this.#fences[++this.#passed];
    }
    const isFence = String(record.key) === FENCE;
    if (term === undefined) {
      if (isFence) this.#takesUnmarked = true;
      if (isFence && this.#isRunning) this.#current = Math.max(this.#current, offset);
      return this.#takesUnmarked;
    }
    if (term < this.#current) return false;
    if (isFence) this.know([[offset, term]]);
    this.#begin(term);
    return true;
  }

  #begin(term: number): void {
    this.#current = Math.max(this.#current, term);
    this.#takesUnmarked = false;
  }
}

/** The parts with which the owner of a partition writes. */
export interface TermWriterOptions {
  readonly writer: RecordWriter;
  readonly term: number;
  /** Where each topic ends behind the owner's fence. */
  readonly ends: Readonly<Record<string, number>>;
  /**
   * Reads what somebody else has written.
   *
   * @throws {QueueError} `lease-lost`, if a later owner has fenced this one off
   */
  look(topic: string, from: number, to: number): Promise<void>;
}

/**
 * Writes in one term. Records stand behind each other as long as nobody else writes: where a gap shows, what stands there is
 * read before the write is believed. So a write that was acknowledged stands behind no fence of a later owner, whatever the
 * broker still knows of producers.
 */
export class TermWriter implements RecordWriter {
  readonly #options: TermWriterOptions;
  readonly #ends: Map<string, number>;
  /** Gaps that are being read: nothing behind them is believed before. */
  #looking: Promise<void> | undefined;

  constructor(options: TermWriterOptions) {
    this.#options = options;
    this.#ends = new Map(Object.entries(options.ends));
  }

  async append(topic: string, partition: number, records: readonly OutgoingRecord[]): Promise<number> {
    const { writer, term } = this.#options;
    const offset = await writer.append(topic, partition, marked(records, term));
    this.#reach(topic, offset, offset + records.length);
    if (this.#looking !== undefined) await this.#looking;
    return offset;
  }

  /** Reads what others have written up to an end of a topic, behind the last own record. */
  async lookTo(topic: string, end: number): Promise<void> {
    this.#reach(topic, end, end);
    await this.#looking;
  }

  #reach(topic: string, from: number, end: number): void {
    const before = this.#ends.get(topic)!;
    if (end <= before) return;
    this.#ends.set(topic, end);
    if (from > before) this.#look(topic, before, from);
  }

  #look(topic: string, from: number, to: number): void {
    const before = this.#looking;
    const looking = this.#options.look(topic, from, to).then(() => before).catch((error) => {
      if (error instanceof QueueError && error.code === "lease-lost") this.end(error);
      throw error;
    });
    this.#looking = looking;
    looking.then(() => {
      if (this.#looking === looking) this.#looking = undefined;
    }, () => {}); // whoever waits for it is told
  }

  async idle(): Promise<void> {
    await this.#options.writer.idle();
    await this.#looking;
  }

  end(error: unknown): void {
    this.#options.writer.end(error);
  }
}
