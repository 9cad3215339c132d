/** The ends of a consumer: on a signal, with its queue, by an error; and its actions on instances that it has lost. */
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { EventLog } from "../../tests/programs/event_log.ts";
import { latePull, numbered, type Running, World } from "../../tests/programs/world.ts";
import { linear, shaped, single, THROTTLED } from "../../tests/scheduler/builders.ts";
import { PlatformError } from "../platform/mod.ts";
import { type QueueDriver, QueueError } from "../queue/mod.ts";
import { writeJson } from "../model/mod.ts";

const SECOND = { recorder: new EventLog() };

async function dispose(world: World, running: Running): Promise<void> {
  await world.end(running);
  await running.queue[Symbol.asyncDispose]();
}

Deno.test("Consumer.run() that drains lets what is in flight end, starts nothing new, and gives the rest back", async () => {
  const world = new World();
  await world.push(linear("line", 3), numbered(4));
  const running = world.start({ limits: { global: 2 } });
  await world.clock.pass(5);
  running.drain.abort();
  await dispose(world, running);
  assertEquals(world.platform.keys(), ["i0/n0", "i1/n0"]);
  assertEquals(world.log.attempts.map(({ outcome }) => outcome), ["ok", "ok"]);
  assertEquals([await world.nodes("i0"), await world.nodes("i2")], [{ n0: "ok" }, {}]);
  const { queued, running: held } = await world.queue.depth();
  assertEquals([queued, held], [4, 0]);
  await world.consume(SECOND);
  assertEquals((await world.queue.depth()).completed, 4);
  assertEquals(world.platform.calls.length, 12, "nothing ran twice");
});

Deno.test("Consumer.run() that drains records the end of what ends meanwhile", async () => {
  const world = new World();
  await world.push(single("f"), ["a"]);
  const running = world.start();
  await world.clock.pass(5);
  running.drain.abort();
  await dispose(world, running);
  assertEquals([running.consumer.stats().completed, world.log.outcomes()], [1, { a: "completed" }]);
  assertEquals((await world.view("a")).state, "completed");
});

Deno.test("Consumer.run() that drains does not wait for retries and throttled calls", async () => {
  const world = new World((_, nth) =>
    nth === 1 ? { outcome: { ...THROTTLED, retryAfterMs: 60_000 } } : undefined
  );
  await world.push(single("f"), ["a"]);
  const running = world.start();
  await world.clock.pass(100);
  const drainedAtMs = world.clock.nowMs();
  running.drain.abort();
  await dispose(world, running);
  assertStrictEquals(world.clock.nowMs(), drainedAtMs);
  await world.consume(SECOND);
  assertEquals((await world.view("a")).state, "completed");
});

Deno.test("Consumer.run() gives back what may run once only, and was refused, to be run", async () => {
  const world = new World((_, nth) =>
    nth === 1 ? { outcome: { ...THROTTLED, retryAfterMs: 60_000 } } : undefined
  );
  await world.push(single("f", { atMostOnce: true }), ["drained", "killed"]);
  const running = [1, 1].map(() => world.start({ window: 1 }));
  await world.clock.pass(100);
  running[0]!.drain.abort();
  await dispose(world, running[0]!);
  world.kill(running[1]!);
  await world.consume(SECOND);
  assertEquals((await world.queue.depth()).completed, 2);
  assertEquals(world.platform.calls.length, 4);
});

Deno.test("Consumer.run() writes down what ends while it waits for its queue to answer the drain", async () => {
  const world = new World();
  await world.push(single("f"), ["a"]);
  const before = world.memory.open();
  await before.pull(1, new AbortController().signal);
  await before.checkpoint([{
    instanceId: "a",
    records: [{ node: 0, state: "ok", attempts: 1, output: writeJson(1) }],
  }]);
  await before[Symbol.asyncDispose]();
  const running = world.start({ alter: latePull(world) });
  await world.clock.pass(10);
  running.drain.abort();
  await world.end(running);
  assertEquals(
    (await world.view("a")).state,
    "completed",
    "before run() has ended, not at some time after it",
  );
});

