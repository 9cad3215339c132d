/** The topics of one partition in memory, and a writer whose records become durable when a test says so. */
import type { Clock } from "../../lib/model/mod.ts";
import type { RecordWriter } from "../../lib/queue/kafka/client/appender.ts";
import type { IncomingRecord, OutgoingRecord } from "../../lib/queue/kafka/client/kafkajs.ts";
import { topicNames } from "../../lib/queue/kafka/log/topics.ts";

/** A partition of a topic. */
export class Topic {
  records: IncomingRecord[] = [];
  end = 0;

  /** @returns the offset of the first */
  append(records: readonly OutgoingRecord[]): number {
    const first = this.end;
    for (const record of records) this.records.push(standingAt(record, this.end++));
    return first;
  }

  /** The records from one offset to before another. */
  range(from: number, to = this.end): IncomingRecord[] {
    return this.records.filter(({ offset }) => offset >= from && offset < to);
  }

  /** Keeps, of what stands before an offset, the last record of each key; without those that delete, if these are old. */
  compact(before: number, dropsTombstones: boolean): void {
    const head = this.range(0, before);
    const last = new Map(head.map((record) => [String(record.key), record]));
    const kept = [...last.values()].filter(({ value }) => value !== null || !dropsTombstones);
    kept.sort((a, b) => a.offset - b.offset);
    this.records = [...kept, ...this.range(before)];
  }
}

/** A record as it is fetched from where it stands. */
export function standingAt(record: OutgoingRecord, offset: number): IncomingRecord {
  return { ...record, offset, timestamp: Number(record.timestamp) };
}

/** The topics that the state of a partition is read from. */
export interface PartitionLog {
  readonly pending: Topic;
  readonly running: Topic;
  readonly finished: Topic;
}

export const NAMES = topicNames("");

/** A topic that owners write to. */
export type WrittenTopic = "running" | "finished";

/** Records that are on their way to a topic. */
export interface Late {
  readonly to: WrittenTopic;
  readonly records: readonly OutgoingRecord[];
}

interface Append {
  readonly records: readonly OutgoingRecord[];
  resolve(offset: number): void;
}

/** Writes to a log; what was not made durable is lost with its process. */
export class HeldWriter implements RecordWriter {
  readonly #log: PartitionLog;
  readonly #waiting = { running: [] as Append[], finished: [] as Append[] };
  /** The number of further appends that are durable at once. */
  eager = 0;
  #ended: { readonly error: unknown } | undefined;

  constructor(log: PartitionLog) {
    this.#log = log;
  }

  append(topic: string, _partition: number, records: readonly OutgoingRecord[]): Promise<number> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended.error);
    const to = topic === NAMES.running ? "running" : "finished";
    return new Promise((resolve) => {
      this.#waiting[to].push({ records, resolve });
      if (this.eager-- > 0) this.makeDurable(to, Infinity);
    });
  }

  /** The number of appends under way. */
  get waiting(): number {
    return this.#waiting.running.length + this.#waiting.finished.length;
  }

  /** The first appends to a topic that are under way become durable, and their callers know. */
  makeDurable(to: WrittenTopic, count: number): void {
    for (const { records, resolve } of this.#waiting[to].splice(0, count)) {
      resolve(this.#log[to].append(records));
    }
  }

  /**
   * The process is cut off, or dies; of what is under way, this number of writes have become durable without an answer.
   *
   * @returns the rest, which may yet arrive
   */
  die(durable: Readonly<Record<WrittenTopic, number>>): Late[] {
    const late: Late[] = [];
    for (const to of ["running", "finished"] as const) {
      for (const { records } of this.#waiting[to].splice(0, durable[to])) this.#log[to].append(records);
      late.push(...this.#waiting[to].splice(0).map(({ records }) => ({ to, records })));
    }
    return late;
  }

  idle(): Promise<void> {
    return this.waiting === 0 ? Promise.resolve() : Promise.reject(new Error("It is to be idle before"));
  }

  end(error: unknown): void {
    this.#ended ??= { error };
  }
}

/** A clock that stands still until it is set. */
export class SetClock implements Clock {
  ms = Date.UTC(2026, 0, 1);

  nowMs(): number {
    return this.ms;
  }

  wallMs(): number {
    return this.ms;
  }

  until(): Promise<void> {
    return Promise.reject(new Error("Nothing waits here"));
  }

  after(): () => void {
    throw new Error("Nothing waits here");
  }
}
