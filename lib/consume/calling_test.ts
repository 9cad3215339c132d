/** Chains that call chains. */
import { assertEquals, assertMatch } from "@std/assert";
import type { Script } from "../../tests/programs/scripted_platform.ts";
import { World } from "../../tests/programs/world.ts";
import { BROKEN, instanceOf, ok } from "../../tests/scheduler/builders.ts";
import "../expression/mod.ts"; // loaded here, so that it takes no time of its own
import { type Chain, chain, fn, type Json } from "../model/mod.ts";
import { type Claim, type QueueDriver, QueueError } from "../queue/mod.ts";

const read = fn("read"), load = fn("load"), report = fn("report");

/** Reads a table and loads it. */
const table = chain("table", ({ call }) => {
  call(load, { after: call(read, { args: { table: "{% args.table %}" } }) });
}, { output: "{% args.table & '!' %}" });

/** Loads one table, and says so. */
const nightly = chain("nightly", ({ call }) => {
  call(report, { after: call(table, { args: { table: "orders" } }) });
});

/** Loads those tables that the instance names, two at a time. */
const nightlyMap = chain("nightly", ({ call }) => {
  const tables = call(table, { map: "args.tables", concurrency: 2, args: { table: "{% item %}" } });
  call(report, { after: tables });
});

async function runOne(of: Chain, script?: Script, args = {}): Promise<World> {
  const world = new World(script);
  await world.push(of, ["a"], { args });
  await world.consume();
  return world;
}

const failing = (name: string): Script => ({ instance, node }) =>
  instance.chain.nodes[node]!.name === name ? { outcome: BROKEN } : undefined;

Deno.test("Consumer.run() runs a called chain as an instance of its own, and its result is the node's output", async () => {
  const world = await runOne(nightly);
  assertEquals(world.platform.keys(), ["a/table/read", "a/table/load", "a/report"]);
  assertEquals(world.platform.calls[0]!.args, { table: "orders" });
  assertEquals(world.platform.calls[2]!.inputs, { table: "orders!" });
  const child = await world.view("a/table");
  assertEquals(child.instance.parent, { instance: "a", node: "table" });
  assertEquals([child.state, child.output], ["completed", "orders!"]);
  assertEquals((await world.view("a")).state, "completed");
  assertEquals(world.log.submits.map(({ instance, parent }) => [instance, parent]), [["a", undefined], [
    "a/table",
    "a",
  ]]);
});

Deno.test("Consumer.run() calls a chain for each item, at most so many at once", async () => {
  const world = await runOne(nightlyMap, () => ({ runMs: 100 }), { tables: ["x", "y", "z"] });
  assertEquals(world.platform.calls.at(-1)!.inputs, { table: ["x!", "y!", "z!"] });
  assertEquals(world.platform.most["chain table"], 2);
  assertEquals((await world.view("a/table/2")).instance.parent, { instance: "a", node: "table", item: 2 });
});

Deno.test("Consumer.run() holds no called instance against its window", async () => {
  const world = new World(() => ({ runMs: 100 }));
  await world.push(nightly, ["a", "b", "c"]);
  const { completed } = (await world.consume({ window: 1 })).stats();
  assertEquals(completed, 6);
});

Deno.test("Consumer.run() fails a node whose chain has failed, and says which node of it", async () => {
  const world = await runOne(nightly, failing("load"));
  assertEquals((await world.view("a/table")).reason, "node load: it broke");
  const { state, reason } = await world.view("a");
  assertEquals([state, reason], ["failed", "node table: a/table has failed: node load: it broke"]);
});

Deno.test("Consumer.run() cancels what an instance has called along with it", async () => {
  const world = new World(() => ({ runMs: 1000 }));
  await world.push(nightly, ["a"]);
  const running = world.start();
  await world.clock.pass(5);
  await world.queue.request({ kind: "cancel", filter: { ids: ["a"] } });
  await world.clock.pass(2000);
  running.drain.abort();
  await world.end(running);
  assertEquals(world.platform.keys(), ["a/table/read"]);
  assertEquals([(await world.view("a")).state, (await world.view("a/table")).state], [
    "cancelled",
    "cancelled",
  ]);
});

