/** A consumer brings instances that are to go to another one to rest, and hands them over. */
import { assert, assertEquals } from "@std/assert";
import { EventLog } from "../../tests/programs/event_log.ts";
import { Orders } from "../../tests/programs/orders.ts";
import type { Script } from "../../tests/programs/scripted_platform.ts";
import { numbered, type Running, type Setup, World } from "../../tests/programs/world.ts";
import { held } from "../../tests/queue/samples.ts";
import { BROKEN, linear, SHAKY, shaped, single, THROTTLED } from "../../tests/scheduler/builders.ts";
import "../expression/mod.ts"; // loaded here, so that it takes no time of its own
import { type Chain, chain, fn, NULL } from "../model/mod.ts";
import type { QueueDriver } from "../queue/mod.ts";

const SECOND = { recorder: new EventLog() };

/** A consumer that pulls once, is told what to hand over, and what it has released by call. */
class Giver {
  readonly orders = new Orders();
  readonly released: (readonly string[])[] = [];
  readonly running: Running;

  constructor(world: World, { alter = () => ({}), ...setup }: Setup = {}) {
    let pulls = 0;
    this.running = world.start({
      ...setup,
      alter: (queue) => ({
        ...this.orders.alter(queue),
        pull: (max, signal) => pulls++ === 0 ? queue.pull(max, signal) : untilAborted(signal),
        release: async (released) => {
          await queue.release(released);
          this.released.push(released.map(({ instanceId }) => instanceId));
        },
        ...alter(queue),
      }),
    });
  }

  revoke(ids: readonly string[], withinMs = 10_000): void {
    this.orders.send({ kind: "revoked", ids, withinMs });
  }

  get held(): number {
    return this.running.consumer.stats().instances;
  }

  /** Ends it, and lets another consumer go on to the end of the queue. */
  async follow(world: World): Promise<void> {
    await this.end(world);
    await world.consume(SECOND);
  }

  async end(world: World): Promise<void> {
    this.running.drain.abort();
    await world.end(this.running);
    await this.running.queue[Symbol.asyncDispose]();
  }
}

function untilAborted(signal: AbortSignal): Promise<[]> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve([])));
}

function counts(keys: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}

const slow: Script = () => ({ runMs: 100 });

Deno.test("Consumer.run() lets what is in flight of a revoked instance end, writes it, and releases it", async () => {
  const world = new World(slow);
  await world.push(linear("line", 2), ["a", "b"]);
  const giver = new Giver(world);
  await world.clock.pass(50);
  giver.revoke(["a"]);
  await world.clock.pass(10);
  assertEquals([giver.held, giver.released], [2, []]);
  await world.clock.pass(50);
  assertEquals([giver.held, giver.released], [1, [["a"]]]);
  assertEquals([(await world.view("a")).state, await world.nodes("a")], ["queued", { n0: "ok" }]);
  assertEquals(world.log.attempts.map(({ settled }) => settled), [true, true]);
  await giver.follow(world);
  assertEquals(counts(world.platform.keys()), { "a/n0": 1, "b/n0": 1, "b/n1": 1, "a/n1": 1 });
  assertEquals((await world.view("a")).progress.map(({ output }) => output), ["n0#1", "n1#4"]);
});

Deno.test("Consumer.run() does not end a revoked instance, though its last node has ended", async () => {
  const world = new World(slow);
  await world.push(single("f"), ["a"]);
  const giver = new Giver(world);
  await world.clock.pass(50);
  giver.revoke(["a"]);
  await world.clock.pass(100);
  assertEquals([(await world.view("a")).state, await world.nodes("a")], ["queued", { f: "ok" }]);
  assertEquals([world.log.ends, giver.running.consumer.stats().completed], [[], 0]);
  await giver.follow(world);
  assertEquals([world.platform.keys(), (await world.view("a")).output], [["a/f"], { f: "f#1" }]);
});

