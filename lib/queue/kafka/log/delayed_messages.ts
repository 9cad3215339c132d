/**
 * The messages of `delayed`: instances that are due later. They wait there, by a key of their own each (`ID␀NAME`), until the owner
 * of their partition sends them to `pending`, when they are due or when something else becomes of them, and deletes them.
 * A message in `pending` says where it stood, so that who reads both topics counts it once.
 */
import { Buffer, type IncomingRecord, type OutgoingRecord } from "../client/kafkajs.ts";
import { DelayedIndex } from "./delayed_index.ts";
import { ID } from "./records.ts";

/** The header that tells when a message is due, in milliseconds since 1970. */
export const DUE = "due";
/** The header, of a message in `pending`, that tells where it stood in `delayed`; of a deletion there: what it deletes. */
const STOOD = "stood";

/** A message of `delayed` that seems to bring a known id. */
export interface DelayedCopy {
  readonly id: string;
  readonly record: IncomingRecord;
  /** Where the message may stand that came first, if it is delayed, too: others may have the same hash. */
  readonly first: readonly number[];
}

/** The delayed messages of a partition, as its topics tell them. */
export class DelayedMessages {
  readonly index = new DelayedIndex();
  /** The offset up to which `delayed` has been read. */
  at = 0;
  readonly #isKnown: (id: string, nowMs: number) => boolean;

  /** @param isKnown whether an instance of an id is known that has been in `pending` */
  constructor(isKnown: (id: string, nowMs: number) => boolean) {
    this.#isKnown = isKnown;
  }

  /** Takes records of `delayed`. @returns those that seem to bring known ids */
  take(records: readonly IncomingRecord[], next: number, nowMs: number): DelayedCopy[] {
    const copies: DelayedCopy[] = [];
    for (const record of records) {
      if (record.offset < this.at) continue;
      const { value, headers, offset } = record;
      if (value === null) this.index.remove(Number(String(headers[STOOD])));
      else if (headers[DUE] !== undefined) {
        const id = idOf(record), first = this.index.at(id);
        const isKnown = this.#isKnown(id, nowMs);
        if (!isKnown) this.index.add(id, offset, dueOf(record));
        if (isKnown || first.length > 0) copies.push({ id, record, first });
      }
    }
    this.at = Math.max(this.at, next);
    return copies;
  }

  /** A message of `pending` has been read: it waits no more. */
  came({ headers }: Pick<IncomingRecord, "headers">): void {
    const stood = headers[STOOD];
    if (stood !== undefined) this.index.remove(Number(String(stood)));
  }

  /** Whether an id seems to be delayed: others may have the same hash. */
  mayHave(id: string): boolean {
    return this.index.size > 0 && this.index.at(id).length > 0;
  }
}

/** The key of a message in `delayed`. @param name tells it from all others of the id */
export function delayedKey(id: string, name: string): Buffer {
  return Buffer.from(`${id}\0${name}`);
}

/** The headers of a message in `delayed`. */
export function dueHeader(dueAtMs: number): Readonly<Record<string, Buffer>> {
  return { [DUE]: Buffer.from(String(dueAtMs)) };
}

/** The id of the instance that a message of `delayed` brings. */
export function idOf({ key }: Pick<IncomingRecord, "key">): string {
  const text = String(key), end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}

/** When a message with the header is due, in milliseconds since 1970: at once, if another program has written no number there. */
export function dueOf({ headers, timestamp }: Pick<IncomingRecord, "headers" | "timestamp">): number {
  const dueAtMs = Number(String(headers[DUE]));
  return Number.isFinite(dueAtMs) ? dueAtMs : timestamp;
}

/** A message of `delayed` as it goes to `pending`: as if it was submitted when it was due, or now if that is sooner. */
export function sent(record: IncomingRecord, nowMs: number): OutgoingRecord {
  const { value, headers, offset, timestamp } = record, dueAtMs = dueOf(record);
  const own = headers[ID] === undefined ? {} : { [ID]: Buffer.from(String(headers[ID])) };
  return {
    key: Buffer.from(idOf(record)),
    value,
    headers: { ...own, ...dueHeader(dueAtMs), [STOOD]: Buffer.from(String(offset)) },
    timestamp: String(Math.floor(Math.max(timestamp, Math.min(dueAtMs, nowMs)))),
  };
}

/** Deletes a message of `delayed`. */
export function deletion(
  { key, offset }: Pick<IncomingRecord, "key" | "offset">,
  nowMs: number,
): OutgoingRecord {
  return {
    key,
    value: null,
    headers: { [STOOD]: Buffer.from(String(offset)) },
    timestamp: String(Math.floor(nowMs)),
  };
}
