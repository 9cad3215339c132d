import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { FakeCluster, refusal } from "../../../../tests/kafka/fake_cluster.ts";
import { idle, VirtualClock } from "../../../../tests/programs/virtual_clock.ts";
import { QueueError } from "../../errors.ts";
import { Appender, type Identity, type RecordWriter } from "./appender.ts";
import { Buffer, type OutgoingRecord, type ProducerId } from "./kafkajs.ts";
import { outgoing } from "../log/records.ts";

const LINGER_MS = 5;

interface Setup {
  readonly clock: VirtualClock;
  readonly cluster: FakeCluster;
  readonly all: Appender;
  /** One of its writers. */
  readonly appender: RecordWriter;
  /** Number of ids that were asked for. */
  identified(): number;
}

function setUp(whenFenced: Identity["whenFenced"] = "end"): Setup {
  const clock = new VirtualClock(), cluster = new FakeCluster(clock);
  let identified = 0;
  const identify = async (): Promise<ProducerId> => {
    await clock.until(clock.nowMs() + 1);
    return { producerId: 7n, producerEpoch: identified++ };
  };
  const all = new Appender({ link: cluster, clock, lingerMs: LINGER_MS, compression: "none" });
  const appender = all.writer({ identify, whenFenced });
  return { clock, cluster, all, appender, identified: () => identified };
}

function record(key: string, bytes = 10): OutgoingRecord {
  return outgoing(key, Buffer.alloc(bytes), 0);
}

Deno.test("RecordWriter.append() resolves with the offset of the first record", async () => {
  const { clock, appender, cluster } = setUp();
  assertEquals(await clock.run(appender.append("t", 0, [record("a"), record("b")])), 0);
  assertEquals(await clock.run(appender.append("t", 0, [record("c")])), 2);
  assertEquals(await clock.run(appender.append("t", 1, [record("d")])), 0);
  assertEquals(cluster.keys("t 0"), ["a", "b", "c"]);
});

Deno.test("RecordWriter.append() sends together what waits, of all partitions of a broker", async () => {
  const { clock, appender, cluster } = setUp();
  const first = appender.append("t", 0, [record("a")]);
  await idle();
  const more = ["b", "c", "d"].map((key, i) => appender.append("t", i % 2, [record(key)]));
  more.push(appender.append("u", 0, [record("e")]));
  assertEquals(await clock.run(Promise.all([first, ...more])), [0, 1, 0, 2, 0]);
  assertEquals(cluster.requests, [[["a"]], [["b", "d"], ["c"], ["e"]]]);
});

Deno.test("RecordWriter.append() fills no batch beyond what brokers take by default", async () => {
  const { clock, appender, cluster } = setUp();
  await clock.run(Promise.all(["a", "b", "c"].map((key) => appender.append("t", 0, [record(key, 400_000)]))));
  assertEquals(cluster.requests, [[["a", "b"]], [["c"]]]);
});

Deno.test("RecordWriter.append() writes at once if it was quiet, and keeps its distance while it is busy", async () => {
  const { clock, appender, cluster } = setUp();
  const began = clock.nowMs();
  const startsMs = () => cluster.starts.map(({ atMs }) => atMs - began);
  await clock.run(appender.append("t", 0, [record("a")]));
  await clock.pass(100);
  await clock.run(appender.append("t", 0, [record("b")]));
  assertEquals(startsMs().length, 2);
  assert(startsMs()[1]! - startsMs()[0]! >= 100);
  const quiet = startsMs()[1]!;
  assertEquals(quiet, clock.nowMs() - began - cluster.tookMs); // it did not linger
  await clock.run(appender.append("t", 0, [record("c")]));
  assertEquals(startsMs()[2], quiet + LINGER_MS);
});

Deno.test("RecordWriter.append() asks several brokers side by side, each for what it leads", async () => {
  const { clock, appender, cluster } = setUp();
  cluster.leaderId = (_, partition) => partition;
  const all = [0, 1, 2].map((partition) => appender.append("t", partition, [record(`${partition}`)]));
  await clock.run(Promise.all(all));
  assertEquals(cluster.starts.map(({ leader }) => leader).sort(), [0, 1, 2]);
  assertEquals(new Set(cluster.starts.map(({ atMs }) => atMs)).size, 1);
});

Deno.test("RecordWriter.append() asks anew for each partition if their leaders part meanwhile", async () => {
  const { clock, appender, cluster } = setUp();
  let asked = 0;
  cluster.leaderId = (_, partition) => asked++ < 2 ? 1 : partition;
  await clock.run(Promise.all([0, 1].map((partition) => appender.append("t", partition, [record("a")]))));
  assertEquals(cluster.requests, [[["a"]], [["a"]]]);
  assertEquals(cluster.starts.map(({ leader }) => leader), [0, 1]);
});