Deno.test("Consumer.run() fails the node whose called instance was cancelled alone", async () => {
  const world = new World(() => ({ runMs: 1000 }));
  await world.push(nightly, ["a"]);
  const running = world.start();
  await world.clock.pass(5);
  await world.queue.request({ kind: "cancel", filter: { ids: ["a/table"] } });
  await world.clock.pass(2000);
  running.drain.abort();
  await world.end(running);
  assertEquals((await world.view("a/table")).state, "cancelled");
  assertMatch((await world.view("a")).reason!, /^node table: a\/table was cancelled: /);
});

Deno.test("Consumer.run() goes on with called instances after a crash, where they were", async () => {
  const world = new World(() => ({ runMs: 100 }));
  await world.push(nightlyMap, ["a"], { args: { tables: ["x", "y", "z"] } });
  const dying = world.start();
  await world.clock.pass(350); // two tables are done, the third has been read
  world.kill(dying);
  await world.consume();
  const counts: Record<string, number> = {};
  for (const key of world.platform.keys()) counts[key] = (counts[key] ?? 0) + 1;
  assertEquals(counts, {
    ...{ "a/table/0/read": 1, "a/table/0/load": 1, "a/table/1/read": 1, "a/table/1/load": 1 },
    ...{ "a/table/2/read": 1, "a/table/2/load": 2, "a/report": 1 },
  });
  assertEquals(world.platform.calls.at(-1)!.inputs, { table: ["x!", "y!", "z!"] });
});

Deno.test("Consumer.run() retries a called instance with its caller, from where it failed", async () => {
  let broken = true;
  const world = await runOne(nightly, (call, nth) => broken ? failing("load")(call, nth) : undefined);
  broken = false;
  assertEquals(await world.queue.request({ kind: "retry", filter: { ids: ["a"] } }), 1);
  await world.consume();
  assertEquals(world.platform.keys(), ["a/table/read", "a/table/load", "a/table/load", "a/report"]);
  assertEquals((await world.view("a")).state, "completed");
});

Deno.test("Consumer.run() runs chains that call chains, eight deep", async () => {
  let inner = chain("c7", ({ call }) => void call(read));
  for (let depth = 6; depth >= 0; depth--) {
    const called = inner;
    inner = chain(`c${depth}`, ({ call }) => void call(called, { name: "n" }), { output: "{% inputs.n %}" });
  }
  const world = await runOne(inner);
  assertEquals(world.platform.keys(), ["a/n/n/n/n/n/n/n/read"]);
  let expected: Json = "read#1";
  expected = { read: expected };
  assertEquals((await world.view("a")).output, expected);
});

Deno.test("Consumer.run() drops what it has lost with all that it has called, and goes on when it comes back", async () => {
  const world = new World(() => ({ runMs: 1000 }));
  await world.push(nightly, ["a"]);
  const first = world.start();
  await world.clock.pass(100);
  world.memory.expire(first.queue); // both instances go to whoever pulls next: the same consumer, or the other one
  const second = world.start({ untilEmpty: true });
  await world.clock.pass(4000);
  first.drain.abort();
  await world.end(first);
  await world.end(second);
  assertEquals([(await world.view("a")).state, (await world.view("a/table")).state], [
    "completed",
    "completed",
  ]);
  assertEquals(world.platform.calls.at(-1)!.inputs, { table: "orders!" });
});

Deno.test("Consumer.run() goes on with what it has lost and got again, though nothing of it was in flight", async () => {
  const world = new World(() => ({ runMs: 1000 }));
  await world.push(nightly, ["a", "b"]);
  const running = world.start({ untilEmpty: true, limits: { global: 1 } });
  await world.clock.pass(100); // a/table runs, b/table waits
  world.memory.expire(running.queue);
  await world.end(running);
  assertEquals([(await world.view("a")).state, (await world.view("b")).state], ["completed", "completed"]);
  assertEquals(world.platform.keys().filter((key) => key.startsWith("b")).length, 3);
});

Deno.test("Consumer.run() does not end what it has called for what that came to before it was lost and got again", async () => {
  const world = new World(({ instance }) => ({ runMs: instance.id === "b" ? 198 : 100 }));
  await world.push(nightly, ["a"]);
  await world.push(chain("other", ({ call }) => void call(read)), ["b"]);
  const running = world.start({ untilEmpty: true });
  await world.clock.pass(202); // the end of a/table is about to be written, as that of b has just been
  world.memory.expire(running.queue);
  await world.end(running);
  assertEquals((await world.view("a")).state, "completed");
  assertEquals((await world.view("a/table")).progress.map(({ output }) => output), ["read#2", "load#4"]);
});

