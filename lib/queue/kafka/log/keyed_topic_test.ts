import { assertEquals } from "@std/assert";
import { fetchBroker } from "../../../../tests/kafka/fake_fetch.ts";
import { Topic } from "../../../../tests/kafka/partition_log.ts";
import { type Broker, Buffer } from "../client/kafkajs.ts";
import type { Link } from "../client/link.ts";
import { type KeyedRecord, KeyedTopic, type KeyedTopicOptions } from "./keyed_topic.ts";
import { outgoing } from "./records.ts";

/** A link to a broker with one topic. */
function linkTo(topic: Topic): Link {
  const broker = {
    ...fetchBroker(({ offset }) => ({ records: topic.range(offset), end: topic.end, next: topic.end })),
    listOffsets: ({ topics }: Parameters<Broker["listOffsets"]>[0]) =>
      Promise.resolve({
        responses: topics.map(({ topic: name, partitions: [at] }) => ({
          topic: name,
          partitions: [{ partition: 0, offset: String(at!.timestamp === -1 ? topic.end : 0) }],
        })),
      }),
  } as unknown as Broker;
  return {
    topics: () => Promise.resolve(new Map([["t", 1]])),
    use: () => Promise.resolve(new Map([["t", 1]])),
    leaderId: () => 1,
    leader: (_doing: string, _of: unknown, request: (broker: Broker) => unknown) => request(broker),
  } as unknown as Link;
}

Deno.test("KeyedTopic.readOn() takes what is no JSON for nothing, and goes on", async () => {
  const topic = new Topic(), taken: KeyedRecord[] = [];
  for (const text of ["no JSON", '{"a":1}']) {
    topic.append([{ ...outgoing("k", null, 0), value: Buffer.from(text) }]);
  }
  topic.append([outgoing("k", null, 0)]);
  const keyed = new KeyedTopic({ link: linkTo(topic), plan: { topic: "t" } } as unknown as KeyedTopicOptions);
  assertEquals(await keyed.readOn((record) => taken.push(record)), 3);
  assertEquals(taken.map(({ value }) => value), [null, { a: 1 }, null]);
});
