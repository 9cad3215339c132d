import { isOriginalMessage } from "../../wire/mod.ts";
import { QueueError } from "../queue.ts";
import type { IncomingRecord } from "./kafkajs.ts";
import type { Link } from "./link.ts";
import { endOffset, readChunk, startOffset } from "./log.ts";
import { ID } from "./records.ts";

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

/**
 * Where the first consumer of a partition begins to read: where the group has committed, for example by Kafka's own tools; else
 * at its start. The original commits nothing and deletes nothing: what its producers have sent may have run already, so that
 * somebody has to say what becomes of it. Instances of Sequoia's own always run.
 *
 * @returns an offset of `pending`
 * @throws {QueueError} `starting-point`, if the partition holds messages of the original and `from` is undefined
 */
export async function startingPoint(
  options: StartingPointOptions,
  partition: number,
  signal: AbortSignal,
): Promise<number> {
  const { link, topic, group, from } = options;
  const [start, end] = [await startOffset(link, topic, partition), await endOffset(link, topic, partition)];
  if (start === end) return start;
  const committed = await committedOffset(options, partition);
  if (committed !== undefined) return Math.min(Math.max(start, committed), end);
  if (from === "earliest") return start;
  let offset = start;
  while (offset < end && !signal.aborted) {
    const { records, next } = await readChunk(link, { topic, partition, offset }, signal);
    if (from === "latest") {
      const own = records.find((record) => !isOriginals(record));
      if (own !== undefined) return Math.min(Number(own.offset), end);
    } else if (records.some(isOriginals)) throw needed(link, topic, group);
    offset = next;
  }
  return from === "latest" ? end : start;
}

/** Whether one of the original's producers has sent a message. */
function isOriginals({ headers, value }: IncomingRecord): boolean {
  return headers[ID] === undefined && value !== null && isOriginalMessage(value);
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
    `Cannot consume ${topic} of ${where}: it holds messages of the original system, which may have run them, and the ` +
      `group ${group} has not begun there. Write --from earliest to run them, or --from latest to pass over them`,
  );
}
