import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { anyOps } from "../../../../tests/kafka/partition_ops.ts";
import { type Op, World } from "../../../../tests/kafka/partition_world.ts";
import { type NodeRecord, NULL } from "../../../model/mod.ts";

const ALL_ENDS = { maxEnds: 1000, carriedBehind: 3 }, FEW_ENDS = { maxEnds: 3, carriedBehind: 3 };

/** The state left to the next owner is checked after each crash; the view of a follower, whenever all is durable. */
async function live(ops: readonly Op[], options = ALL_ENDS): Promise<void> {
  const world = await World.open(options);
  for (const op of ops) await world.run(op);
  await world.settle();
}

const submit: Op = { do: "submit", who: 0 };
const another: Op = { do: "submit", who: 1 };
const read: Op = { do: "read", count: Infinity };
const claim: Op = { do: "claim" };
const call: Op = { do: "call", pick: 0, node: 0, child: 0 };
const cancel: Op = { do: "cancel", pick: 0, abort: false };
const purge: Op = { do: "purge", pick: 0 };
const handBack: Op = { do: "handBack", pick: 0 };
const settle: Op = { do: "settle" };
const look: Op = { do: "look" };
const crash = crashWith(0, 0);
const OK: NodeRecord = { node: 0, state: "ok", attempts: 1, output: NULL };

function finish(pick: number): Op {
  return { do: "finish", pick, outcome: "completed", records: [] };
}

function checkpoint(pick: number): Op {
  return { do: "checkpoint", pick, records: [OK] };
}

/** The owner dies when these numbers of its writes are durable. */
function crashWith(running: number, finished: number): Op {
  return { do: "crash", durable: { running, finished }, nextDiesAfter: undefined };
}

function durable(topic: "running" | "finished", count: number): Op {
  return { do: "makeDurable", topic, count };
}

Deno.test("OwnedPartition.checkpoint() is known to whoever comes next", () =>
  live([submit, read, claim, checkpoint(0), durable("running", Infinity), crash]));

Deno.test("OwnedPartition.finish() leaves nothing in the changelog, also if the owner dies before it has deleted that", () =>
  live([submit, read, claim, cancel, checkpoint(0), finish(0), crashWith(Infinity, Infinity), settle]));

Deno.test("OwnedPartition.finish() of a caller knows of what is being called, and how that has ended", () =>
  live([submit, read, claim, call, finish(1), finish(0), settle, crash]));

Deno.test("OwnedPartition.finish() ends what an ended one has called, in one write", () =>
  live([submit, read, claim, call, { ...call, pick: 1 }, settle, finish(1), crashWith(1, 0)]));

Deno.test("OwnedPartition.call() resolves when it is durable, also if it was called twice at once", () =>
  live([submit, read, claim, call, call, crash]));

Deno.test("OwnedPartition.peek() shows nothing whose end is being written", () =>
  live([submit, read, cancel, claim, call]));

Deno.test("OwnedPartition.peek() shows nothing alone that was called", () =>
  live([submit, read, claim, call, settle, crash]));

Deno.test("OwnedPartition.tidy() leaves with its caller what was called and is to be cancelled", () =>
  live([submit, another, read, claim, call, settle, { ...cancel, pick: 2 }, crashWith(Infinity, 0)]));

Deno.test("OwnedPartition.handBack() puts nothing back that ends as cancelled", () =>
  live([submit, read, claim, cancel, handBack, settle, crash], FEW_ENDS));

Deno.test("OwnedPartition.handBack() ends what a cancel reaches meanwhile", () =>
  live([submit, read, claim, call, { ...cancel, pick: 1 }, settle, handBack, cancel]));

Deno.test("OwnedPartition.read() passes over a copy for good, also when the other is forgotten", () =>
  live([submit, another, read, claim, submit, read, finish(0), settle, purge, settle, crash]));

Deno.test("OwnedPartition.read() takes what is submitted anew after a purge, with its own progress", () => {
  const run = [submit, read, claim, checkpoint(0)];
  return live([...run, finish(0), durable("finished", 1), purge, settle, ...run, settle, crash]);
});

