import type { Clock, Instance } from "../../../model/mod.ts";
import { originalSubmission } from "../../../wire/mod.ts";
import type { RecordWriter } from "../client/appender.ts";
import { Buffer } from "../client/kafkajs.ts";
import type { Link } from "../client/link.ts";
import { chunks } from "../log/chunks.ts";
import { partitioner } from "../log/homes.ts";
import { setUpTopic } from "../log/setup.ts";

/** The key of all that the original's producers write. */
const KEY = "raw";

/** The topic in which the original's producers log what they submit. */
export interface SubmissionTopic {
  readonly topic: string;
  readonly partitions: number;
}

/** Creates the topic if it is not there. */
export async function setUpSubmissions(
  link: Link,
  topic: string,
  replication: number,
): Promise<SubmissionTopic> {
  return { topic, partitions: await setUpTopic(link, { topic, partitions: 1, settings: {} }, replication) };
}

/** Logs submissions for the original's consumers, as its producers do. Resolves when they are durable. */
export async function logSubmissions(
  instances: readonly Instance[],
  { topic, partitions }: SubmissionTopic,
  { writer, clock }: { readonly writer: RecordWriter; readonly clock: Clock },
): Promise<void> {
  const nowMs = clock.wallMs();
  const records = instances.map((instance) => ({
    key: Buffer.from(KEY),
    value: Buffer.from(originalSubmission(instance, nowMs)),
    headers: {},
    timestamp: String(Math.floor(nowMs)),
  }));
  const partition = partitioner(partitions)(KEY);
  await Promise.all(chunks(records).map((chunk) => writer.append(topic, partition, chunk)));
}