Deno.test("Consumer.run() releases at once, and together, what is not in flight; of the rest it starts no more", async () => {
  const world = new World((_, nth) =>
    nth === 1 ? { outcome: { ...SHAKY, retryAfterMs: 60_000 } } : undefined
  );
  await world.push(single("f"), numbered(600));
  await world.push(single("f"), ["kept"]);
  const giver = new Giver(world, { limits: { global: 2 }, policy: "fcfs" });
  await world.clock.pass(15); // two have failed, and wait to be tried again
  const startedAtMs = world.clock.nowMs();
  giver.revoke([...numbered(600), "unknown", "i0"]);
  await world.clock.pass(0);
  assertEquals(giver.released.flat().length, 598);
  assert(giver.released.length < 5, "by a few calls");
  assertEquals(giver.held, 3, "the two in flight, and the one that is kept");
  await world.clock.pass(50);
  assertEquals(giver.held, 1);
  assertEquals(
    world.platform.calls.filter(({ startedAtMs: at }) => at >= startedAtMs).map(({ instance }) => instance),
    [
      "kept",
    ],
  );
  await giver.follow(world);
  assertEquals((await world.queue.depth()).completed, 601);
});

for (
  const [what, outcome, once, runs] of [
    ["fails", BROKEN, false, 2],
    ["fails and may be tried again", SHAKY, false, 2],
    ["is refused", THROTTLED, false, 2],
    ["is refused and may run once only", THROTTLED, true, 2],
    ["fails and may run once only", SHAKY, true, 1],
  ] as const
) {
  Deno.test(`Consumer.run() leaves an attempt of a revoked instance that ${what} to the next holder, unless it is final`, async () => {
    const world = new World((_, nth) => ({ runMs: 100, ...nth === 1 && { outcome } }));
    await world.push(single("f", { atMostOnce: once, attempts: 1 }), ["a"]);
    const giver = new Giver(world);
    await world.clock.pass(50);
    giver.revoke(["a"]);
    await world.clock.pass(100);
    assertEquals(giver.released, [["a"]]);
    const isFinal = runs === 1;
    assertEquals(world.log.attempts.map(({ settled }) => settled), [isFinal]);
    assertEquals((await world.view("a")).progress.some(({ state }) => state === "failed"), isFinal);
    await giver.follow(world);
    assertEquals(world.platform.calls.length, runs);
    const { state, reason } = await world.view("a");
    assertEquals([state, reason], isFinal ? ["failed", "node f: it broke"] : ["completed", undefined]);
  });
}

Deno.test("Consumer.run() takes the start back of what may run once only, if that was not called when it was revoked", async () => {
  const world = new World();
  await world.push(single("f", { atMostOnce: true }), ["a"]);
  const giver = new Giver(world, {
    alter: (queue) => ({
      checkpoint: async (progress) => {
        await queue.checkpoint(progress);
        await world.clock.until(world.clock.nowMs() + 100);
      },
    }),
  });
  await world.clock.pass(50);
  assertEquals(await world.nodes("a"), { f: "started" });
  giver.revoke(["a"]);
  await world.clock.pass(200);
  assertEquals([giver.released, world.platform.calls], [[["a"]], []]);
  await giver.follow(world);
  assertEquals([world.platform.keys(), (await world.view("a")).state], [["a/f"], "completed"]);
});

Deno.test("Consumer.run() cuts off what is in flight of a revoked instance when its time is over, and writes nothing of it", async () => {
  const world = new World(({ node }) => ({ runMs: node === 0 ? 100 : 10_000 }));
  await world.push(shaped("pair", [[], []]), ["a"]);
  const giver = new Giver(world);
  await world.clock.pass(50);
  giver.revoke(["a"], 1000);
  await world.clock.pass(500);
  assertEquals([await world.nodes("a"), giver.held], [{ n0: "ok" }, 1]);
  await world.clock.pass(600);
  assertEquals([await world.nodes("a"), giver.held, giver.released], [{ n0: "ok" }, 0, []]);
  assertEquals(world.platform.calls[1]!.endedAtMs! - world.platform.calls[1]!.startedAtMs, 1050);
  assertEquals(world.log.attempts.map(({ node, settled }) => [node, settled]), [["n0", true], ["n1", false]]);
  world.memory.expire(giver.running.queue); // as the driver does then
  await giver.follow(world);
  assertEquals(counts(world.platform.keys()), { "a/n0": 1, "a/n1": 2 });
  assertEquals((await world.view("a")).output, { n0: "n0#1", n1: "n1#3" });
});

