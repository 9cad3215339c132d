import type { Clock, Instance } from "../../../model/mod.ts";
import type { Bell } from "../../bell.ts";
import { conflictReason, contentOf, isSameContent } from "../../content.ts";
import type { RecordWriter } from "../client/appender.ts";
import { Buffer, type IncomingRecord } from "../client/kafkajs.ts";
import { chunks } from "../log/chunks.ts";
import { type DelayedCopy, deletion, idOf, sent } from "../log/delayed_messages.ts";
import { DelayedReader } from "../log/delayed_reader.ts";
import type { DelayedRow } from "../log/delayed_index.ts";
import type { EndSource } from "../log/end_reader.ts";
import type { Chunk } from "../log/log.ts";
import { unreadable } from "../log/message_reader.ts";
import { placeIn, type Unreadable } from "../log/messages.ts";
import type { PartitionState } from "../log/partition_state.ts";
import type { TopicNames } from "../log/topics.ts";

/** Bounds of the delayed messages of a partition. */
export interface DelayBounds {
  /** When this number of messages are known, no more are read. */
  readonly known: number;
  /** Most messages, and most of their bytes, that are in memory before they are due. */
  readonly ready: number;
  readonly readyBytes: number;
}

/** The bounds that all partitions of a queue share, as one consumer may have them all. */
const SHARED = { known: 4_000_000, ready: 50_000, readyBytes: 64 * 2 ** 20 };
const LEAST = { known: 100_000, ready: 1000, readyBytes: 2 ** 20 };

/** The bounds in each partition: smaller with more partitions. */
export function delayBoundsOf(partitions: number): DelayBounds {
  const of = (part: keyof typeof SHARED) => Math.max(LEAST[part], Math.floor(SHARED[part] / partitions));
  return { known: of("known"), ready: of("ready"), readyBytes: of("readyBytes") };
}

/** The parts with which the owner of a partition keeps its delayed messages. */
export interface DelaysOptions {
  readonly partition: number;
  readonly names: Pick<TopicNames, "pending" | "delayed">;
  readonly clock: Clock;
  readonly state: PartitionState;
  /** Writes as the owner. */
  readonly writer: RecordWriter;
  /** Reads messages of `delayed` from an offset on. */
  readAt(offset: number): Promise<Chunk>;
  /** Reads ended instances. */
  readonly ends: EndSource;
  /** Sets a message aside that brings a known id with another content. */
  setAside(bad: Unreadable): Promise<void>;
  /** Decodes a message. @throws {Error} if it brings no instance */
  instanceOf(record: IncomingRecord): Instance;
  /** Rings when the next one may be due sooner. */
  readonly due: Bell;
  readonly bounds: DelayBounds;
  /** Called with what makes it impossible to go on as the owner. */
  failed(error: unknown): void;
}

/** A message that stands in `pending`, too. */
interface Sent extends Pick<IncomingRecord, "key" | "offset"> {
  /** Where it stands there. */
  readonly sentTo: number;
}

/** Messages are in memory this long before they are due, and are read again when that is half over, in milliseconds. */
const READY_MS = 20_000;
/** Most messages that are on their way to `pending` at a time. */
const MOST_SENT = 5000;

/** The delayed messages of a partition that this consumer owns: sends them to `pending` when they are due. */
export class Delays {
  readonly #options: DelaysOptions;
  readonly #state: PartitionState;
  /** Messages that are due soon, by offset. */
  readonly #ready = new Map<number, IncomingRecord>();
  #readyBytes = 0;
  /** All that is due before this instant is in memory, in milliseconds since 1970. */
  #readyMs = -Infinity;
  #reading: Promise<void> | undefined;
  /** Number of messages on their way to `pending`: they have not been read there. */
  #sending = 0;
  /** Those of them that are durable there. */
  #sent: Sent[] = [];
  /** Messages that have been read in `pending`, and are to be deleted; at most those of half a second. */
  readonly #came: Sent[] = [];
  readonly #reader: DelayedReader;
  #isOver = false;

  constructor(options: DelaysOptions) {
    this.#options = options;
    this.#state = options.state;
    this.#reader = new DelayedReader((offset) => options.readAt(offset));
  }

  /** Whether as many are known as may be. */
  isFull(): boolean {
    return this.#state.delayed.index.size >= this.#options.bounds.known;
  }