for (const submitted of ["before", "and has ended"] as const) {
  Deno.test(`Consumer.run() fails a node that calls what was submitted under the same id (${submitted})`, async () => {
    const world = new World(({ instance }) => ({ runMs: instance.id === "a" ? 10 : 100 }));
    const reportFirst = chain("nightly", ({ call }) => {
      call(table, { after: call(report), args: { table: "orders" } });
    });
    const own = { args: { table: "own" } };
    await world.push(table, ["a/table"], own);
    if (submitted === "and has ended") await world.consume();
    await world.push(reportFirst, ["a"]);
    await world.consume();
    assertEquals(world.platform.keys().toSorted(), ["a/report", "a/table/load", "a/table/read"]);
    const { state, reason } = await world.view("a");
    assertEquals([state, reason], [
      "failed",
      'node table: a/table has failed: id-conflict: the queue has another instance under the id "a/table"',
    ]);
    const view = await world.view("a/table");
    assertEquals([view.state, view.output], ["completed", "own!"]);
  });
}

for (
  const [later, caller, end] of [
    ["the caller", "failed", "completed"],
    ["the other", "completed", "failed"],
  ] as const
) {
  Deno.test(`Consumer.run() runs one of two instances of one id that partitions hand out, not what comes later (${later})`, async () => {
    const world = new World(() => ({ runMs: 100 }));
    await world.push(nightly, ["a"]);
    const other: Claim = { instance: instanceOf(table, "a/table"), number: 99, progress: [] };
    const called = Promise.withResolvers<void>(), ends: string[] = [];
    let handsOut = true;
    const running = world.start({
      untilEmpty: true,
      alter: (queue) => ({
        push: async (instances) => {
          const pushed = await queue.push(instances);
          if (later === "the other") called.resolve();
          return pushed;
        },
        pull: async (max, signal, bounds) => {
          if (handsOut && later === "the caller") called.resolve();
          const own = handsOut ? called.promise.then(() => [other]) : new Promise<never>(() => {});
          const claims = await Promise.race([own, queue.pull(max, signal, bounds)]);
          if (claims[0] === other) handsOut = false;
          return claims;
        },
        checkpoint: (progress) => queue.checkpoint(progress.filter(({ claim }) => claim !== other.number)),
        finish: (results) => {
          const own = results.filter(({ claim }) => claim === other.number);
          ends.push(...own.map(({ outcome }) => outcome));
          return queue.finish(results.filter((result) => !own.includes(result)));
        },
      }),
    });
    await world.end(running);
    const runs = world.platform.keys().filter((key) => key === "a/table/load").length;
    assertEquals([(await world.view("a")).state, ends, runs], [caller, [end], 1]);
  });
}

for (
  const [what, id, answer, why] of [
    [
      "would have too long an id",
      "i".repeat(254),
      1,
      /cannot-call: the id i+… of what it calls would have more/,
    ],
    [
      "would have args that nest too deeply",
      "a",
      JSON.parse("[".repeat(100) + "]".repeat(100)),
      /cannot-call: .*an argument/,
    ],
  ] as const
) {
  Deno.test(`Consumer.run() fails the node whose called instance ${what}, and goes on with others`, async () => {
    const passing = chain("passing", ({ call }) => {
      call(table, { after: call(read), args: { table: "{% inputs.read %}" } });
    });
    const world = new World(({ instance }) =>
      instance.id === id ? { outcome: ok(answer as Json) } : undefined
    );
    await world.push(passing, [id, "b"]);
    await world.consume();
    const { state, reason } = await world.view(id);
    assertEquals([state, (await world.view("b")).state], ["failed", "completed"]);
    assertMatch(reason!, why);
  });
}

Deno.test("Consumer.run() fails the node whose called instance is longer than the queue takes, and goes on with others", async () => {
  const world = new World();
  await world.push(nightlyMap, ["a", "b"], { args: { tables: ["x", "y", "z"] } });
  const alter = (queue: QueueDriver): Partial<QueueDriver> => ({
    push: (instances) =>
      instances.some(({ id }) => id === "a/table/1")
        ? Promise.reject(new QueueError("too-large", "the message is too large"))
        : queue.push(instances),
  });
  await world.consume({ alter });
  const { state, reason } = await world.view("a");
  assertEquals([state, (await world.view("b")).state], ["failed", "completed"]);
  assertMatch(reason!, /^node table: item 1: a\/table\/1 has failed: args-too-large: /);
});