Deno.test("Consumer.run() drops at once what is revoked without time, or has less than before", async () => {
  const world = new World(slow);
  await world.push(single("f"), ["a", "b"]);
  const giver = new Giver(world);
  await world.clock.pass(50);
  giver.revoke(["b"]);
  await world.clock.pass(10);
  giver.revoke(["a", "b"], 0);
  await world.clock.pass(0);
  assertEquals([giver.held, giver.released], [0, []]);
  assertEquals(world.platform.calls.map(({ outcome }) => outcome?.kind), ["failed", "failed"]);
  assertEquals([await world.nodes("a"), await world.nodes("b")], [{}, {}]);
  await giver.follow(world);
  assertEquals((await world.queue.depth()).completed, 2);
});

const undoing = chain("undoing", ({ call, onFailed }) => {
  call(fn("last"), { after: call(fn("first")) });
  onFailed(fn("undo"));
});

Deno.test("Consumer.run() does not undo what was done of a revoked instance; the next holder may have to", async () => {
  const world = new World((call) => call.node === 1 ? { runMs: 100, outcome: BROKEN } : slow(call, 0));
  await world.push(undoing, ["a", "b"]);
  const giver = new Giver(world);
  await world.clock.pass(250);
  assertEquals(world.platform.keys().slice(4), ["a/undo", "b/undo"], "both have failed, and are undone");
  giver.revoke(["a"]);
  await world.clock.pass(100);
  assertEquals(await world.nodes("a"), { first: "ok", last: "failed", undo: "ok" });
  assertEquals([(await world.view("a")).state, (await world.view("b")).state], ["queued", "failed"]);
  await giver.follow(world);
  const { state, reason } = await world.view("a");
  assertEquals([state, reason], ["failed", "node last: it broke"]);
  assertEquals(world.platform.calls.length, 6, "it ended at once");
});

const read = fn("read"), load = fn("load"), report = fn("report");
const table = chain("table", ({ call }) => {
  call(load, { after: call(read, { args: { table: "{% args.table %}" } }) });
}, { output: "{% args.table & '!' %}" });
const nightly = chain("nightly", ({ call }) => {
  const tables = call(table, { map: "args.tables", concurrency: 2, args: { table: "{% item %}" } });
  call(report, { after: tables });
});

/** Each node has run once. */
const EACH_ONCE = Object.fromEntries(
  [0, 1, 2].flatMap((i) => ["read", "load"].map((node) => `a/table/${i}/${node}`)).concat("a/report")
    .map((key) => [key, 1]),
);

for (const atMs of [0, 50, 150, 199, 205, 250, 350, 402, 450]) {
  Deno.test(`Consumer.run() hands a revoked instance over with what it has called, ${atMs} ms after its start`, async () => {
    const world = new World(slow);
    await world.push(nightly, ["a"], { args: { tables: ["x", "y", "z"] } });
    const giver = new Giver(world);
    await world.clock.pass(atMs);
    giver.revoke(["a"]);
    await world.clock.pass(110);
    assertEquals([giver.held, giver.released], [0, [["a"]]]);
    assertEquals((await world.queue.depth()).running, 0);
    await giver.follow(world);
    assertEquals(counts(world.platform.keys()), EACH_ONCE);
    assertEquals(world.platform.calls.at(-1)!.inputs, { table: ["x!", "y!", "z!"] });
    assertEquals((await world.view("a")).state, "completed");
  });
}