Deno.test("Consumer.run() that is stopped aborts what is in flight, and loses nothing", async () => {
  const world = new World(({ node }) => ({ runMs: node === 1 ? 60_000 : 10 }));
  await world.push(linear("line", 2), numbered(3));
  const running = world.start();
  await world.clock.pass(100);
  const stoppedAtMs = world.clock.nowMs();
  running.stop.abort();
  await dispose(world, running);
  assertStrictEquals(world.clock.nowMs(), stoppedAtMs);
  assertEquals(
    world.log.attempts.map(({ node }) => node),
    ["n0", "n0", "n0"],
    "the aborted ones are no failures",
  );
  assertEquals(world.log.ends, []);
  const { progress } = await world.view("i0");
  assertEquals(progress.map(({ node, state, output }) => [node, state, output]), [[0, "ok", "n0#1"]]);
  await world.consume(SECOND);
  assertEquals((await world.queue.depth()).completed, 3);
  assertEquals(world.platform.calls.length, 9, "only what was aborted ran again");
});

Deno.test("Consumer.run() does nothing when it is told to end before it begins", async () => {
  for (const how of ["drain", "stop"] as const) {
    const world = new World();
    await world.push(single("f"), ["a"]);
    const running = world.start();
    running[how].abort();
    await dispose(world, running);
    assertEquals((await world.queue.depth()).queued, 1);
    assertEquals(world.platform.calls, []);
  }
});

Deno.test("Consumer.run() until empty ends at once on an empty queue", async () => {
  const world = new World();
  const startMs = world.clock.nowMs();
  await world.consume();
  assertStrictEquals(world.clock.nowMs(), startMs);
});

Deno.test("Consumer.run() until empty waits for what another consumer holds", async () => {
  const world = new World(() => ({ runMs: 5000 }));
  await world.push(single("f"), ["a"]);
  const other = world.start(SECOND);
  await world.clock.pass(10);
  const waiting = world.start({ untilEmpty: true });
  await world.clock.pass(1000);
  world.kill(other);
  await world.end(waiting);
  assertEquals(world.log.outcomes(), { a: "completed" });
});

Deno.test("Consumer.run() until empty waits for retries, and for what arrives meanwhile", async () => {
  const world = new World((_, nth) =>
    nth === 1 ? { outcome: { ...THROTTLED, retryAfterMs: 3000 } } : undefined
  );
  await world.push(single("f"), ["a"]);
  const running = world.start({ untilEmpty: true });
  await world.clock.pass(1000);
  await world.push(single("f"), ["b"]);
  await world.end(running);
  assertEquals(world.log.outcomes(), { a: "completed", b: "completed" });
});

/** Each way in which something may make it impossible to go on. */
const broken = new QueueError("failed", "the disk is gone");
const BREAKDOWNS: Record<string, (queue: QueueDriver) => Partial<QueueDriver>> = {
  "pull": () => ({ pull: () => Promise.reject(broken) }),
  "the second pull": (queue) => {
    let pulls = 0;
    return { pull: (max, signal) => pulls++ === 0 ? queue.pull(max, signal) : Promise.reject(broken) };
  },
  "checkpoint": () => ({ checkpoint: () => Promise.reject(broken) }),
  "finish": () => ({ finish: () => Promise.reject(broken) }),
  "depth": () => ({ depth: () => Promise.reject(broken) }),
  "commands": () => ({
    // deno-lint-ignore require-yield
    async *commands() {
      await Promise.resolve();
      throw broken;
    },
  }),
};

for (const [what, alter] of Object.entries(BREAKDOWNS)) {
  Deno.test(`Consumer.run() rejects, promptly and leaving nothing behind, when ${what} does`, async () => {
    const world = new World(({ instance }) => ({ runMs: instance.id === "slow" ? 60_000 : 10 }));
    await world.push(linear("line", 2), what === "depth" ? [] : ["slow", ...numbered(5)]);
    const startMs = world.clock.nowMs();
    const running = world.start({ untilEmpty: true, alter });
    assertStrictEquals(await assertRejects(() => world.end(running), QueueError), broken);
    assert(world.clock.nowMs() - startMs < 100);
    assertEquals((await world.queue.depth()).failed, 0);
    await running.queue[Symbol.asyncDispose]();
    await world.consume(SECOND);
    assertEquals((await world.queue.depth()).completed, what === "depth" ? 0 : 6, "nothing is lost");
  });
}

Deno.test("Consumer.run() rejects when the platform cannot be used", async () => {
  const error = new PlatformError("cannot-listen", "no platform");
  const world = new World(({ instance }) => instance.id === "i1" ? { error } : { runMs: 60_000 });
  await world.push(single("f"), numbered(3));
  const running = world.start();
  assertStrictEquals(await assertRejects(() => world.end(running), PlatformError), error);
  assertEquals((await world.queue.depth()).failed, 0);
  assertEquals([world.log.attempts, world.log.ends], [[], []]);
});

