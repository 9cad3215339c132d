/** Instances that are cancelled and lose their consumer before they are undone: the next one undoes them, and nothing else. */
import { assertEquals } from "@std/assert";
import { World } from "../../tests/programs/world.ts";
import "../expression/mod.ts"; // loaded here, so that it takes no time of its own
import { type Chain, chain, fn, readJson, writeJson } from "../model/mod.ts";
import { type Call, idempotencyKey } from "../platform/mod.ts";
import { CANCELLED_ON_REQUEST } from "../queue/mod.ts";

const reserve = fn("reserve"), slow = fn("slow"), ship = fn("ship"), undo = fn("undo");

const order = chain("order", ({ call, onFailed }) => {
  call(ship, { after: call(slow, { after: call(reserve) }) });
  onFailed(undo, { args: { why: "{% reason %}" } });
});

/** A chain without a node that undoes, which calls one that has such a node beside a function. */
const outer = chain("outer", ({ call }) => {
  call(order);
  call(slow, { name: "beside" });
});

/** The same, if its args say so: what that comes to takes a while to find out. */
const deciding = chain("deciding", ({ call, onFailed }) => {
  call(order, { map: "args.orders", concurrency: 2 });
  onFailed(undo, { name: "undo_all" });
});

/** Functions that answer at once, but for `slow` and `undo`. */
function slowWorld(): { readonly world: World; readonly calls: Call[] } {
  const calls: Call[] = [];
  const world = new World((call) => {
    calls.push(call);
    const { name } = call.spec;
    return {
      runMs: name === "slow" || name === "undo" ? 1000 : 10,
      outcome: { kind: "ok", output: writeJson(name) },
    };
  });
  return { world, calls };
}

const keysOf = (calls: readonly Call[]) => calls.map((call) => idempotencyKey(call));

/** Pushes an instance, lets a consumer have it for a while, and kills it. */
async function begun(world: World, of: Chain, forMs: number, meanwhile?: () => Promise<unknown>) {
  await world.push(of, ["a"], { args: { orders: [1, 2, 3] } });
  const dying = world.start();
  await world.clock.pass(forMs);
  await meanwhile?.();
  world.kill(dying);
}

/** Asks for a cancel, which a consumer learns of later. */
const cancelled = (world: World, abort = false, ids = ["a"]) => () =>
  world.queue.request({ kind: "cancel", filter: { ids }, abort });

async function endOf(world: World, id = "a"): Promise<string[]> {
  const { state, reason = "" } = await world.view(id);
  return [state, reason];
}

for (const abort of [false, true]) {
  const how = abort ? "with its calls" : "gently";
  Deno.test(`Consumer.run() undoes what was cancelled ${how} before its consumer died, and starts nothing else`, async () => {
    const { world, calls } = slowWorld();
    await begun(world, order, 500, cancelled(world, abort));
    assertEquals((await world.queue.depth()).queued, 1);
    await world.consume();
    assertEquals(keysOf(calls), ["a/reserve", "a/slow", "a/undo"]);
    assertEquals(calls[2]!.inputs, { reserve: writeJson("reserve") });
    assertEquals(readJson(calls[2]!.args!), { why: CANCELLED_ON_REQUEST });
    assertEquals(await endOf(world), ["cancelled", CANCELLED_ON_REQUEST]);
  });
}

Deno.test("Consumer.run() undoes what was cancelled while no consumer had it, and asked for twice", async () => {
  const { world, calls } = slowWorld();
  await begun(world, order, 500);
  assertEquals(await cancelled(world)(), 1);
  assertEquals(await cancelled(world, true)(), 1);
  await world.consume();
  assertEquals(keysOf(calls), ["a/reserve", "a/slow", "a/undo"]);
  assertEquals(await endOf(world), ["cancelled", CANCELLED_ON_REQUEST]);
});

Deno.test("Consumer.run() undoes what was cancelled though consumers die while they undo it", async () => {
  const { world, calls } = slowWorld();
  await begun(world, order, 500, cancelled(world));
  for (let deaths = 0; deaths < 2; deaths++) {
    const dying = world.start();
    await world.clock.pass(300);
    world.kill(dying);
  }
  await world.consume();
  assertEquals(keysOf(calls), ["a/reserve", "a/slow", "a/undo", "a/undo", "a/undo"]);
  assertEquals(calls[4]!.args, calls[2]!.args, "one key goes with one body");
  assertEquals(await endOf(world), ["cancelled", CANCELLED_ON_REQUEST]);
});

