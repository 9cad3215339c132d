import { assert, assertAlmostEquals, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { EventLog } from "../../tests/programs/event_log.ts";
import { Orders } from "../../tests/programs/orders.ts";
import type { Script } from "../../tests/programs/scripted_platform.ts";
import { latePull, numbered, World } from "../../tests/programs/world.ts";
import { BROKEN, linear, SHAKY, shaped, single, THROTTLED } from "../../tests/scheduler/builders.ts";
import { chain, constant, fn, writeJson } from "../model/mod.ts";
import type { QueueDriver } from "../queue/mod.ts";

const DIAMOND = shaped("diamond", [[], [0], [0], [1, 2]]);

Deno.test("Consumer.run() makes an output durable before a successor starts", async () => {
  const world = new World();
  const durable = new Set<string>();
  const alter = (): Partial<QueueDriver> => ({
    checkpoint: async (progress) => {
      await world.clock.until(world.clock.nowMs() + 100);
      for (const { instanceId, records } of progress) {
        for (const { node } of records) durable.add(`${instanceId}/n${node}`);
      }
    },
  });
  const missing: string[] = [];
  world.platform.onCall = ({ instance, inputs }) => {
    missing.push(
      ...Object.keys(inputs).map((name) => `${instance}/${name}`).filter((key) => !durable.has(key)),
    );
  };
  await world.push(DIAMOND, numbered(3));
  await world.consume({ alter });
  assertEquals(missing, []);
  assertEquals(world.platform.calls.length, 12);
});

Deno.test("Consumer.run() passes outputs on by node name, and records them and the chain's result", async () => {
  const world = new World();
  await world.push(DIAMOND, ["a"]);
  await world.consume();
  const [n0, n1, n2, n3] = world.platform.calls;
  assertEquals([n0!.inputs, n1!.inputs, n2!.inputs], [{}, { n0: "n0#1" }, { n0: "n0#1" }]);
  assertEquals(n3!.inputs, { n1: "n1#2", n2: "n2#3" });
  const { state, output, progress, endedAtMs } = await world.view("a");
  assertEquals([state, output, endedAtMs], ["completed", { n3: "n3#4" }, n3!.endedAtMs]);
  assertEquals(progress.map(({ output }) => output), ["n0#1", "n1#2", "n2#3", "n3#4"]);
  assertEquals(progress.every(({ state, attempts }) => state === "ok" && attempts === 1), true);
});

const failing = (name: string): Script => ({ instance, node }) =>
  instance.chain.nodes[node]!.name === name ? { outcome: BROKEN } : undefined;

Deno.test("Consumer.run() ends a chain of which a node has failed, with the reason", async () => {
  const world = new World(failing("n1"));
  await world.push(DIAMOND, ["a"]);
  const { failed, completed } = (await world.consume()).stats();
  assertEquals([failed, completed], [1, 0]);
  const { state, reason } = await world.view("a");
  assertEquals([state, reason], ["failed", "node n1: it broke"]);
  assertEquals(await world.nodes("a"), { n0: "ok", n1: "failed", n2: "ok" });
  assertEquals(world.log.ends.map(({ outcome, reason }) => [outcome, reason]), [[
    "failed",
    "node n1: it broke",
  ]]);
});

Deno.test("Consumer.run() skips what follows a failed node, or goes on with null", async () => {
  const world = new World(failing("n0"));
  await world.push(shaped("skipping", [[], [0], [1]], "skip"), ["skips"]);
  await world.push(shaped("continuing", [[], [0], [1]], "continue"), ["continues"]);
  await world.consume();
  assertEquals(await world.nodes("skips"), { n0: "failed", n1: "skipped", n2: "skipped" });
  assertEquals(await world.nodes("continues"), { n0: "failed", n1: "ok", n2: "ok" });
  assertEquals(world.log.outcomes(), { skips: "completed", continues: "completed" });
  const next = world.platform.calls.find(({ instance, node }) => instance === "continues" && node === "n1");
  assertEquals(next!.inputs, { n0: null });
  assertEquals((await world.view("skips")).output, { n2: null });
});

Deno.test("Consumer.run() tries again after failures and throttles, and records every attempt", async () => {
  const replies = [SHAKY, THROTTLED, THROTTLED];
  const world = new World((_, nth) => {
    const outcome = replies[nth - 1];
    return outcome && { outcome };
  });
  await world.push(single("f"), ["a"]);
  const { retried, throttled } = (await world.consume()).stats();
  assertEquals([retried, throttled], [1, 2]);
  const { attempts } = world.log;
  assertEquals(attempts.map(({ attempt, outcome, settled }) => [attempt, outcome, settled]), [
    [1, "failed", false],
    [2, "throttled", false],
    [3, "throttled", false],
    [4, "ok", true],
  ]);
  assertEquals(attempts.map(({ reason }) => reason), ["it broke", "too many", "too many", undefined]);
  assertEquals((await world.view("a")).progress.map(({ attempts, state }) => [attempts, state]), [[4, "ok"]]);
});

Deno.test("Consumer.run() gives up after the last attempt", async () => {
  const world = new World(() => ({ outcome: SHAKY }));
  await world.push(single("f", { attempts: 3 }), ["a"]);
  await world.consume();
  assertEquals(world.log.attempts.map(({ settled }) => settled), [false, false, true]);
  assertEquals(world.log.outcomes(), { a: "failed" });
});

Deno.test("Consumer.run() never exceeds a limit, as the platform sees it", async () => {
  const runMs = (nth: number) => 1 + nth * 7 % 13;
  const world = new World(({ instance }, nth) => ({ runMs: runMs(nth + instance.id.length) }));
  await world.push(shaped("wide", [[], [0], [0], [0], [0], [1, 2, 3, 4]]), numbered(20, "w"));
  await world.push(linear("long", 4), numbered(20, "l"));
  await world.consume({ limits: { global: 7, functions: { n1: 2 }, chains: { long: 3 } } });
  const { all, "function n1": n1, "chain long": long } = world.platform.most;
  assertEquals([all, n1, long], [7, 2, 3], "and each is used in full");
});

Deno.test("Consumer.run() goes on from the progress made", async () => {
  const world = new World();
  await world.push(DIAMOND, ["a"]);
  const before = world.memory.open();
  await before.pull(1, new AbortController().signal);
  const record = { state: "ok", attempts: 1 } as const;
  await before.checkpoint([{
    instanceId: "a",
    records: [{ ...record, node: 0, output: writeJson("zero") }, {
      ...record,
      node: 2,
      output: writeJson("two"),
    }],
  }]);
  await before[Symbol.asyncDispose]();
  await world.consume();
  assertEquals(world.platform.keys(), ["a/n1", "a/n3"]);
  assertEquals(world.platform.calls.map(({ inputs }) => inputs), [{ n0: "zero" }, { n1: "n1#1", n2: "two" }]);
  const { progress, output } = await world.view("a");
  assertEquals(progress.map(({ output }) => output), ["zero", "n1#1", "two", "n3#2"]);
  assertEquals(output, { n3: "n3#2" });
});

Deno.test("Consumer.run() ends at once what had settled in full", async () => {
  const world = new World();
  await world.push(shaped("pair", [[], []]), ["a"]);
  const before = world.memory.open();
  await before.pull(1, new AbortController().signal);
  const records = [0, 1].map((
    node,
  ) => ({ node, state: "ok", attempts: 1, output: writeJson(node) } as const));
  await before.checkpoint([{ instanceId: "a", records }]);
  await before[Symbol.asyncDispose]();
  await world.consume();
  assertEquals(world.platform.calls, []);
  assertEquals((await world.view("a")).output, { n0: 0, n1: 1 });
});

Deno.test("Consumer.run() records the last nodes as they settle, not only with the chain's end", async () => {
  const world = new World(({ node }) => ({ runMs: node === 1 ? 10_000 : 10 }));
  await world.push(shaped("pair", [[], []]), ["a"]);
  const running = world.start();
  await world.clock.pass(100);
  world.kill(running);
  await world.consume({ recorder: new EventLog() });
  assertEquals(world.platform.keys(), ["a/n0", "a/n1", "a/n1"], "only what was in flight ran again");
});

Deno.test("Consumer.run() cancels what it holds, and ends it when its attempts in flight have ended", async () => {
  const world = new World();
  await world.push(linear("line", 2), ["a", "b", "c"]);
  const running = world.start({ limits: { global: 1 } });
  await world.clock.pass(5);
  assertEquals(await world.queue.request({ kind: "cancel", filter: { ids: ["a", "b"] } }), 2);
  await world.clock.pass(1000);
  running.drain.abort();
  await world.end(running);
  assertEquals(world.platform.keys(), ["a/n0", "c/n0", "c/n1"]);
  assertEquals(world.log.outcomes(), { a: "cancelled", b: "cancelled", c: "completed" });
  assertEquals(await world.nodes("a"), { n0: "ok" });
  assertEquals([(await world.view("b")).state, running.consumer.stats().cancelled], ["cancelled", 2]);
});

Deno.test("Consumer.run() cancels what is on its way from the queue when it hears of it", async () => {
  const world = new World();
  await world.push(single("f"), ["a"]);
  const running = world.start({ alter: latePull(world), untilEmpty: true });
  await world.clock.pass(10);
  await world.queue.request({ kind: "cancel", filter: { chain: "f" } });
  await world.end(running);
  assertEquals(world.platform.calls, []);
  assertEquals(world.log.outcomes(), { a: "cancelled" });
});

Deno.test("Consumer.run() cancels a hundred thousand at once", async () => {
  const world = new World();
  await world.push(single("f"), numbered(100_000));
  const running = world.start({ limits: { global: 1 }, window: 200_000 }); // one kind may fill half of it
  await world.clock.pass(5);
  await world.queue.request({ kind: "cancel", filter: {} });
  await world.clock.pass(100);
  assertEquals(running.consumer.stats().cancelled, 100_000);
  running.drain.abort();
  await world.end(running);
});

Deno.test("Consumer.run() keeps to its share of limits, of those too that it hears of later", async () => {
  const world = new World(() => ({ runMs: 10_000 }));
  await world.push(single("f"), numbered(20));
  const orders = new Orders();
  const running = world.start({ limits: { global: 2, functions: { f: 8 } }, alter: orders.alter });
  const { consumer } = running;
  await world.clock.pass(5);
  assertEquals(consumer.stats().running, 2, "whole, until a share is heard");
  orders.send({ kind: "share", from: 0.25, to: 1 });
  await world.clock.pass(5);
  assertEquals(consumer.stats().limit, 2);
  await world.queue.request({ kind: "limit", limit: 4 });
  await world.clock.pass(5);
  assertEquals([consumer.stats().limit, consumer.stats().running], [3, 3]);
  await world.queue.request({ kind: "limit", limit: 12 });
  await world.clock.pass(5);
  assertEquals([consumer.stats().limit, consumer.stats().running], [9, 6], "6 of the 8 of f");
  orders.send({ kind: "share", from: 0, to: 1 });
  await world.clock.pass(5);
  assertEquals([consumer.stats().limit, consumer.stats().running], [10, 8], "more are tried later");
  running.stop.abort();
  await world.end(running);
});

Deno.test("Consumer.run() never holds more than its window, and takes in as some end", async () => {
  const world = new World();
  let held = 0, most = 0;
  const alter = (inner: QueueDriver): Partial<QueueDriver> => ({
    pull: async (max, signal) => {
      const claims = await inner.pull(max, signal);
      most = Math.max(most, held += claims.length);
      return claims;
    },
    finish: async (results) => {
      await inner.finish(results);
      held -= results.length;
    },
  });
  await world.push(linear("line", 2), numbered(50));
  const { completed } = (await world.consume({ alter, window: 4 })).stats();
  assertEquals([completed, most], [50, 4]);
});

Deno.test("Consumer.run() lets what may not start keep nobody out, whether it is paused or at a limit", async () => {
  for (const how of ["paused", "limited"]) {
    const world = new World();
    const big = linear("big", 1), small = linear("small", 1);
    await world.push(big, numbered(100));
    await world.push(small, numbered(5, "s"));
    if (how === "paused") await world.queue.request({ kind: "pause", pause: { chain: "big" } });
    const limits = how === "limited" ? { chains: { big: 1 } } : {};
    const running = world.start({ window: 20, limits });
    await world.clock.pass(300);
    const ended = [];
    for await (const { instance } of world.queue.list({ states: ["completed"], chain: "small" })) {
      ended.push(instance.id);
    }
    assertEquals(ended.length, 5, how);
    running.stop.abort();
    await world.end(running);
  }
});

Deno.test("Consumer.run() lets what has begun and may not go on keep nobody out", async () => {
  const first = fn("first"), second = fn("second");
  const big = chain("big", ({ call }) => void call(second, { after: call(first) }));
  for (const how of ["paused", "tried again late", "resumed"]) {
    const world = new World(({ spec: { name } }) =>
      name === "second" && how === "tried again late" ? { outcome: SHAKY, runMs: 10 } : { runMs: 10 }
    );
    await world.push(big, numbered(100));
    if (how !== "tried again late") {
      await world.queue.request({ kind: "pause", pause: { function: "second" } });
    }
    if (how === "resumed") {
      const before = world.start({ window: 20, limits: { global: 2 } });
      await world.clock.pass(1000);
      before.stop.abort();
      await world.end(before);
    }
    const running = world.start({ window: 20, limits: { global: 2 } });
    await world.clock.pass(2000);
    await world.push(linear("small", 1), numbered(5, "s"));
    await world.clock.pass(1000);
    const ended = await Array.fromAsync(world.queue.list({ states: ["completed"], chain: "small" }));
    assertEquals(ended.length, 5, how);
    running.stop.abort();
    await world.end(running);
  }
});

Deno.test("Consumer.run() records events that agree with what has happened", async () => {
  const world = new World((_, nth) => nth === 1 ? { outcome: SHAKY, runMs: 20 } : { runMs: 30 });
  const submittedAtMs = world.clock.nowMs();
  const definition = linear("line", 2);
  await world.push(definition, numbered(3), {
    labels: { tenant: "t" },
    deadlineMs: submittedAtMs + 500,
  });
  await world.clock.pass(1000); // nobody consumes yet
  await world.consume({ limits: { global: 1 } });
  const { log, platform } = world;
  assertEquals(log.outcomes(), { i0: "completed", i1: "completed", i2: "completed" });
  assertEquals(log.submits[0], {
    chain: "line",
    instance: "i0",
    submittedAtMs,
    takenMs: 1000,
    labels: { tenant: "t" },
    weight: 1,
    deadlineMs: 500,
    definition,
  });
  assertEquals(log.attempts.length, platform.calls.length);
  for (const { instance, node, attempt, startedAtMs, runMs, outcome, settled } of log.attempts) {
    const call = platform.calls.find((c) =>
      c.instance === instance && c.node === node && c.attempt === attempt
    )!;
    assertEquals([startedAtMs, startedAtMs + runMs], [call.startedAtMs, call.endedAtMs]);
    assertEquals([outcome, settled], attempt === 1 ? ["failed", false] : ["ok", true]);
  }
  for (const { instance, endedAtMs, idealMs } of log.ends) {
    assertEquals(endedAtMs, platform.calls.findLast((call) => call.instance === instance)!.endedAtMs);
    assertAlmostEquals(idealMs!, 60);
  }
});

Deno.test("Consumer.run() counts queueing from the submission, or from the end of what came before", async () => {
  const world = new World();
  const submittedAtMs = world.clock.nowMs();
  await world.push(linear("line", 2), ["a", "b"]);
  await world.clock.pass(1000);
  await world.consume({ limits: { global: 1 }, policy: "fcfs", window: 1 });
  const [first, , third] = world.log.attempts;
  for (const { node, instance, startedAtMs, queuedMs } of world.log.attempts) {
    const before = world.platform.calls.find((call) => call.instance === instance && call.node === "n0")!;
    assertAlmostEquals(queuedMs, startedAtMs - (node === "n0" ? submittedAtMs : before.endedAtMs!));
  }
  assert(first!.queuedMs >= 1000 && third!.instance === "b" && third!.queuedMs >= 1020);
});

Deno.test("Consumer.run() records the scheduler's gauges every quarter of a second", async () => {
  const world = new World(() => ({ runMs: 600 }));
  await world.push(single("f"), numbered(3));
  await world.consume({ limits: { global: 2 }, recorder: world.log });
  const startMs = world.log.counters[0]!.atMs;
  assertEquals(
    world.log.counters.slice(1, 5).map((
      { atMs, ready, running, limit },
    ) => [atMs - startMs, ready, running, limit]),
    [
      [250, 1, 2, 2],
      [500, 1, 2, 2],
      [750, 0, 1, 2],
      [1000, 0, 1, 2],
    ],
  );
});

Deno.test("Consumer.run() calls what may run once only after its start is durable", async () => {
  const world = new World();
  const order: string[] = [];
  const alter = (inner: QueueDriver): Partial<QueueDriver> => ({
    checkpoint: async (progress) => {
      await world.clock.until(world.clock.nowMs() + 20);
      await inner.checkpoint(progress);
      order.push(...progress.flatMap(({ records }) => records.map(({ node, state }) => `n${node} ${state}`)));
    },
  });
  world.platform.onCall = ({ node }) => order.push(`${node} called`);
  await world.push(linear("line", 2, { atMostOnce: true }), ["a"]);
  await world.consume({ alter });
  assertEquals(order, ["n0 started", "n0 called", "n0 ok", "n1 started", "n1 called"]);
  assertEquals(await world.nodes("a"), { n0: "ok", n1: "ok" });
});

Deno.test("Consumer.run() never calls a second time what may run once only, after a crash", async () => {
  const world = new World(() => ({ runMs: 10_000 }));
  await world.push(linear("line", 2, { atMostOnce: true }), ["a"]);
  const killed = world.start({ recorder: new EventLog() });
  await world.clock.pass(100);
  world.kill(killed);
  await world.consume();
  assertEquals(world.platform.keys(), ["a/n0"]);
  assertEquals(world.log.outcomes(), { a: "failed" });
  assertEquals(await world.nodes("a"), { n0: "failed" });
  assertStringIncludes((await world.view("a")).reason!, "must not run twice");
});

Deno.test("Consumer.run() writes down what it sheds as cancelled, and records it as shed", async () => {
  const world = new World(() => ({ runMs: 100 }));
  const work = single("work", { time: constant(100) });
  await world.push(work, ["first", "late"], { deadlineMs: world.clock.nowMs() + 150 });
  await world.push(work, ["doomed"], { deadlineMs: world.clock.nowMs() + 50 });
  const consumer = await world.consume({ shed: true, limits: { global: 1 } });
  const { completed, cancelled, shed } = consumer.stats();
  assertEquals([completed, cancelled, shed], [1, 0, 2]);
  assertEquals(world.log.outcomes(), { first: "completed", late: "shed", doomed: "shed" });
  const { state, reason } = await world.view("late");
  assertEquals(state, "cancelled");
  assertMatch(reason!, /^shed: /);
  assertEquals(world.platform.keys(), ["first/work"]);
});

Deno.test("Consumer.stats() estimates the time that is left from what it holds and what is in flight", async () => {
  const world = new World(() => ({ runMs: 100 }));
  await world.push(single("f", { time: { kind: "constant", ms: 100 } }), numbered(20));
  const running = world.start({ untilEmpty: true, limits: { global: 4 } });
  const { consumer } = running;
  assertEquals(consumer.stats().leftMs, undefined);
  await world.clock.pass(50);
  assertAlmostEquals(consumer.stats().leftMs!, 500);
  await world.clock.pass(300);
  assertAlmostEquals(consumer.stats().leftMs!, 200);
  await world.end(running);
  assertEquals(consumer.stats().leftMs, undefined);
});

Deno.test("Consumer.run() loses nothing to a platform that refuses everything for a minute, in mid-chain", async () => {
  for (const global of ["auto", 8] as const) {
    const world: World = new World((_, nth) => {
      const sinceMs = world.clock.nowMs() - startMs;
      return sinceMs >= 15 && sinceMs < 60_015 ? { outcome: THROTTLED, runMs: 1 + nth % 3 } : undefined;
    });
    const startMs: number = world.clock.nowMs();
    await world.push(DIAMOND, numbered(30));
    const { completed, failed, running } = (await world.consume({ limits: { global } })).stats();
    assertEquals([completed, failed, running], [30, 0, 0]);
    const lastMs = Math.max(...world.platform.calls.map(({ startedAtMs }) => startedAtMs)) - startMs;
    assert(lastMs >= 60_015 && lastMs < 70_000, `the last call started after ${lastMs} ms`);
  }
});