Deno.test("OwnedPartition.upkeep() writes down what is slow, so that it holds nothing up", () =>
  live([
    ...[0, 1, 2, 3, 4].flatMap((who): Op[] => [{ do: "submit", who }, read, claim]),
    finish(1),
    { do: "upkeep" },
    settle,
    crash,
  ]));

Deno.test("carryOut() does a retry again if the owner dies within", () => {
  const retry: Op = { do: "retry", pick: 0, from: "first" };
  return live([submit, read, claim, call, finish(0), settle, retry, crashWith(Infinity, Infinity)]);
});

Deno.test("carryOut() leaves what a node had called as it was that a retry keeps", () => {
  const failed: Op = { do: "finish", pick: 0, outcome: "failed", records: [OK] };
  return live([submit, read, claim, call, failed, crashWith(0, 2), {
    do: "retry",
    pick: 0,
    from: undefined,
  }]);
});

const passAll: Op = { do: "pass", kinds: [0, 1, 2] };

function submitted(...who: readonly number[]): Op[] {
  return who.map((who): Op => ({ do: "submit", who }));
}

Deno.test("OwnedPartition.leaveUnwanted() leaves in the topic what is passed over, and hands out the others", async () => {
  const world = await World.open(ALL_ENDS);
  const run = async (...ops: readonly Op[]) => {
    for (const op of ops) await world.run(op);
  };
  const waits = () => [world.owner.state.entries.size, world.owner.left, world.owner.from];
  await run(...submitted(0, 3, 1, 4), { do: "pass", kinds: [0, 1] }, read, claim);
  assertEquals(waits(), [1, 3, 0]);
  await run(...submitted(2, 3, 5), read, claim, claim, settle);
  assertEquals(world.claimed, [2, 5].map((who) => world.idOf(who)));
  await run(crash, { do: "pass", kinds: [1] }, claim, claim, claim, claim, settle);
  assertEquals(world.claimed.slice(2), [0, 3, 2, 5].map((who) => world.idOf(who)), "by submission");
});

Deno.test("OwnedPartition.read() passes over a copy of what is left in the topic", () =>
  live([
    ...submitted(0, 3, 0),
    passAll,
    read,
    claim,
    submit,
    read,
    { do: "pass", kinds: [] },
    claim,
    claim,
    settle,
  ]));

Deno.test("OwnedPartition.upkeep() needs the ends that stand behind what was left, also when that has been read again", () =>
  live([
    ...submitted(3, 1, 4),
    { ...cancel, pick: 2 },
    settle,
    ...submitted(16, 0, 7, 8, 4),
    passAll,
    { do: "release" },
    claim,
    { ...cancel, pick: 6 },
  ]));

Deno.test("A follower sees what was submitted anew while it looked", () =>
  live([submit, read, look, look, claim, finish(0), settle, purge, settle, submit, look]));

Deno.test("A follower forgets a copy that it has taken for an instance", () =>
  live([submit, read, cancel, settle, purge, submit, look, read, look, durable("finished", 1), look]));

for (const [words, options] of [["all ends", ALL_ENDS], ["few ends", FEW_ENDS]] as const) {
  Deno.test(`OwnedPartition leaves to whoever comes next what it has acknowledged, knowing ${words}`, () =>
    fc.assert(fc.asyncProperty(anyOps, (ops) => live(ops, options)), { numRuns: 700 }));
}

Deno.test("OwnedPartition.upkeep() carries on what is old, so that it does not hold up what has come after it", async () => {
  const world = await World.open({ ...ALL_ENDS, carriedBehind: 1000, carriedAfterMs: 1000 });
  for (const op of [submit, another, read, claim, settle]) await world.run(op);
  assertEquals(world.owner.from, 0);
  world.pass(2000);
  for (const op of [{ do: "upkeep" } as const, settle]) await world.run(op);
  assertEquals(world.owner.from, 2);
});
