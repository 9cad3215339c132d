import { assertEquals, assertRejects } from "@std/assert";
import { recordOf } from "../../../tests/queue/contract_consumers.ts";
import { instances, record } from "../../../tests/queue/samples.ts";
import { TestClock } from "../../../tests/queue/test_clock.ts";
import { NULL } from "../../model/mod.ts";
import { Bell } from "../bell.ts";
import { QueueError } from "../errors.ts";
import type { Claim, Result } from "../queue.ts";
import { ChainTable } from "./chains.ts";
import { Changes } from "./changes.ts";
import { FileWait } from "./file_wait.ts";
import { GroupCommit } from "./group_commit.ts";
import { release } from "./hold.ts";
import { Holder } from "./holder.ts";
import { expel } from "./lease.ts";
import { openDatabase } from "./open.ts";

const LEASE_MS = 5000;

/** Runs a test with a holder of a new queue, whose beats end when the test does. */
function test(name: string, run: (world: World) => Promise<void>): void {
  Deno.test(`Holder ${name}`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "sequoia-queue-" }), closing = new AbortController();
    try {
      const world = await worldIn(`${folder}/queue.db`, closing);
      await world.clock.wait(run(world));
      await world.close();
      world.db.close();
    } finally {
      closing.abort();
      await Deno.remove(folder, { recursive: true });
    }
  });
}

type World = Awaited<ReturnType<typeof worldIn>>;

async function worldIn(path: string, controller: AbortController) {
  const closing = controller.signal;
  const clock = new TestClock(), bell = new Bell();
  const fileWait = new FileWait({ clock, path, closing });
  const { db } = await openDatabase(path, fileWait, false);
  const holder = new Holder({
    db,
    clock,
    chains: new ChainTable(db),
    changes: new Changes(db, clock, bell, closing),
    writes: new GroupCommit({ db, fileWait, durable: () => {} }),
    fileWait,
    bell,
    leaseMs: LEASE_MS,
    keepMs: Infinity,
    closing,
    read: (read) => fileWait.untilFree(read),
    check: () => {},
  });
  const pull = () => holder.pull(10, closing, {});
  /** Another consumer has waited a lease for a beat, and ends it. */
  const takeAway = () => {
    db.beginToWrite();
    const { beat } = db.get<{ beat: number }>("SELECT beat FROM consumers WHERE key = ?", holder.key!)!;
    expel(db, { key: holder.key!, beat });
    release(db, new ChainTable(db), holder.key!, clock.wallMs());
    db.run("COMMIT");
  };
  const close = async () => {
    controller.abort();
    await holder.ended();
    await holder.handBack();
  };
  return { db, clock, holder, pull, takeAway, close };
}

function ended({ instance: { id }, number }: Claim): Result {
  return { instanceId: id, claim: number, outcome: "completed", endedAtMs: 1, output: NULL, records: [] };
}

test("takes what is queued, ends it, and hands the others back", async ({ db, holder, pull, close }) => {
  await holder.push(instances(2));
  const [first, second] = await pull();
  await holder.checkpoint([{ instanceId: first!.instance.id, records: [record(0)] }]);
  await holder.finish([ended(first!)]);
  await assertRejects(() => holder.finish([ended(first!)]), QueueError, "not held by this consumer any more");
  assertEquals(await holder.release([{ instanceId: first!.instance.id }]), false, "it has ended");
  assertEquals(await holder.release([{ instanceId: second!.instance.id }]), true);
  assertEquals((await pull()).map(({ instance, number }) => [instance.id, number]), [[
    second!.instance.id,
    3,
  ]]);
  await close();
  assertEquals(holder.key, undefined);
  const states = db.all<{ state: string }>("SELECT state FROM instances ORDER BY seq");
  assertEquals(states.map(({ state }) => state), ["completed", "queued"]);
});

test("is not sure of what it holds when it could not beat, and tells what it has lost", async (world) => {
  const { holder, pull, takeAway } = world;
  await holder.push(instances(1));
  const [claim] = await pull(), id = claim!.instance.id;
  assertEquals(holder.confirm(), undefined, "it has just beaten");
  const forget = holder.losses.listen();
  takeAway();
  await holder.beat(recordOf("here"));
  assertEquals(holder.losses.areReported, false);
  const confirming = holder.confirm();
  assertEquals([...holder.losses.orders()], [{ kind: "revoked", ids: [id], withinMs: 0 }]);
  await confirming;
  forget();
  const error = await assertRejects(() => holder.finish([ended(claim!)]), QueueError);
  assertEquals([error.code, error.ids], ["lease-lost", [id]]);
});

test("knows a lost claim from the one that it has now", async ({ holder, pull, takeAway }) => {
  await holder.push(instances(1));
  const [lost] = await pull();
  takeAway();
  const [held] = await pull();
  assertEquals(held!.instance.id, lost!.instance.id);
  await assertRejects(() => holder.finish([ended(lost!)]), QueueError);
  await holder.finish([ended(held!)]);
});
