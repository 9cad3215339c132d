/** The queue on Apache Kafka, shared by any number of machines. */
import { onAbort } from "../../model/mod.ts";
import type { QueueDriver } from "../queue.ts";
import { assembleDriver } from "./assembly.ts";
import { Link, type LinkOptions, Reachability } from "./client/link.ts";
import { connectionOf } from "./client/security.ts";
import { setUpTopics } from "./log/setup.ts";
import { DEFAULT_PARTITIONS, topicNames } from "./log/topics.ts";
import { CommandLog } from "./operator/command_log.ts";
import type { KafkaQueueOptions } from "./options.ts";
import { setUpSubmissions } from "./original/mod.ts";

export type { KafkaQueueOptions } from "./options.ts";

/** Time for which ended instances are kept, in milliseconds. */
const DEFAULT_KEEP_MS = 86_400_000;

/**
 * Opens a queue on Kafka.
 *
 * @throws {QueueError} `unreachable`, `unauthorized`, `bad-topic`, `cannot-open`, `closed` or `failed`
 */
export async function openKafkaQueue(options: KafkaQueueOptions): Promise<QueueDriver> {
  const { clock, random, giveUpAfterMs, onNote, signal, prefix = "", replication = -1 } = options;
  const { readOnly = false, keepMs = DEFAULT_KEEP_MS, wire = "sequoia" } = options;
  const leaving = new AbortController(), closing = new AbortController();
  const linkOptions: LinkOptions = { ...await connectionOf(options), clock, random, giveUpAfterMs, onNote };
  const reachability = new Reachability(linkOptions);
  const newLink = () => new Link(linkOptions, reachability, closing.signal);
  const links = { main: newLink(), following: newLink(), joining: newLink() }, { main, following } = links;
  using opening = new DisposableStack();
  if (signal !== undefined) opening.defer(onAbort(signal, () => closing.abort()));
  try {
    const names = topicNames(prefix);
    const { partitions, maxBytes, hasDelayed } = await setUpTopics(main, {
      ...{ names, replication, keepMs, mayCreate: !readOnly, onNote },
      ...{ partitions: options.partitions, defaultPartitions: DEFAULT_PARTITIONS },
    });
    const submissions = wire === "original" && !readOnly
      ? await setUpSubmissions(main, names.submissions, replication)
      : undefined;
    await following.use([names.pending, names.commands, ...hasDelayed ? [names.delayed] : []]);
    const log = new CommandLog(main, names.commands);
    await log.load();
    return assembleDriver({ ...options, prefix, replication, readOnly, keepMs, wire }, {
      ...{ links, names, partitions, maxBytes, hasDelayed, submissions, log, leaving, closing },
    });
  } catch (error) {
    closing.abort();
    await Promise.all(Object.values(links).map((link) => link[Symbol.asyncDispose]()));
    throw error;
  }
}
