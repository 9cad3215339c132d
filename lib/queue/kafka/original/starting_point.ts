import { isOriginalMessage } from "../../../wire/mod.ts";
import { QueueError } from "../../errors.ts";
import type { IncomingRecord } from "../client/kafkajs.ts";
import type { Link } from "../client/link.ts";
import { endOffset, readChunk, startOffset } from "../log/log.ts";

/** Whether messages of the original that are there before the first consumer comes are run, or passed over. */
export type From = "earliest" | "latest";

/** Where a partition is read that no consumer has had. */
export interface StartingPointOptions {
  readonly link: Link;
  /** The topic of the pending ones. */
  readonly topic: string;
  readonly group: string;
  readonly from: From | undefined;
}

/** The part of a partition that its first consumer reads. */
export interface StartingPoint {
  /** The offset of `pending` where it begins. */
  readonly from: number;
  /** Messages in the original's format before this offset are passed over. */
  readonly passBefore: number;
}

/**
 * Where the first consumer of a partition begins to read: where the group has committed, for example by Kafka's own tools; else
 * at its start. The original commits nothing and deletes nothing: messages there in its format may have run already, so
 * that somebody has to say what becomes of them. Messages there in Sequoia's own format always run.
 *
 * @throws {QueueError} `starting-point`, if there are messages in the original's format and `from` is undefined
 */
export async function startingPoint(
  options: StartingPointOptions,
  partition: number,
  signal: AbortSignal,
): Promise<StartingPoint> {
  const { link, topic, group, from } = options;
  const [start, end] = [await startOffset(link, topic, partition), await endOffset(link, topic, partition)];
  const atStart = { from: start, passBefore: 0 };
  if (start === end) return atStart;
  const committed = await committedOffset(options, partition);
  if (committed !== undefined) return { ...atStart, from: Math.min(Math.max(start, committed), end) };
  if (from === "earliest") return atStart;
  for (let offset = start; offset < end && !signal.aborted;) {
    const { records, next } = await readChunk(link, { topic, partition, offset }, signal);
    if (from === "latest") {
      const own = records.find((record) => !isOriginals(record));
      if (own !== undefined) return { from: Math.min(own.offset, end), passBefore: end };
    } else if (records.some(isOriginals)) throw needed(link, topic, group);
    offset = next;
  }
  return from === "latest" ? { from: end, passBefore: end } : atStart;
}

/** Whether a message is in the original's format: its consumer runs it, whoever has sent it. */
export function isOriginals({ value }: Pick<IncomingRecord, "value">): boolean {
  return value !== null && isOriginalMessage(value);
}

/** Where the group stands; undefined if it has committed nothing. */
async function committedOffset(
  { link, topic, group }: StartingPointOptions,
  partition: number,
): Promise<number | undefined> {
  const { responses } = await link.coordinator(
    "read committed offsets",
    "group",
    group,
    (broker) => broker.offsetFetch({ groupId: group, topics: [{ topic, partitions: [{ partition }] }] }),
  );
  const offset = Number(responses[0]?.partitions[0]?.offset ?? -1);
  return offset < 0 ? undefined : offset;
}

function needed({ where }: Link, topic: string, group: string): QueueError {
  return new QueueError(
    "starting-point",
    `Cannot consume ${topic} of ${where}: it holds messages that the original system may have run, and the group ` +
      `${group} has not begun there. Write --from earliest to run them, or --from latest to pass over them`,
  );
}