/** Lets another consumer take and end what `running` holds of `id`. */
async function takeOver(world: World, running: Running, id: string): Promise<void> {
  world.memory.expire(running.queue);
  const other = world.memory.open();
  const claims = await other.pull(100, new AbortController().signal);
  assert(claims.some(({ instance }) => instance.id === id));
  const ending = {
    outcome: "completed",
    endedAtMs: world.clock.nowMs(),
    output: writeJson("other"),
  } as const;
  await other.finish([{ ...ending, instanceId: id, records: [] }]);
  await other[Symbol.asyncDispose]();
}

Deno.test("Consumer.run() drops silently what it has lost by a checkpoint, and others go on", async () => {
  const world = new World(({ instance }) => ({ runMs: instance.id === "lost" ? 100 : 50 }));
  await world.push(linear("line", 3), ["lost", "kept"]);
  const running = world.start({ untilEmpty: true, limits: { global: 2 } });
  await world.clock.pass(10);
  await takeOver(world, running, "lost");
  await world.end(running);
  assertEquals((await world.view("lost")).output, "other");
  assertEquals(world.platform.keys().filter((key) => key.startsWith("lost")), ["lost/n0"]);
  assertEquals(world.log.outcomes(), { kept: "completed" });
  const { completed, cancelled, instances, running: inFlight } = running.consumer.stats();
  assertEquals([completed, cancelled, instances, inFlight], [1, 0, 0, 0]);
});

Deno.test("Consumer.run() drops silently what it has lost by its end", async () => {
  const world = new World(({ instance }) => ({ runMs: instance.id === "lost" ? 100 : 50 }));
  await world.push(single("f"), ["lost", "kept"]);
  const running = world.start({ untilEmpty: true });
  await world.clock.pass(10);
  await takeOver(world, running, "lost");
  await world.end(running);
  assertEquals((await world.view("lost")).output, "other");
  assertEquals(world.log.outcomes(), { kept: "completed" });
  assertEquals(running.consumer.stats().completed, 1);
});

Deno.test("Consumer.run() does not call what may run once only if it has lost it", async () => {
  const world = new World();
  await world.push(single("f", { atMostOnce: true }), ["lost", "kept"]);
  let lost = false;
  const running: Running = world.start({
    untilEmpty: true,
    alter: (queue) => ({
      checkpoint: async (progress) => {
        if (!lost) await takeOver(world, running, "lost");
        lost = true;
        await queue.checkpoint(progress);
      },
    }),
  });
  await world.end(running);
  assertEquals(world.platform.keys().includes("lost/f"), false);
  assertEquals((await world.view("kept")).state, "completed");
});

Deno.test("Consumer.run() goes on, from the progress of others, with what it has lost and got again", async () => {
  const world = new World(({ node }) => ({ runMs: node === 1 ? 1000 : 10 }));
  await world.push(shaped("diamond", [[], [0], [0], [1, 2]]), ["a"]);
  const running = world.start({ untilEmpty: true });
  await world.clock.pass(100); // n0 and n2 are done, n1 runs
  world.memory.expire(running.queue);
  const other = world.memory.open();
  await other.pull(1, new AbortController().signal);
  await other.checkpoint([{
    instanceId: "a",
    records: [{ node: 1, state: "ok", attempts: 1, output: writeJson("other") }],
  }]);
  await other[Symbol.asyncDispose]();
  await world.end(running);
  assertEquals((await world.view("a")).progress.map(({ output }) => output), [
    "n0#1",
    "other",
    "n2#3",
    "n3#4",
  ]);
  assertEquals(world.platform.calls.at(-1)!.inputs, { n1: "other", n2: "n2#3" });
  assertEquals(world.log.outcomes(), { a: "completed" });
});

Deno.test("Consumer.run() goes on with what it has lost by its end and got again", async () => {
  const world = new World();
  await world.push(single("f"), ["a"]);
  const running = world.start({
    untilEmpty: true,
    alter: (queue) => ({
      finish: async (results) => {
        if (world.platform.calls.length === 1) world.memory.expire(queue);
        await queue.finish(results); // the queue gives it out again before this is answered
      },
    }),
  });
  await world.end(running);
  assertEquals([world.platform.keys(), world.log.outcomes()], [["a/f", "a/f"], { a: "completed" }]);
  assertEquals((await world.view("a")).state, "completed");
});