for (
  const [what, alter, untilMs] of [
    ["is pushed", (queue: QueueDriver, world: World): Partial<QueueDriver> => ({
      push: async (instances) => {
        await world.clock.until(world.clock.nowMs() + 100);
        return await queue.push(instances);
      },
    }), 50],
    ["is ended", (queue: QueueDriver, world: World): Partial<QueueDriver> => ({
      finish: async (results) => {
        await world.clock.until(world.clock.nowMs() + 100);
        await queue.finish(results);
      },
    }), 250],
  ] as const
) {
  Deno.test(`Consumer.run() releases what is revoked only after what it has called ${what}`, async () => {
    const world = new World(slow);
    await world.push(nightly, ["a"], { args: { tables: ["x"] } });
    const giver = new Giver(world, { alter: (queue) => alter(queue, world) });
    await world.clock.pass(untilMs);
    giver.revoke(["a"]);
    await world.clock.pass(10);
    assertEquals(giver.released, []);
    await world.clock.pass(100);
    assertEquals([giver.released, giver.held], [[["a"]], 0]);
    assertEquals((await world.view("a/table/0")).state, untilMs === 50 ? "queued" : "completed");
    await giver.follow(world);
    assertEquals(counts(world.platform.keys()), { "a/table/0/read": 1, "a/table/0/load": 1, "a/report": 1 });
    assertEquals((await world.view("a")).state, "completed");
  });
}

Deno.test("Consumer.run() ends what had ended when it was revoked", async () => {
  const world = new World(slow);
  await world.push(single("f"), ["a"]);
  const giver = new Giver(world);
  await world.clock.pass(102); // the end is about to be written
  giver.revoke(["a"]);
  await world.clock.pass(10);
  assertEquals([giver.released, giver.held], [[], 0]);
  assertEquals([(await world.view("a")).state, world.log.outcomes()], ["completed", { a: "completed" }]);
  await giver.end(world);
});

Deno.test("Consumer.run() leaves it to others to undo what is revoked and cancelled, but ends its calls if it is told so", async () => {
  const world = new World(slow);
  await world.push(undoing, ["a", "b"]);
  const giver = new Giver(world);
  await world.clock.pass(50);
  giver.revoke(["a", "b"]);
  await world.clock.pass(10);
  await world.queue.request({ kind: "cancel", filter: { ids: ["a"] } });
  await world.queue.request({ kind: "cancel", filter: { ids: ["b"] }, abort: true });
  await world.clock.pass(10);
  assertEquals([giver.released, (await world.view("b")).state], [[["b"]], "queued"]);
  await world.clock.pass(100);
  assertEquals([(await world.view("a")).state, await world.nodes("a")], ["queued", { first: "ok" }]);
  assertEquals(await world.nodes("b"), {});
  await giver.follow(world);
  assertEquals([await world.nodes("a"), await world.nodes("b")], [{ first: "ok", undo: "ok" }, {
    undo: "ok",
  }]);
  assertEquals([(await world.view("a")).state, (await world.view("b")).state], ["cancelled", "cancelled"]);
});

Deno.test("Consumer.run() goes on with a revoked instance that comes back before it has been handed over", async () => {
  const world = new World(({ node }) => ({ runMs: node === 0 ? 10 : 100 }));
  await world.push(linear("line", 2), ["a"]);
  const orders = new Orders();
  const running = world.start({ untilEmpty: true, alter: orders.alter });
  await world.clock.pass(50);
  orders.send({ kind: "revoked", ids: ["a"], withinMs: 10_000 });
  await world.clock.pass(10);
  world.memory.expire(running.queue); // taken away, and assigned again
  await world.end(running);
  assertEquals(counts(world.platform.keys()), { "a/n0": 1, "a/n1": 2 });
  assertEquals((await world.view("a")).progress.map(({ output }) => output), ["n0#1", "n1#3"]);
  assertEquals(world.log.outcomes(), { a: "completed" });
});

Deno.test("Consumer.run() gives what has come back up again, if that is revoked too", async () => {
  const world = new World(slow);
  await world.push(single("f"), ["a"]);
  let pulls = 0;
  const giver = new Giver(world, {
    alter: (queue) => ({
      pull: (max, signal) => pulls++ < 2 ? queue.pull(max, signal) : untilAborted(signal),
    }),
  });
  await world.clock.pass(50);
  giver.revoke(["a"]);
  await world.clock.pass(5);
  world.memory.expire(giver.running.queue);
  await world.clock.pass(5);
  assertEquals((await world.view("a")).state, "running", "it is held again");
  giver.revoke(["a"]);
  await world.clock.pass(5);
  assertEquals([giver.released, (await world.view("a")).state], [[["a"]], "queued"]);
  await world.clock.pass(100);
  assertEquals([giver.held, giver.released.length, await world.nodes("a")], [0, 1, {}]);
  await giver.follow(world);
  assertEquals((await world.view("a")).state, "completed");
});