Deno.test("RecordWriter.append() writes nothing to a partition beside what is under way, though its leader changes", async () => {
  for (const later of [undefined, 2]) {
    const { clock, appender, cluster } = setUp("renew");
    cluster.tookMs = 4 * LINGER_MS;
    const first = appender.append("t", 0, [record("a")]);
    await clock.pass(LINGER_MS);
    cluster.leaderId = () => later;
    const second = appender.append("t", 0, [record("b")]); // as many: the same numbers would pass for the same records
    assertEquals(await clock.run(Promise.all([first, second])), [0, 1]);
    assertEquals(cluster.keys("t 0"), ["a", "b"]);
  }
});

Deno.test("RecordWriter.append() divides what is too large until only the culprit is refused", async () => {
  const { clock, appender, cluster } = setUp();
  const tooLarge = new QueueError("too-large", "Cannot write: it is too large. Make it smaller");
  cluster.fault = ({ keys }) => {
    if (keys.includes("bad")) throw tooLarge;
  };
  const keys = ["a", "b", "c", "bad", "d", "e", "f"];
  const results = await clock.run(
    Promise.allSettled([
      ...keys.map((key) => appender.append("t", 0, [record(key)])),
      appender.append("t", 1, [record("g")]),
    ]),
  );
  const bad = results.findIndex(({ status }) => status === "rejected");
  assertEquals(bad, keys.indexOf("bad"));
  assertStrictEquals((results[bad] as PromiseRejectedResult).reason, tooLarge);
  assertEquals(cluster.keys("t 0"), ["a", "b", "c", "d", "e", "f"]);
  assertEquals(cluster.keys("t 1"), ["g"]);
});

Deno.test("RecordWriter.append() writes what comes after what was taken beside a refusal, whatever that was", async () => {
  for (const type of ["TOPIC_AUTHORIZATION_FAILED", "INVALID_RECORD", "MESSAGE_TOO_LARGE"]) {
    const { clock, appender, cluster } = setUp();
    cluster.fault = ({ partition }) => {
      if (partition === 0) throw refusal(type);
    };
    const first = await clock.run(
      Promise.allSettled([0, 1].map((partition) => appender.append("t", partition, [record("a")]))),
    );
    assertEquals(first.map(({ status }) => status), ["rejected", "fulfilled"]);
    await clock.run(appender.append("t", 1, [record("b")])); // as many: the same numbers would pass for the same records
    assertEquals(cluster.keys("t 1"), ["a", "b"]);
  }
});

Deno.test("RecordWriter.end() rejects nothing of other writers whose records go with its own", async () => {
  const { clock, all, cluster } = setUp();
  const [goesOn, ends] = [8n, 9n].map((producerId) =>
    all.writer({
      identify: async () => {
        await clock.until(clock.nowMs() + 1);
        return { producerId, producerEpoch: 0 };
      },
      whenFenced: "end",
    })
  ) as [RecordWriter, RecordWriter];
  const writes = Promise.allSettled([
    goesOn.append("t", 1, [record("b")]),
    ends.append("t", 0, [record("a")]),
  ]);
  await idle();
  ends.end(new Error("it is another's"));
  const [other, own] = await clock.run(writes);
  assertEquals([other?.status, own?.status], ["fulfilled", "rejected"]);
  assertEquals(cluster.keys("t 1"), ["b"]);
});

Deno.test("RecordWriter.append() rejects everything from then on when it is fenced, if it is to end", async () => {
  const { clock, appender, cluster } = setUp("end");
  await clock.run(appender.append("t", 0, [record("a")]));
  const fenced = refusal("INVALID_PRODUCER_EPOCH");
  cluster.fault = () => {
    throw fenced;
  };
  const writes = Promise.allSettled(
    [0, 1].map((partition) => appender.append("t", partition, [record("b")])),
  );
  await clock.run(writes);
  for (const result of await writes) assertStrictEquals((result as PromiseRejectedResult).reason, fenced);
  cluster.fault = () => {};
  assertStrictEquals(await assertRejects(() => appender.append("t", 0, [record("c")])), fenced);
  assertEquals(cluster.keys("t 0"), ["a"]);
});

Deno.test("RecordWriter.append() goes on under a new id when it is fenced, if it is to renew that", async () => {
  const { clock, appender, cluster, identified } = setUp("renew");
  await clock.run(appender.append("t", 0, [record("a")]));
  cluster.fault = ({ producerEpoch }) => {
    if (producerEpoch === 0) throw refusal("UNKNOWN_PRODUCER_ID");
  };
  assertEquals(await clock.run(appender.append("t", 0, [record("b")])), 1);
  assertEquals(await clock.run(appender.append("t", 0, [record("c")])), 2);
  assertEquals(identified(), 2);
});

Deno.test("RecordWriter.append() counts anew for each partition under a new id, also if several brokers refuse the old one", async () => {
  const { clock, appender, cluster, identified } = setUp("renew");
  cluster.leaderId = (_, partition) => partition;
  const all = () =>
    Promise.all([0, 1, 2].map((partition) => appender.append("t", partition, [record("a"), record("b")])));
  await clock.run(all());
  cluster.fault = async ({ producerEpoch }, leader) => {
    if (producerEpoch > 0) return;
    await clock.until(clock.nowMs() + leader * 3); // each finds out later than the other
    throw refusal("UNKNOWN_PRODUCER_ID");
  };
  await clock.run(all());
  await clock.run(all());
  assertEquals(identified(), 2);
  for (const partition of [0, 1, 2]) assertEquals(cluster.keys(`t ${partition}`).length, 6);
});