  /** When the next one is to be sent, in milliseconds since 1970. */
  get nextMs(): number {
    return this.#isOver || this.#sending >= MOST_SENT ? Infinity : this.#state.delayed.index.nextMs;
  }

  /** Takes messages of `delayed`. */
  take(records: readonly IncomingRecord[], next: number): void {
    const { clock, due } = this.#options, { delayed } = this.#state;
    const nowMs = clock.wallMs(), before = delayed.index.nextMs, from = delayed.at;
    for (const copy of delayed.take(records, next, nowMs)) this.#watch(this.#dropCopy(copy));
    for (const record of records) {
      if (record.offset >= from) this.#keep(record, nowMs);
    }
    if (delayed.index.nextMs < before) due.ring();
  }

  /** Keeps a message that is due soon, if there is room. */
  #keep(record: IncomingRecord, nowMs: number): void {
    const dueAtMs = this.#state.delayed.index.dueAt(record.offset);
    if (dueAtMs === undefined || dueAtMs >= nowMs + READY_MS) return;
    if (!this.#add(record)) this.#readyMs = Math.min(this.#readyMs, dueAtMs);
  }

  /** @returns whether there was room */
  #add({ offset, key, value, headers, timestamp }: IncomingRecord): boolean {
    const { bounds } = this.#options, bytes = value?.length ?? 0;
    if (this.#ready.size >= bounds.ready || this.#readyBytes + bytes > bounds.readyBytes) return false;
    this.#ready.set(offset, { // copies: what was fetched with it is not to stay in memory for it
      offset,
      timestamp,
      key: key && Buffer.from(key),
      value: value && Buffer.from(value),
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, text]) => [name, Buffer.from(String(text))]),
      ),
    });
    this.#readyBytes += bytes;
    return true;
  }

  #takeReady(offset: number): IncomingRecord | undefined {
    const record = this.#ready.get(offset);
    if (this.#ready.delete(offset)) this.#readyBytes -= record!.value?.length ?? 0;
    return record;
  }

  /** Reads messages into memory that are due soon, and forgets those that wait no more. */
  upkeep(): void {
    this.flush();
    const { index } = this.#state.delayed, nowMs = this.#options.clock.wallMs();
    for (const offset of this.#ready.keys()) if (!index.has(offset)) this.#takeReady(offset);
    if (this.#reading !== undefined || this.#isOver || this.#readyMs >= nowMs + READY_MS / 2) return;
    this.#reading = this.#readSoon(nowMs + READY_MS).finally(() => this.#reading = undefined);
    this.#watch(this.#reading);
  }

  async #readSoon(untilMs: number): Promise<void> {
    const { index } = this.#state.delayed, { bounds } = this.#options;
    const soon = index.soonest(untilMs, bounds.ready);
    let readyMs = soon.length < bounds.ready ? untilMs : Math.max(...soon.map(({ dueAtMs }) => dueAtMs));
    this.#readyMs = readyMs; // what comes meanwhile lowers it
    for (const { offset, dueAtMs } of soon.sort((a, b) => a.offset - b.offset)) {
      if (this.#ready.has(offset)) continue;
      const record = await this.#reader.read(offset);
      if (this.#isOver) return;
      if (record === undefined) index.remove(offset);
      else if (index.dueAt(offset) !== undefined && !this.#add(record)) readyMs = Math.min(readyMs, dueAtMs);
    }
    this.#readyMs = Math.min(this.#readyMs, readyMs);
  }

  /** Sends what is due to `pending`. */
  send(nowMs: number): void {
    if (this.nextMs > nowMs) return;
    const rows = this.#state.delayed.index.take(nowMs, MOST_SENT - this.#sending);
    const ready: IncomingRecord[] = [], others: DelayedRow[] = [];
    for (const row of rows) {
      const record = this.#takeReady(row.offset);
      if (record === undefined) others.push(row);
      else ready.push(record);
    }
    this.#sending += rows.length;
    if (ready.length > 0) this.#watch(this.#send(ready));
    if (others.length > 0) this.#watch(this.#sendRead(others));
  }

  async #sendRead(rows: readonly DelayedRow[]): Promise<void> {
    const records = new Map<DelayedRow, IncomingRecord>();
    for (const row of rows.toSorted((a, b) => a.offset - b.offset)) {
      const record = await this.#reader.read(row.offset);
      if (record === undefined) this.#state.delayed.index.remove(row.offset);
      else records.set(row, record);
    }
    this.#sending -= rows.length - records.size;
    if (records.size > 0) await this.#send(rows.flatMap((row) => records.get(row) ?? []));
  }

  /** Sends messages that are counted as being sent. @returns the offset in `pending` behind the last one */
  async #send(records: readonly IncomingRecord[]): Promise<number> {
    const { writer, names, partition, clock } = this.#options, nowMs = clock.wallMs();
    let at = 0;
    const all = chunks(records.map((record) => sent(record, nowMs))).map(async (some) => {
      const of = records.slice(at, at += some.length),
        first = await writer.append(names.pending, partition, some);
      for (const [i, { key, offset }] of of.entries()) this.#sent.push({ key, offset, sentTo: first + i });
      return first + some.length;
    });
    const end = Math.max(0, ...await Promise.all(all));
    this.came(this.#state.pendingAt);
    return end;
  }

  /** Messages of `pending` have been read up to an offset: those that came from here can be deleted here. */
  came(pendingAt: number): void {
    if (this.#sent.length === 0) return;
    const { came = [], others = [] } = Object.groupBy(
      this.#sent,
      ({ sentTo }) => sentTo < pendingAt ? "came" : "others",
    );
    this.#sent = others;
    this.#came.push(...came);
    this.#sending -= came.length;
    if (came.length > 0) this.#options.due.ring();
  }

  /** Deletes the messages that have come to `pending`. */
  flush(): void {
    if (this.#came.length > 0) this.#watch(this.#delete(this.#came.splice(0)));
  }

  async #delete(records: readonly Pick<IncomingRecord, "key" | "offset">[]): Promise<void> {
    const { writer, names, partition, clock } = this.#options, nowMs = clock.wallMs();
    await writer.append(names.delayed, partition, records.map((record) => deletion(record, nowMs)));
  }

  /** Sends messages before they are due, as something else becomes of them. @returns the offset behind them in `pending` */
  async bring(ids: readonly string[]): Promise<number> {
    const { index } = this.#state.delayed, records: IncomingRecord[] = [];
    for (const id of ids) {
      for (const offset of index.at(id)) {
        const record = await this.#reader.read(offset);
        if (record !== undefined && idOf(record) === id) records.push(record);
      }
    }
    this.#sending += records.length;
    return await this.#send(records);
  }

  /** The instance of an id that is delayed: the one with which others of that id are compared. */
  async known(id: string): Promise<Instance | undefined> {
    return await this.#instanceAt(id, this.#state.delayed.index.at(id));
  }

  async #instanceAt(id: string, offsets: readonly number[]): Promise<Instance | undefined> {
    for (const offset of offsets) {
      const record = await this.#reader.read(offset);
      const instance = record && idOf(record) === id ? this.#decode(record) : undefined;
      if (instance !== undefined && !("reason" in instance)) return instance;
    }
    return undefined;
  }

  /** The instance of a message, or why it brings none. */
  #decode(record: IncomingRecord): Instance | Unreadable {
    try {
      return this.#options.instanceOf(record);
    } catch (error) {
      return unreadable(record, placeIn(record), error);
    }
  }

  /** Deletes a message that brings a known id, and sets it aside if it asks for something else. */
  async #dropCopy({ id, record, first }: DelayedCopy): Promise<void> {
    const { state, ends, partition, setAside } = this.#options;
    const end = state.ends.get(id),
      known = state.entries.get(id)?.instance ??
        (end && (await ends.read(partition, end))?.instance) ?? await this.#instanceAt(id, first);
    if (known === undefined && first.length > 0) return; // only their hashes are the same
    state.delayed.index.remove(record.offset);
    const copy = known && this.#decode(record);
    if (copy !== undefined && "reason" in copy) await setAside(copy);
    else if (copy !== undefined && !isSameContent(contentOf(known!), contentOf(copy))) {
      const bytes = record.value ?? new Uint8Array();
      await setAside({ place: placeIn(record), bytes, reason: conflictReason(id, contentOf(known!)) });
    }
    await this.#delete([record]);
  }

  /** Nothing more is sent. */
  end(): void {
    this.#isOver = true;
    this.#ready.clear();
  }

  /** Sees to something that nobody waits for. */
  #watch(work: Promise<unknown>): void {
    work.catch((error) => this.#options.failed(error));
  }
}