Deno.test("Consumer.run() takes others in for what it has released, and ends with the queue", async () => {
  const world = new World(slow);
  await world.push(linear("line", 2), numbered(6));
  const orders = new Orders();
  const running = world.start({ untilEmpty: true, window: 2, alter: orders.alter });
  await world.clock.pass(50);
  const other = world.start({ ...SECOND, untilEmpty: true, window: 1 });
  await world.clock.pass(20);
  orders.send({ kind: "revoked", ids: ["i0", "i1"], withinMs: 10_000 });
  await world.clock.pass(10);
  assertEquals(running.consumer.stats().instances, 2);
  await world.end(running);
  await world.end(other);
  assertEquals((await world.queue.depth()).completed, 6);
  assertEquals(world.platform.calls.length, 12, "nothing ran twice");
});

for (const how of ["drain", "stop"] as const) {
  Deno.test(`Consumer.run() that is told to ${how} leaves nothing behind of what it hands over`, async () => {
    const world = new World(slow);
    await world.push(linear("line", 2), ["a", "b"]);
    const giver = new Giver(world);
    await world.clock.pass(50);
    giver.revoke(["a"]);
    await world.clock.pass(10);
    giver.running[how].abort();
    await giver.end(world);
    assertEquals(giver.released, how === "drain" ? [["a"]] : []);
    assertEquals((await world.queue.depth()).queued, 2);
    await world.consume(SECOND);
    assertEquals(world.platform.calls.length, how === "drain" ? 4 : 6);
  });
}

const map = (onFailure: "fail" | "skip"): Chain =>
  chain("map", ({ call }) => void call(fn("each"), { map: "[1, 2]", onFailure }));
const OK = { state: "ok", attempts: 1, output: NULL } as const;
const FAILED = { state: "failed", attempts: 1, output: NULL, reason: "it broke" } as const;
const settledInFull: readonly [
  string,
  Chain,
  Parameters<QueueDriver["checkpoint"]>[0][0]["records"],
  string,
][] = [
  ["with a failed node", linear("line", 3), [{ ...OK, node: 0 }, { ...FAILED, node: 1 }], "failed"],
  [
    "with a failed node that the rest goes on without",
    shaped("skipping", [[], [0], [0]], "skip"),
    [{ ...FAILED, node: 0 }],
    "completed",
  ],
  ["a map", map("fail"), [{ ...OK, node: 0, item: 0 }, { ...OK, node: 0, item: 1 }], "completed"],
  [
    "a map with a failed item",
    map("fail"),
    [{ ...OK, node: 0, item: 0 }, { ...FAILED, node: 0, item: 1 }],
    "failed",
  ],
  [
    "a map that goes on without a failed item",
    map("skip"),
    [{ ...OK, node: 0, item: 0 }, { ...FAILED, node: 0, item: 1 }],
    "completed",
  ],
  [
    "what was undone",
    undoing,
    [{ ...OK, node: 0 }, { ...FAILED, node: 1 }, { ...OK, node: 2 }],
    "failed",
  ],
];

for (const [what, of, records, outcome] of settledInFull) {
  Deno.test(`Consumer.run() ends at once what another has settled in full: ${what}`, async () => {
    const world = new World();
    await world.push(of, ["a"]);
    const before = world.memory.open();
    await before.pull(1, new AbortController().signal);
    await before.checkpoint([{ instanceId: "a", records }]);
    await before.release(held("a"));
    await world.consume();
    assertEquals(world.platform.calls, []);
    const { state, reason } = await world.view("a");
    assertEquals([state, world.log.outcomes()], [outcome, { a: outcome }]);
    if (outcome === "failed") assert(reason!.endsWith("it broke"), reason);
  });
}
