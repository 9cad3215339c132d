/**
 * Reads Kafka's format of batches of records (magic 2, KIP-98). kafkajs has a decoder of its own, which makes several objects
 * for each field; consumers that pass over what may not start look at a million records and keep none.
 */
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { BATCH_AT as AT, BATCH_HEAD, BATCH_MAGIC } from "./batch_format.ts";
import { Buffer, COMPRESSION, decodeOtherBatches, type IncomingRecord } from "./kafkajs.ts";

/** The records that were read from some batches. */
export interface ReadBatches {
  /** In the order of their offsets, without the marks of transactions. */
  readonly records: readonly IncomingRecord[];
  /** The offset behind the last whole batch, or the one from which on was read if there is none. */
  readonly next: number;
}

const CODEC = 0x07, LOG_APPEND_TIME = 0x08, CONTROL = 0x20;

const decompress = promisify(gunzip);

/**
 * Reads the batches that a broker answers with. The last one may be cut short, and is left out then.
 *
 * @param from records before this offset are left out: brokers answer with whole batches
 * @throws {Error} kafkajs's, if a batch is compressed by something else than gzip
 */
export async function readBatches(bytes: Buffer, from: number): Promise<ReadBatches> {
  const records: IncomingRecord[] = [];
  let next = from;
  for (let at = 0; at + AT.magic < bytes.length;) { // messages of older formats are shorter than a head
    const end = at + AT.length + 4 + bytes.readInt32BE(at + AT.length);
    if (end > bytes.length) break;
    const head = bytes.subarray(at, end), codec = head.readInt16BE(AT.attributes) & CODEC;
    if (head[AT.magic] !== BATCH_MAGIC || codec > COMPRESSION.gzip) {
      const others = await decodeOtherBatches(bytes.subarray(at));
      for (const record of others) if (record.offset >= next) records.push(record);
      return { records, next: Math.max(next, (others.at(-1)?.offset ?? -1) + 1) };
    }
    const batch = new Batch(
      head,
      codec === 0 ? head.subarray(BATCH_HEAD) : await decompress(head.subarray(BATCH_HEAD)),
    );
    if (!batch.isControl) batch.read(from, records);
    next = Math.max(next, batch.next);
    at = end;
  }
  return { records, next };
}

/** Who has written a batch. */
export interface BatchWriter {
  readonly producerId: string;
  readonly producerEpoch: number;
}

/** A batch, and the bytes of its records. */
class Batch implements BatchWriter {
  readonly firstOffset: number;
  readonly firstMs: number;
  /** When the broker got it, if that is the time of its records; in milliseconds since 1970. */
  readonly appendedMs: number | undefined;
  readonly #head: Buffer;
  readonly bytes: Buffer;

  constructor(head: Buffer, bytes: Buffer) {
    this.#head = head;
    this.bytes = bytes;
    this.firstOffset = Number(head.readBigInt64BE(0));
    this.firstMs = Number(head.readBigInt64BE(AT.firstTimestamp));
    const isAppendTime = (head.readInt16BE(AT.attributes) & LOG_APPEND_TIME) !== 0;
    this.appendedMs = isAppendTime ? Number(head.readBigInt64BE(AT.maxTimestamp)) : undefined;
  }

  /** Whether it holds marks of transactions. */
  get isControl(): boolean {
    return (this.#head.readInt16BE(AT.attributes) & CONTROL) !== 0;
  }

  /** The offset behind it: compaction takes records out, and leaves this. */
  get next(): number {
    return this.firstOffset + this.#head.readInt32BE(AT.lastOffsetDelta) + 1;
  }

  get producerId(): string {
    return String(this.#head.readBigInt64BE(AT.producerId));
  }

  get producerEpoch(): number {
    return this.#head.readInt16BE(AT.producerEpoch);
  }

  /** Adds the records from an offset on. */
  read(from: number, to: IncomingRecord[]): void {
    const { bytes } = this;
    cursor = 0;
    for (let left = this.#head.readInt32BE(AT.count); left > 0; left--) {
      const size = varint(bytes), end = cursor + size;
      cursor++; // attributes
      const deltaMs = varint(bytes), offset = this.firstOffset + varint(bytes);
      if (offset >= from) {
        to.push(new FetchedRecord(this, offset, this.appendedMs ?? this.firstMs + deltaMs, cursor));
      }
      cursor = end;
    }
  }
}

type Headers = IncomingRecord["headers"];

const NO_HEADERS: Headers = {};

/** A record in the bytes of its batch: parts of it are read when they are asked for. */
class FetchedRecord implements IncomingRecord {
  /** @param at where its key begins */
  constructor(
    readonly batch: Batch,
    readonly offset: number,
    readonly timestamp: number,
    private readonly at: number,
  ) {}

  get key(): Buffer | null {
    cursor = this.at;
    return part(this.batch.bytes);
  }

  get value(): Buffer | null {
    cursor = this.at;
    skip(this.batch.bytes);
    return part(this.batch.bytes);
  }

  get headers(): Headers {
    const { bytes } = this.batch;
    cursor = this.at;
    skip(bytes);
    skip(bytes);
    const count = varint(bytes);
    if (count === 0) return NO_HEADERS;
    const headers: Record<string, Buffer | Buffer[]> = {};
    for (let left = count; left > 0; left--) {
      const name = part(bytes)!.toString(), value = part(bytes) ?? Buffer.alloc(0);
      const known = Object.hasOwn(headers, name) ? headers[name] : undefined;
      headers[name] = known === undefined ? value : Array.isArray(known) ? [...known, value] : [known, value];
    }
    return headers;
  }
}

/** Where the functions below read on. */
let cursor = 0;

/** A number of up to 53 bits, with its sign in the lowest bit. */
function varint(bytes: Buffer): number {
  let byte = bytes[cursor++]!, value = byte & 127;
  for (let unit = 128; byte >= 128; unit *= 128) {
    byte = bytes[cursor++]!;
    value += (byte & 127) * unit;
  }
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/** Bytes behind their length; null if that is negative. */
function part(bytes: Buffer): Buffer | null {
  const length = varint(bytes);
  if (length < 0) return null;
  cursor += length;
  return bytes.subarray(cursor - length, cursor);
}

function skip(bytes: Buffer): void {
  const length = varint(bytes);
  if (length > 0) cursor += length;
}
