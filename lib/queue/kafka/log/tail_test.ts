import { assertEquals } from "@std/assert";
import { VirtualClock } from "../../../../tests/programs/virtual_clock.ts";
import { type Broker, Buffer, type IncomingRecord } from "../client/kafkajs.ts";
import { fetchBroker } from "../../../../tests/kafka/fake_fetch.ts";
import type { Link } from "../client/link.ts";
import { Tail } from "./tail.ts";

/** A partition with one new record every `everyMs`; who asks for what is there waits as long as he may, or `slowMs`. */
function setUp(everyMs: number, slowMs: number) {
  const clock = new VirtualClock(), startMs = clock.nowMs();
  const broker = fetchBroker(async ({ partition, offset: from }) => {
    if (partition !== 0) return { records: [], next: from, end: from };
    await clock.until(Math.max(clock.nowMs() + slowMs, startMs + (from + 1) * everyMs));
    const end = Math.floor((clock.nowMs() - startMs) / everyMs);
    return { records: Array.from({ length: end - from }, (_, i) => recordAt(from + i)), next: end, end };
  });
  const link = {
    leaderId: (): number | undefined => 1,
    leader: (_doing: string, _of: unknown, ask: (broker: Broker) => Promise<unknown>) => ask(broker),
  };
  return { clock, link };
}

function recordAt(offset: number): IncomingRecord {
  return {
    offset,
    timestamp: 0,
    key: Buffer.from("k"),
    value: null,
    headers: {},
  };
}

Deno.test("Tail.follow() gives each record once, though the leader is unknown at times", async () => {
  const { clock, link } = setUp(5, 20);
  const closing = new AbortController();
  const tail = new Tail(link as unknown as Link, clock, closing.signal, (error) => {
    throw error;
  });
  const offsets: number[] = [];
  const take = (records: readonly IncomingRecord[]) => offsets.push(...records.map(({ offset }) => offset));
  tail.follow({ topic: "t", partition: 0, offset: 0, take });
  for (let i = 0; i < 20; i++) {
    await clock.pass(7);
    link.leaderId = () => i % 2 === 0 ? undefined : 1;
    tail.follow({ topic: "t", partition: 1, offset: 1_000_000, take: () => {} })(); // someone follows another one
  }
  closing.abort();
  await clock.run(tail.ended());
  assertEquals(offsets.length > 10, true);
  assertEquals(offsets, offsets.map((_, i) => i));
});