Deno.test("Consumer.run() undoes the chains that a cancelled one has called, whose consumer died", async () => {
  const { world, calls } = slowWorld();
  await begun(world, outer, 500, cancelled(world));
  await world.consume();
  assertEquals(keysOf(calls).toSorted(), [
    ...["a/beside", "a/order/reserve", "a/order/slow", "a/order/undo"],
  ]);
  assertEquals(await endOf(world), ["cancelled", CANCELLED_ON_REQUEST]);
  assertEquals((await endOf(world, "a/order"))[0], "cancelled");
});

Deno.test("Consumer.run() undoes called chains before their caller, also if what they are called with is not decided yet", async () => {
  const { world, calls } = slowWorld();
  await begun(world, deciding, 500, cancelled(world));
  await world.consume();
  const keys = keysOf(calls);
  assertEquals(keys.toSorted(), [
    ...["a/order/0/reserve", "a/order/0/slow", "a/order/0/undo"],
    ...["a/order/1/reserve", "a/order/1/slow", "a/order/1/undo", "a/undo_all"],
  ]);
  assertEquals(keys.at(-1), "a/undo_all");
  assertEquals(await endOf(world), ["cancelled", CANCELLED_ON_REQUEST]);
});

Deno.test("Consumer.run() undoes a called chain that was cancelled alone; its caller fails with that", async () => {
  const { world, calls } = slowWorld();
  await begun(world, outer, 500, cancelled(world, false, ["a/order"]));
  await world.consume();
  assertEquals(keysOf(calls).filter((key) => key.startsWith("a/order")), [
    ...["a/order/reserve", "a/order/slow", "a/order/undo"],
  ]);
  assertEquals(await endOf(world), [
    "failed",
    `node order: a/order was cancelled: ${CANCELLED_ON_REQUEST}`,
  ]);
});

Deno.test("Consumer.run() undoes called chains whose caller had failed before its consumer died", async () => {
  const calls: Call[] = [];
  const world = new World((call) => {
    calls.push(call);
    if (call.spec.name === "bad") {
      return { runMs: 300, outcome: { kind: "failed", reason: "it broke", retryable: false } };
    }
    return { runMs: call.spec.name === "slow" ? 1000 : 10, outcome: { kind: "ok", output: writeJson(0) } };
  });
  const both = chain("both", ({ call }) => {
    call(order);
    call(fn("bad"));
  });
  await begun(world, both, 500);
  await world.consume();
  assertEquals(keysOf(calls).toSorted(), [
    ...["a/bad", "a/order/reserve", "a/order/slow", "a/order/undo"],
  ]);
  assertEquals(await endOf(world), ["failed", "node bad: it broke"]);
});

Deno.test("Consumer.run() ends what was cancelled for that reason, though its limits of time are over when it is undone", async () => {
  const { world, calls } = slowWorld();
  const limited = { ...order, ttlMs: 2000, timeLimitMs: 3000 };
  await begun(world, limited, 500, cancelled(world));
  await world.clock.pass(5000);
  await world.consume();
  assertEquals(keysOf(calls), ["a/reserve", "a/slow", "a/undo"]);
  assertEquals(await endOf(world), ["cancelled", CANCELLED_ON_REQUEST]);
});

Deno.test("Consumer.run() begins all of what was undone after a cancel again, under new keys, when it is retried", async () => {
  const { world, calls } = slowWorld();
  await begun(world, order, 500, cancelled(world));
  await world.consume();
  await world.queue.request({ kind: "retry", filter: {} });
  assertEquals(await cancelled(world)(), 1);
  assertEquals((await endOf(world))[0], "cancelled", "nothing of it has begun since");
  await world.queue.request({ kind: "retry", filter: {} });
  await world.consume();
  assertEquals(keysOf(calls).slice(3).map((key) => key.split("~")[0]), ["a/reserve", "a/slow", "a/ship"]);
  assertEquals((await endOf(world))[0], "completed");
});
