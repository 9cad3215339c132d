import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { FakeCluster } from "../../../../tests/kafka/fake_cluster.ts";
import { VirtualClock } from "../../../../tests/programs/virtual_clock.ts";
import { Appender } from "../client/appender.ts";
import { HeldWriter, NAMES, type PartitionLog, Topic } from "../../../../tests/kafka/partition_log.ts";
import { lostError } from "../client/errors.ts";
import { Fencing } from "./fencing.ts";
import type { IncomingRecord, OutgoingRecord } from "../client/kafkajs.ts";
import { FENCE, type Fence, outgoing } from "./records.ts";
import { marked, Terms, TermWriter } from "./terms.ts";

function record(key: string, term?: number): OutgoingRecord {
  const plain = outgoing(key, {}, 0);
  return term === undefined ? plain : marked([plain], term)[0]!;
}

function fence(term: number, rest: Fence): OutgoingRecord {
  return marked([outgoing(FENCE, rest, 0)], term)[0]!;
}

/** Records as they stand in a topic from an offset on. */
function standing(records: readonly OutgoingRecord[], from = 0): readonly IncomingRecord[] {
  const topic = new Topic();
  topic.end = from;
  topic.append(records);
  return topic.records;
}

/** The keys of the records that count. */
function counting(terms: Terms, records: readonly IncomingRecord[]): string[] {
  return records.filter((each) => terms.takes(each)).map(({ key }) => String(key));
}

Deno.test("Terms.takes() passes over what stands behind a later fence, or a later record, of another term", () => {
  const records = standing([
    ...[record("a", 4), record(FENCE, 9), record("late", 4), record("b", 9)],
    ...[record("late", 8), record("c", 12), record("late", 9)],
  ]);
  assertEquals(counting(new Terms("running"), records), ["a", FENCE, "b", "c"]);
});

Deno.test("Terms.takes() takes what older versions wrote, from their fences on", () => {
  const records = standing([
    record("a"),
    record(FENCE),
    record("b"),
    record(FENCE, 3),
    record("late"),
    record("c", 3),
  ]);
  assertEquals(counting(new Terms("running"), records), ["a", FENCE, "b", FENCE, "c"]);
  const older = standing(
    [record(FENCE), record("d"), record("late", 3), record(FENCE, 9), record("e", 9)],
    6,
  );
  const terms = new Terms("running");
  counting(terms, records);
  assertEquals(counting(terms, older), [FENCE, "d", FENCE, "e"]);
});

Deno.test("Terms.know() tells where fences stood that are deleted", () => {
  const records = standing([record("a", 4), record("late", 4), record("b", 9)], 20);
  const terms = new Terms("finished");
  terms.know([[3, 4], [21, 9]]);
  assertEquals(counting(terms, records), ["a", "b"]);
  assertEquals(terms.fences, [[3, 4], [21, 9]]);
});

Deno.test("Terms.know() keeps the latest fences, however many there have been", () => {
  const terms = new Terms("finished");
  terms.know(Array.from({ length: 1500 }, (_, i) => [i, i]));
  assertEquals([terms.fences.length, terms.fences[0]], [1000, [500, 500]]);
});

Deno.test("Fencing.isFencedBy() gives a term to whoever fences first, and to nobody behind a later one", () => {
  const fencing = new Fencing();
  const takes = standing([fence(5, { member: "a" }), fence(5, { member: "b" })]).map((each) =>
    fencing.takesRunning(each)
  );
  assertEquals(takes, [true, false]);
  assert(fencing.isFencedBy("a", 5));
  assert(!fencing.isFencedBy("b", 5));
  assertEquals(fencing.takeOverwritten(), new Set([FENCE]), "compaction would keep the second one alone");
  for (const each of standing([fence(7, { member: "c" })], 9)) fencing.takesRunning(each);
  assert(!fencing.isFencedBy("a", 5));
});

interface Setup {
  readonly log: PartitionLog;
  readonly writer: TermWriter;
  /** The ranges that were looked at: where from, and where to. */
  readonly looked: [topic: string, from: number, to: number][];
  /** A later owner comes. */
  supersede(): void;
}

/** A writer in term 5 whose records are durable at once, behind its fence. */
function setUp(): Setup {
  const log: PartitionLog = { pending: new Topic(), running: new Topic(), finished: new Topic() };
  const held = new HeldWriter(log);
  held.eager = Infinity;
  for (const topic of [log.running, log.finished]) topic.append([fence(5, { member: "a" })]);
  const looked: [string, number, number][] = [];
  let isSuperseded = false;
  const writer = new TermWriter({
    writer: held,
    term: 5,
    ends: { [NAMES.running]: 1, [NAMES.finished]: 1 },
    async look(topic, from, to) {
      looked.push([topic, from, to]);
      await Promise.resolve();
      if (isSuperseded) throw lostError(0);
    },
  });
  return { log, writer, looked, supersede: () => isSuperseded = true };
}

Deno.test("TermWriter.append() looks at nothing while nobody else writes", async () => {
  const { writer, looked } = setUp();
  for (const topic of [NAMES.running, NAMES.finished, NAMES.running]) {
    await writer.append(topic, 0, [record("a"), record("b")]);
  }
  assertEquals(looked, []);
});

