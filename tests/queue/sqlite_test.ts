import { DatabaseSync } from "node:sqlite";
import type { Instance } from "../../lib/model/mod.ts";
import { QueueError, SILENT_MS } from "../../lib/queue/mod.ts";
import { openSqliteQueue } from "../../lib/queue/sqlite/mod.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { queueContract } from "./contract.ts";
import { pullAll } from "./contract_case.ts";
import { recordOf } from "./contract_consumers.ts";
import { openSqlite, type SqliteHarness } from "./harness.ts";
import { ids, instances, line, record, result, single } from "./samples.ts";

queueContract({ name: "sqlite", open: openSqlite });

/** Runs a test of what only this driver has. */
function test(name: string, run: (harness: SqliteHarness) => Promise<void>): void {
  Deno.test(`sqlite queue: ${name}`, async () => {
    await using harness = await openSqlite();
    await run(harness);
  });
}

/** Looks into the file beside the driver. */
function inFile<T>({ path }: SqliteHarness, work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(path);
  try {
    return work(db);
  } finally {
    db.close();
  }
}

function numberOf(harness: SqliteHarness, sql: string): number {
  return inFile(harness, (db) => Number(Object.values(db.prepare(sql).get()!)[0]));
}

test("calls of one turn are one transaction, and none is answered before it is committed", async (harness) => {
  const queue = await harness.connect();
  const version = () => inFile(harness, (db) => db.prepare("SELECT count(*) AS n FROM instances").get()!.n);
  const seen: unknown[] = [];
  const all = instances(50);
  const calls = all.map(async (instance) => {
    await queue.push([instance]);
    seen.push(version());
  });
  assertEquals(version(), 0);
  await harness.wait(Promise.all(calls));
  assertEquals(new Set(seen), new Set([50]));
});

test("when SQLite undoes a whole group, every call of it is told", async (harness) => {
  const queue = await harness.connect();
  inFile(harness, (db) => {
    db.exec("CREATE TRIGGER broken BEFORE INSERT ON instances BEGIN SELECT RAISE(ROLLBACK, 'broken'); END");
  });
  const calls = await Promise.allSettled(instances(3).map((instance) => queue.push([instance])));
  for (const call of calls) {
    assert(call.status === "rejected" && call.reason instanceof QueueError && call.reason.code === "failed");
    assert(call.reason.message.includes("broken"));
  }
  inFile(harness, (db) => db.exec("DROP TRIGGER broken"));
  await queue.push(instances(3));
  assertEquals((await queue.depth()).queued, 3);
});

test("a commit that fails is told to every call of its group", async (harness) => {
  const queue = await harness.connect();
  inFile(harness, (db) => {
    db.exec("CREATE TABLE none (x PRIMARY KEY)");
    db.exec("CREATE TABLE late (x REFERENCES none (x) DEFERRABLE INITIALLY DEFERRED)"); // checked by COMMIT only
    db.exec("CREATE TRIGGER fail AFTER INSERT ON instances BEGIN INSERT INTO late VALUES (1); END");
  });
  const calls = await Promise.allSettled(instances(3).map((instance) => queue.push([instance])));
  for (const call of calls) {
    assert(call.status === "rejected" && call.reason instanceof QueueError && call.reason.code === "failed");
  }
  assertEquals((await queue.depth()).queued, 0);
});

test("a stopped process finds out that its lease was lost; time in which the others slept too does not count", async (harness) => {
  const [stopped, other] = [await harness.connect(), await harness.connect()];
  const [instance] = instances(1, line);
  await stopped.push([instance!]);
  await pullAll(harness, stopped, 1);
  await other.pull(1, AbortSignal.abort());
  await harness.clock.pass(100);
  harness.stop(stopped, other);
  await harness.clock.pass(60_000);
  harness.resume(other);
  await harness.clock.pass(1500);
  harness.resume(stopped);
  await harness.clock.pass(3000);
  await stopped.checkpoint([{ instanceId: instance!.id, records: [record(0)] }]);

  harness.stop(stopped);
  await harness.clock.pass(20_000);
  harness.resume(stopped);
  const records = [record(1)];
  const error = await assertRejects(
    () => stopped.checkpoint([{ instanceId: instance!.id, records }]),
    QueueError,
  );
  assertEquals([error.code, error.ids], ["lease-lost", [instance!.id]]);
  assertEquals((await other.get(instance!.id))?.state, "queued");
});

