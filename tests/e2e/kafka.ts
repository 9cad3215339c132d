/** Parts that end-to-end tests of queues on Kafka share. */
import { Buffer } from "node:buffer";
import { assertEquals, assertMatch } from "@std/assert";
import { clientOf } from "../kafka/client.ts";
import type { Broker } from "../kafka/broker.ts";
import { newPrefix } from "../kafka/shared.ts";
import { folder, type Ran, run, type RunOptions } from "./sequoia.ts";

/** A folder whose commands work on a queue of its own; partitions go to others soon after a crash. */
export interface KafkaFolder extends RunOptions, AsyncDisposable {
  /** The prefix of its topics' names. */
  readonly prefix: string;
  readonly address: string;
}

/** Makes a folder of the test's own, gone at the end of the scope, and a queue for it. */
export async function kafkaFolder(broker: Broker, files: Record<string, string> = {}): Promise<KafkaFolder> {
  const prefix = newPrefix();
  const address = `kafka://${broker.address}?prefix=${prefix}&lease=1s`;
  return { ...await folder(files), prefix, address, env: { SEQUOIA_QUEUE: address } };
}

/** Writes messages as any other program would. */
export async function write(
  broker: Broker,
  topic: string,
  messages: readonly { readonly key?: string; readonly value: Uint8Array | string }[],
): Promise<void> {
  const producer = clientOf(broker).producer();
  await producer.connect();
  try {
    await producer.send({
      topic,
      messages: messages.map(({ key = null, value }) => ({
        key,
        value: Buffer.from(value),
      })),
    });
  } finally {
    await producer.disconnect();
  }
}

/** Makes topics with settings of their own. */
export async function makeTopics(
  broker: Broker,
  topics: Readonly<
    Record<string, { readonly partitions: number; readonly settings?: Record<string, string> }>
  >,
): Promise<void> {
  const admin = clientOf(broker).admin();
  await admin.connect();
  await admin.createTopics({
    topics: Object.entries(topics).map(([topic, { partitions, settings = {} }]) => ({
      topic,
      numPartitions: partitions,
      configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
    })),
  });
  await admin.disconnect();
}

/** Runs a command that must succeed with nothing to warn of, and gives what it prints. */
export async function quietly(args: readonly string[], at: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await run([...args, "--log-level", "warn"], at);
  assertEquals([code, stderr], [0, ""], args.join(" "));
  return stdout;
}

/** The JSON of each line that a command prints. */
export async function jsonLines(args: readonly string[], at: RunOptions): Promise<unknown[]> {
  const stdout = await quietly([...args, "--json"], at);
  return stdout.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** Holds that a command failed with one line, and maybe warnings before. */
export function assertFails(
  { code, stdout, stderr }: Ran,
  words: RegExp,
  warnings: readonly RegExp[] = [],
): void {
  assertEquals(stdout, "");
  const lines = stderr.trimEnd().split("\n");
  assertEquals([code, lines.length], [1, warnings.length + 1], stderr);
  for (const [i, warning] of warnings.entries()) assertMatch(lines[i]!, warning);
  assertMatch(lines.at(-1)!, words);
}