Deno.test("RecordWriter.append() writes once what was taken beside what is refused", async () => {
  const { clock, appender, cluster } = setUp("renew");
  cluster.fault = ({ partition, producerEpoch }) => {
    if (partition === 0 && producerEpoch === 0) throw refusal("UNKNOWN_PRODUCER_ID");
  };
  await clock.run(Promise.all([0, 1].map((partition) => appender.append("t", partition, [record("a")]))));
  assertEquals([0, 1].map((partition) => cluster.keys(`t ${partition}`)), [["a"], ["a"]]);
});

Deno.test("Appender.writer() is fenced for itself alone", async () => {
  const { clock, all, appender, cluster } = setUp("end");
  const other = all.writer({
    identify: () => Promise.resolve({ producerId: 8n, producerEpoch: 0 }),
    whenFenced: "end",
  });
  cluster.fault = ({ producerId }) => {
    if (producerId === "7") throw refusal("INVALID_PRODUCER_EPOCH");
  };
  const [mine, others] = await clock.run(
    Promise.allSettled([appender.append("t", 0, [record("a")]), other.append("t", 1, [record("b")])]),
  );
  assertEquals([mine?.status, others?.status], ["rejected", "fulfilled"]);
  assertEquals(await clock.run(other.append("t", 1, [record("c")])), 1);
});

Deno.test("Appender.writer() shares a partition with others", async () => {
  const { clock, all, appender, cluster } = setUp();
  const other = all.writer({
    identify: () => Promise.resolve({ producerId: 8n, producerEpoch: 0 }),
    whenFenced: "end",
  });
  await clock.run(Promise.all([appender, other].map((writer) => writer.append("t", 0, [record("a")]))));
  assertEquals(cluster.keys("t 0"), ["a", "a"]);
});

Deno.test("RecordWriter.end() rejects what waits and what comes, and lets the request under way end", async () => {
  const { clock, appender, cluster } = setUp();
  const first = appender.append("t", 0, [record("a")]);
  await idle();
  const second = appender.append("t", 0, [record("b")]);
  const why = new Error("it is another's");
  appender.end(why);
  assertStrictEquals(await assertRejects(() => second), why);
  assertStrictEquals(await assertRejects(() => appender.append("t", 0, [record("c")])), why);
  await clock.run(Promise.allSettled([first]));
  assertEquals(cluster.keys("t 0").includes("b"), false);
});

Deno.test("RecordWriter.idle() resolves when nothing is being written any more, for all who wait", async () => {
  const { clock, appender, cluster } = setUp();
  await clock.run(appender.idle());
  for (const key of ["a", "b"]) void appender.append("t", 0, [record(key)]);
  await idle();
  void appender.append("t", 0, [record("c")]);
  await clock.run(Promise.all([appender.idle(), appender.idle()]));
  assertEquals(cluster.keys("t 0"), ["a", "b", "c"]);
});

Deno.test("RecordWriter.idle() resolves when all was rejected", async () => {
  const { clock, appender } = setUp();
  appender.append("t", 0, [record("a")]).catch(() => {});
  appender.end(new Error("it is over"));
  await clock.run(appender.idle());
});

const step = fc.record({
  partition: fc.nat(3),
  count: fc.integer({ min: 1, max: 3 }),
  bytes: fc.constantFrom(1, 1000, 500_000),
  pauseMs: fc.constantFrom(0, 0, 0, 1, 7),
});

Deno.test("RecordWriter.append() keeps the order of each partition, and loses and doubles nothing", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.array(fc.nat(2)), async (steps, fenced) => {
      const { clock, appender, cluster } = setUp("renew");
      const start = clock.nowMs();
      cluster.leaderId = (_, partition) => { // they move, and are unknown at times
        const time = Math.floor(clock.nowMs() - start) % 4;
        return time === 3 ? undefined : (partition + time) % 2;
      };
      const failures = [...fenced];
      cluster.fault = () => {
        if (failures.shift() === 0) throw refusal("UNKNOWN_PRODUCER_ID");
      };
      const expected = new Map<string, string[]>();
      const offsets: Promise<unknown>[] = [];
      for (const [i, { partition, count, bytes, pauseMs }] of steps.entries()) {
        const keys = Array.from({ length: count }, (_, j) => `${i}.${j}`);
        const before = expected.get(`t ${partition}`) ?? [];
        expected.set(`t ${partition}`, [...before, ...keys]);
        const writing = appender.append("t", partition, keys.map((key) => record(key, bytes)));
        offsets.push(writing.then((offset) => assertEquals(offset, before.length)));
        if (pauseMs > 0) await clock.pass(pauseMs);
      }
      await clock.run(Promise.all(offsets));
      for (const [place, keys] of expected) assertEquals(cluster.keys(place), keys);
    }),
    { numRuns: 60 },
  );
});