test("an instance whose chain cannot be read becomes a dead letter, and the others go on", async (harness) => {
  const queue = await harness.connect();
  const [bad, good] = [instances(1, line, "bad"), instances(1, single, "good")];
  await queue.push([...bad, ...good]);
  inFile(harness, (db) => db.exec(`UPDATE chains SET definition = '{"nodes":[]}' WHERE name = 'line'`));
  assertEquals(ids(await pullAll(harness, queue, 1)), ids(good));
  assertEquals((await queue.depth()).failed, 1);
  const [view] = await Array.fromAsync(queue.list({ states: ["failed"] }));
  assertEquals([view?.instance.id, view?.instance.chain.name], [bad[0]!.id, "line"]);
  assert(view?.reason?.includes("Cannot read"));
  assertEquals(await queue.request({ kind: "purge", filter: { states: ["failed"] } }), 1);
});

test("definitions are stored once, and go with the last instance that refers to them", async (harness) => {
  const queue = await harness.connect();
  await queue.push([...instances(50, single, "a"), ...instances(50, line, "b")]);
  await queue.push(instances(50, structuredClone(line), "c"));
  assertEquals(numberOf(harness, "SELECT count(*) FROM chains"), 2);
  await queue.request({ kind: "cancel", filter: { chain: "line" } });
  await queue.request({ kind: "purge", filter: { limit: 99 } });
  assertEquals(numberOf(harness, "SELECT count(*) FROM chains"), 2);
  await queue.request({ kind: "purge", filter: {} });
  assertEquals(numberOf(harness, "SELECT count(*) FROM chains"), 1);
  await queue.push(instances(1, line, "d"));
  assertEquals((await Array.fromAsync(queue.list({ chain: "line" }))).length, 1);
});

test("nothing is left in the file of what was purged", async (harness) => {
  const queue = await harness.connect();
  const batch = instances(700, line);
  await queue.push(batch);
  await pullAll(harness, queue, batch.length);
  const endedAtMs = harness.clock.nowMs();
  await queue.finish(batch.map(({ id }) => result(id, endedAtMs, { records: [record(0, "a"), record(2)] })));
  await harness.clock.pass(harness.keepMs + 1000);
  const left = () => numberOf(harness, "SELECT count(*) FROM instances");
  for (let ticks = 0; ticks < 10 && left() > 0; ticks++) await harness.clock.pass(1000); // it goes page by page
  for (const table of ["instances", "records", "chains"]) {
    assertEquals(numberOf(harness, `SELECT count(*) FROM ${table}`), 0, table);
  }
  for (let i = 0; i < 1010; i++) await queue.request({ kind: "limit", limit: i + 1 });
  assertEquals(numberOf(harness, "SELECT count(*) FROM commands"), 1000);
});

test("a log of writes does not grow without bounds, nor stay behind", async (harness) => {
  const queue = await openSqliteQueue({ path: harness.path, clock: harness.clock });
  for (let i = 0; i < 60; i++) {
    await queue.push(instances(1000, single, `wal ${i}`));
    await harness.wait(queue.pull(900, new AbortController().signal));
    await queue.depth();
  }
  assert((await Deno.stat(`${harness.path}-wal`)).size < 40e6);
  await harness.wait(queue[Symbol.asyncDispose]());
  await assertRejects(() => Deno.stat(`${harness.path}-wal`), Deno.errors.NotFound);
});

test("what comes after a look that found nothing was not there before, whatever time it says", async (harness) => {
  const [producer, consumer] = [await harness.connect(), await harness.connect()];
  const limited = { ...line, name: "limited", ttlMs: 600_000 };
  const [before, after] = instances(2, limited) as [Instance, Instance];
  await producer.push([before]);
  const [first] = await pullAll(harness, consumer, 1);
  assertEquals(first!.notBeforeMs, undefined);
  const pulled = pullAll(harness, consumer, 1);
  await harness.wait(harness.clock.until(harness.clock.nowMs() + 1000));
  const pushedAtMs = harness.clock.nowMs();
  await producer.push([{ ...after, submittedAtMs: pushedAtMs - 7_200_000 }]); // its producer's clock is wrong
  const { notBeforeMs = 0 } = (await pulled)[0]!;
  assert(
    notBeforeMs > pushedAtMs - 100 && notBeforeMs <= pushedAtMs,
    `${pushedAtMs - notBeforeMs} ms before`,
  );
});

test("a consumer whose process stopped is not shown, although nobody else is there to end its lease", async (harness) => {
  const [admin, stopped] = [await harness.connect(), await harness.connect()];
  await stopped.beat(recordOf("a"));
  assertEquals((await harness.wait(admin.consumers())).map(({ host }) => host), ["a"]);
  harness.stop(stopped);
  await harness.clock.pass(SILENT_MS); // it beats once more: it was asleep until the next beat
  const startMs = harness.clock.nowMs();
  assertEquals(await harness.wait(admin.consumers()), []);
  assert(harness.clock.nowMs() - startMs <= SILENT_MS);
  harness.resume(stopped);
  await harness.clock.pass(1500);
  assertEquals((await harness.wait(admin.consumers())).length, 1, "it goes on");
});
