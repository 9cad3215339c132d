import { assertEquals } from "@std/assert";
import { Topic } from "../../../../tests/kafka/partition_log.ts";
import { idle, VirtualClock } from "../../../../tests/programs/virtual_clock.ts";
import { instances } from "../../../../tests/queue/samples.ts";
import { decodeInstance, encodeInstance } from "../../../wire/mod.ts";
import { Bell } from "../../bell.ts";
import { Buffer } from "../client/kafkajs.ts";
import { ChainPool } from "../log/chain_pool.ts";
import { delayedKey, dueHeader } from "../log/delayed_messages.ts";
import { bytesOf, type Unreadable } from "../log/messages.ts";
import { PartitionState } from "../log/partition_state.ts";
import { bufferOf } from "../log/records.ts";
import { delayBoundsOf, Delays } from "./delays.ts";

const [instance] = instances(1);
const GOOD = bufferOf(encodeInstance(instance!)), BAD = Buffer.from("no instance");

/** The delayed messages of a partition: those that another program has written, and what becomes of them. */
function setUp() {
  const clock = new VirtualClock(), topic = new Topic();
  const failures: unknown[] = [], aside: Unreadable[] = [], written: string[] = [];
  const state = new PartitionState({
    ...{ partition: 0, topic: "pending", keepMs: 1e9, maxEnds: 10, chains: new ChainPool() },
  });
  const delays = new Delays({
    ...{ partition: 0, names: { pending: "pending", delayed: "delayed" }, clock, state, due: new Bell() },
    writer: {
      append(to, _, records) {
        written.push(...records.map(({ key }) => `${to} ${String(key).split("\0")[0]}`));
        return Promise.resolve(0);
      },
      idle: () => Promise.resolve(),
      end: () => {},
    },
    readAt: (offset) => Promise.resolve({ records: topic.range(offset), next: topic.end, end: topic.end }),
    ends: { read: () => Promise.resolve(undefined) },
    setAside(bad) {
      aside.push(bad);
      return Promise.resolve();
    },
    instanceOf: (record) => decodeInstance(bytesOf(record), { fallbackId: "", receivedAtMs: 0 }),
    bounds: delayBoundsOf(1),
    failed: (error) => failures.push(error),
  });
  const take = async (id: string, value: Buffer, due: Readonly<Record<string, Buffer>>) => {
    const key = delayedKey(id, String(topic.end));
    const offset = topic.append([{ key, value, headers: due, timestamp: String(clock.wallMs()) }]);
    delays.take(topic.range(offset), topic.end);
    await idle();
  };
  return { clock, delays, failures, aside, written, take };
}

const later = dueHeader(1e15);

Deno.test("Delays.take() sets a message aside that brings a known id and no instance", async () => {
  const { failures, aside, written, take } = setUp(), { id } = instance!;
  await take(id, GOOD, later);
  await take(id, BAD, later);
  assertEquals(failures, []);
  assertEquals(aside.map(({ bytes }) => String(bytes)), [String(BAD)]);
  assertEquals(written, [`delayed ${id}`]);
});

Deno.test("Delays.known() knows no instance of a message that brings none", async () => {
  const { delays, failures, aside, written, take } = setUp(), { id } = instance!;
  await take(id, BAD, later);
  await take(id, GOOD, later);
  assertEquals([failures, aside, written], [[], [], []], "both are sent when they are due");
  assertEquals((await delays.known(id))?.id, id);
});

Deno.test("Delays.send() sends at once what says no time, and holds nothing else up", async () => {
  const { clock, delays, written, take } = setUp();
  const nowMs = clock.wallMs();
  const words = ["soon", "NaN", "Infinity"].map((due) => ({ due: Buffer.from(due) }));
  for (const [i, due] of words.entries()) await take(`odd ${i}`, GOOD, due);
  await take("good", GOOD, dueHeader(nowMs + 1000));
  assertEquals(delays.nextMs, nowMs);
  delays.send(nowMs);
  await idle();
  assertEquals(written, ["pending odd 0", "pending odd 1", "pending odd 2"]);
  assertEquals(delays.nextMs, nowMs + 1000);
});
