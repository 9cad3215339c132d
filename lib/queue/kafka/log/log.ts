import { QueueError } from "../../errors.ts";
import { kafkaFailureOf } from "../client/errors.ts";
import { fetchBatches } from "../client/fetch.ts";
import type { Broker, IncomingRecord } from "../client/kafkajs.ts";
import { type Link, Parted, type TopicPartition } from "../client/link.ts";

/** A place in a partition of a topic. */
export interface Position extends TopicPartition {
  readonly offset: number;
  /** Most bytes of one fetch from there. (Default: 1 MiB) */
  readonly maxBytes?: number | undefined;
}

/** The records that were read from a position on. */
export interface Chunk {
  readonly records: readonly IncomingRecord[];
  /** Where reading goes on. */
  readonly next: number;
  /** The offset that the next record of the partition will get. */
  readonly end: number;
}

/** Most bytes of one read where little may be enough. */
export const LITTLE_BYTES = 128 * 1024;
/** Most bytes of one fetch: of a partition, and of all together. */
const BYTES = { partition: 1024 * 1024, together: 8 * 1024 * 1024 };
const EARLIEST = -2, LATEST = -1;

/** Where a partition begins, as old records are deleted. */
export function startOffset(link: Link, topic: string, partition: number): Promise<number> {
  return offsetAt(link, topic, partition, EARLIEST);
}

/** The offset that the next record of a partition will get. */
export function endOffset(
  link: Link,
  topic: string,
  partition: number,
  signal?: AbortSignal,
): Promise<number> {
  return offsetAt(link, topic, partition, LATEST, signal);
}

/** The end offsets of partitions, in their order: one request to each broker. */
export async function endOffsets(link: Link, of: readonly TopicPartition[]): Promise<number[]> {
  const ends = new Map<string, number>();
  for (let left = of; left.length > 0;) {
    const asked = await Promise.all(byLeader(link, left).map((led) => endsOf(link, led)));
    for (const { topic, partition, end } of asked.flat()) ends.set(`${topic} ${partition}`, end);
    left = left.filter(({ topic, partition }) => !ends.has(`${topic} ${partition}`));
  }
  return of.map(({ topic, partition }) => ends.get(`${topic} ${partition}`)!);
}

function byLeader<T extends TopicPartition>(link: Link, of: readonly T[]): T[][] {
  return [...Map.groupBy(of, ({ topic, partition }) => link.leaderId(topic, partition)).values()];
}

/** The end offsets of partitions that are led by one broker; of none, if they are not any more. */
async function endsOf(
  link: Link,
  led: readonly TopicPartition[],
): Promise<(TopicPartition & { readonly end: number })[]> {
  const topics = [...Map.groupBy(led, ({ topic }) => topic)].map(([topic, some]) => ({
    topic,
    partitions: some.map(({ partition }) => ({ partition, timestamp: LATEST })),
  }));
  try {
    const { responses } = await link.leader(
      "read offsets",
      led,
      (broker) => broker.listOffsets({ isolationLevel: 0, topics }),
    );
    return responses.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => ({ topic, partition, end: Number(offset) }))
    );
  } catch (error) {
    if (error instanceof Parted) return [];
    throw error;
  }
}

async function offsetAt(
  link: Link,
  topic: string,
  partition: number,
  timestamp: number,
  signal?: AbortSignal,
): Promise<number> {
  const topics = [{ topic, partitions: [{ partition, timestamp }] }];
  const { responses } = await link.leader(
    `read the offsets of ${topic}`,
    [{ topic, partition }],
    (broker) => broker.listOffsets({ isolationLevel: 0, topics }),
    signal,
  );
  return Number(responses[0]!.partitions[0]!.offset);
}

/**
 * Fetches the present records from some positions on, all led by one broker.
 *
 * @param maxWaitMs longest wait of the broker for the first record, in milliseconds
 */
export async function fetchFrom(
  broker: Broker,
  positions: readonly Position[],
  maxWaitMs: number,
  maxBytes = BYTES.partition,
): Promise<{ readonly at: Position; readonly chunk: Chunk }[]> {
  const bounds = { maxWaitMs, maxBytes: { partition: maxBytes, together: BYTES.together } };
  const found = await fetchBatches(broker, positions, bounds);
  return found.flatMap((chunk) => {
    const at = positions.find(({ topic, partition }) =>
      topic === chunk.topic && partition === chunk.partition
    );
    return at === undefined ? [] : [{ at, chunk }];
  });
}

/** The range of a partition that is to be read. */
export interface Range extends Position {
  /** The offset before which reading ends. */
  readonly to: number;
  /** Gets the records in their order. */
  take(records: readonly IncomingRecord[]): void;
}

/** Reads parts of partitions side by side. */
export async function readRanges(link: Link, ranges: readonly Range[], signal?: AbortSignal): Promise<void> {
  let left = ranges.filter(({ offset, to }) => offset < to);
  while (left.length > 0) {
    const read = await Promise.all(byLeader(link, left).map((led) => readSome(link, led, signal)));
    left = read.flat();
  }
}

/** Reads some of each range, all led by one broker. @returns what is left of them */
async function readSome(link: Link, ranges: readonly Range[], signal?: AbortSignal): Promise<Range[]> {
  try {
    const found = await link.leader(
      `read ${ranges[0]!.topic}`,
      ranges,
      (broker) => fetchFrom(broker, ranges, 0),
      signal,
    );
    const left = await Promise.all(found.map(async ({ at, chunk }) => {
      const range = at as Range;
      return advance(range, chunk.next > range.offset ? chunk : await readChunk(link, range, signal));
    }));
    return left.flat();
  } catch (error) {
    if (error instanceof Parted) return [...ranges];
    if (error instanceof QueueError || kafkaFailureOf(error) !== "out-of-range") throw error;
    return await Promise.all(ranges.map(async (range) => {
      const start = await startOffset(link, range.topic, range.partition);
      return { ...range, take: range.take, offset: Math.max(range.offset, start) };
    }));
  }
}

function advance(range: Range, { records, next }: Chunk): Range[] {
  const beyond = records.findIndex((record) => record.offset >= range.to);
  range.take(beyond < 0 ? records : records.slice(0, beyond));
  return next < range.to ? [{ ...range, offset: next }] : [];
}

/** Longest wait of a broker for a record that is not there yet, in milliseconds. */
const CHUNK_WAIT_MS = 100;

/**
 * Reads some records from a position on, or from where the partition begins by now. An answer without records and with
 * `next` at the position means that nothing is there *yet*: a broker that has just come back may show less than it has, and
 * nothing may be passed over for that.
 */
export async function readChunk(
  link: Link,
  at: Position,
  signal?: AbortSignal,
  maxBytes?: number,
): Promise<Chunk> {
  const read = async (position: Position) => {
    const [found] = await link.leader(
      `read ${at.topic}`,
      [at],
      (broker) => fetchFrom(broker, [position], CHUNK_WAIT_MS, maxBytes),
      signal,
    );
    return found!.chunk;
  };
  try {
    return await read(at);
  } catch (error) {
    if (kafkaFailureOf(error) !== "out-of-range") throw error;
    const start = await startOffset(link, at.topic, at.partition);
    if (start <= at.offset) return { records: [], next: at.offset, end: start };
    return await read({ ...at, offset: start });
  }
}