Deno.test("TermWriter.append() reads what others wrote before it resolves, of either topic, once", async () => {
  const { log, writer, looked } = setUp();
  log.running.append([record("late", 3), record("late", 3)]);
  log.finished.append([record("late", 3)]);
  assertEquals(await writer.append(NAMES.running, 0, [record("a")]), 3);
  assertEquals(await writer.append(NAMES.finished, 0, [record("a")]), 2);
  assertEquals(await writer.append(NAMES.running, 0, [record("b")]), 4);
  assertEquals(looked, [[NAMES.running, 1, 3], [NAMES.finished, 1, 2]]);
});

Deno.test("TermWriter.append() believes nothing that stands behind the fence of a later owner, whatever the broker takes", async () => {
  for (const topic of ["running", "finished"] as const) {
    const { log, writer, supersede } = setUp();
    log[topic].append([fence(9, { member: "b" })]);
    supersede();
    const writes = ["a", "b", "c"].map((key) => writer.append(NAMES[topic], 0, [record(key)]));
    const results = await Promise.allSettled(writes);
    assertEquals(results.map(({ status }) => status), ["rejected", "rejected", "rejected"], topic);
    const error = await assertRejects(() => writer.append(NAMES[topic], 0, [record("d")]));
    assertStrictEquals(error, (results[0] as PromiseRejectedResult).reason);
    assertEquals(log[topic].records.filter(({ key }) => String(key) === "d"), []);
  }
});

Deno.test("TermWriter.lookTo() looks behind the last record, and does not look there again", async () => {
  const { log, writer, looked } = setUp();
  await writer.append(NAMES.running, 0, [record("a")]);
  log.running.append([record("late", 3)]);
  await writer.lookTo(NAMES.running, log.running.end);
  await writer.lookTo(NAMES.running, log.running.end);
  await writer.append(NAMES.running, 0, [record("b")]);
  assertEquals(looked, [[NAMES.running, 2, 3]]);
});

const write = fc.record({
  of: fc.constantFrom("former", "next"),
  to: fc.constantFrom("running", "finished"),
  count: fc.integer({ min: 1, max: 3 }),
  /** Time that its request is on its way, in milliseconds, and time until the next one. */
  lateMs: fc.constantFrom(0, 0, 1, 10, 200),
  pauseMs: fc.constantFrom(0, 0, 1, 10, 200),
});

Deno.test("TermWriter.append() resolves for whoever has the partition by its topics, on brokers that fence nobody off", () =>
  fc.assert(
    fc.asyncProperty(fc.array(write, { maxLength: 20 }), fc.nat(20), async (writes, takenAfter) => {
      const clock = new VirtualClock(), cluster = new FakeCluster(clock);
      let lateMs = 0;
      cluster.fault = async ({ producerId }) => {
        if (producerId === "1") await clock.until(clock.nowMs() + lateMs);
      };
      const owner = async (producerId: bigint, member: string) => {
        const all = new Appender({ link: cluster, clock, lingerMs: 1, compression: "none" }); // each in a process of its own
        const raw = all.writer({
          identify: () => Promise.resolve({ producerId, producerEpoch: 0 }),
          whenFenced: "end",
        });
        const term = cluster.records(`${NAMES.running} 0`).length;
        const ends: Record<string, number> = {};
        for (const topic of [NAMES.running, NAMES.finished]) {
          ends[topic] = await raw.append(topic, 0, [fence(term, { member })]) + 1;
        }
        return new TermWriter({
          writer: raw,
          term,
          ends,
          async look(topic, from, to) {
            await clock.until(clock.nowMs() + 1);
            const terms = new Terms(topic === NAMES.running ? "running" : "finished");
            for (const each of cluster.records(`${topic} 0`).slice(from, to)) terms.takes(each);
            if (terms.current > term) throw lostError(0);
          },
        });
      };
      const former = await clock.run(owner(1n, "former"));
      let next: TermWriter | undefined;
      const believed = new Set<string>(), acks: Promise<unknown>[] = [];
      for (const [i, { of, to, count, ...write }] of writes.entries()) {
        if (i === takenAfter) next = await clock.run(owner(2n, "next"));
        lateMs = write.lateMs;
        const keys = Array.from({ length: count }, (_, j) => `${i}.${j}`);
        const writer = of === "former" ? former : next;
        const ack = writer?.append(NAMES[to], 0, keys.map((key) => outgoing(key, {}, 0)));
        if (ack !== undefined) acks.push(ack.then(() => keys.forEach((key) => believed.add(key)), () => {}));
        if (write.pauseMs > 0) await clock.pass(write.pauseMs);
      }
      await clock.run(Promise.all(acks));
      const counted = (["running", "finished"] as const).flatMap((topic) =>
        counting(new Terms(topic), cluster.records(`${NAMES[topic]} 0`))
      );
      assertEquals([...believed].filter((key) => !counted.includes(key)), [], "what was believed counts");
      const { status } =
        (await clock.run(Promise.allSettled([former.append(NAMES.running, 0, [record("last")])])))[0]!;
      assertEquals(status, next === undefined ? "fulfilled" : "rejected");
    }),
    { numRuns: 200 },
  ));
