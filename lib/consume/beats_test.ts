import { assertEquals } from "@std/assert";
import { observed } from "../live/mod.ts";
import { BEAT_MS, type ConsumerRecord, type QueueDriver, QueueError } from "../queue/mod.ts";
import { World } from "../../tests/programs/world.ts";
import { single } from "../../tests/scheduler/builders.ts";

/** The work that a record tells of. */
const workIn = (record: ConsumerRecord) => observed({ id: "any", beatAgoMs: 0, ...record }).work!;

const ABOUT = { host: "here", pid: 4711, version: "1.2.3" };

Deno.test("Consumer.run() writes its record about once a second, until it ends", async () => {
  const world = new World(() => ({ runMs: 500 }));
  const written: { readonly atMs: number; readonly record: ConsumerRecord }[] = [];
  const startMs = world.clock.nowMs();
  await world.push(single("f"), Array.from({ length: 20 }, (_, i) => `i${i}`));
  const running = world.start({
    about: ABOUT,
    policyName: "fcfs",
    limits: { global: 2, functions: { f: 8 } },
    alter: (queue) => ({
      beat: (record) => {
        written.push({ atMs: world.clock.nowMs() - startMs, record });
        return queue.beat(record);
      },
    }),
  });
  await world.clock.pass(2 * BEAT_MS + 10);
  assertEquals(written.map(({ atMs }) => atMs), [0, BEAT_MS, 2 * BEAT_MS]);
  const { quota, work, ...record } = written[2]!.record, { key: _, ...others } = quota!;
  assertEquals(others, { keeps: {}, short: [], borrows: [], sureMs: 1750, capacity: 2 });
  assertEquals(record, {
    ...ABOUT,
    policy: "fcfs",
    limits: { global: 2, functions: { f: 8 } },
    limit: 2,
    instances: 14,
    running: 2,
    ready: 12,
    callsPerS: 4,
    throttled: 0,
    settings: { revision: 0 },
  });
  const { all, chains, values } = workIn(written[2]!.record);
  const { ready: waiting, running: inFlight, started, ok, instancesCompleted, startedPerS } = all.numbers;
  assertEquals([waiting, inFlight, started, ok, instancesCompleted, startedPerS], [12, 2, 8, 6, 6, 4]);
  assertEquals(work!.length < 1000, true);
  assertEquals([chains.map(({ name }) => name), values], [["f"], undefined]);
  assertEquals((await world.queue.consumers()).length, 1);
  running.drain.abort();
  await world.end(running);
  await running.queue[Symbol.asyncDispose]();
  assertEquals(await world.queue.consumers(), []);
  const beats = written.length;
  await world.clock.pass(3 * BEAT_MS);
  assertEquals(written.length, beats);
});

/** A queue whose first beat fails, and the next ones never end. */
function stuckBeats(): Pick<QueueDriver, "beat"> {
  let beats = 0;
  return {
    beat: () => {
      if (beats++ > 0) return new Promise(() => {});
      throw new QueueError("busy", "a file is locked");
    },
  };
}

Deno.test("Consumer.run() goes on, and ends, although its record cannot be written", async () => {
  const world = new World();
  await world.push(single("f"), ["a", "b"]);
  // By itself, the queue divides the limits.
  const alter = () => ({ isDivided: true, ...stuckBeats() });
  await world.end(world.start({ about: ABOUT, untilEmpty: true, alter }));
  assertEquals((await world.queue.depth()).completed, 2);
});

Deno.test("Consumer.run() starts nothing of limits that it divides with others while it cannot write its part, and ends", async () => {
  const world = new World();
  await world.push(single("f"), ["a", "b"]);
  const stuck = world.start({ about: ABOUT, alter: stuckBeats });
  await world.clock.pass(10_000);
  stuck.drain.abort();
  await world.end(stuck);
  assertEquals(world.platform.calls.length, 0);
  await stuck.queue[Symbol.asyncDispose]();
  await world.consume({ about: ABOUT });
  assertEquals((await world.queue.depth()).completed, 2);
});

Deno.test("Consumer.run() tells in its record of calls by chain, function and value of a label, and of all their ends", async () => {
  const refused = { outcome: { kind: "throttled", reason: "busy" } } as const;
  const broken = { outcome: { kind: "failed", reason: "it broke", retryable: false } } as const;
  const world = new World(({ spec: { name } }, nth) =>
    name === "busy" && nth <= 2 ? refused : name === "bad" ? broken : { runMs: 100 }
  );
  await world.push(single("busy"), ["a", "b"], { labels: { tenant: "acme" } });
  await world.push(single("bad"), ["c"]);
  const running = world.start({ about: ABOUT, metricsLabel: "tenant" });
  await world.clock.pass(5 * BEAT_MS);
  const [view] = await world.queue.consumers();
  const { label, values, functions } = workIn(view!);
  assertEquals(label, "tenant");
  const acme = values!.find(({ name }) => name === "acme")!.numbers;
  assertEquals([acme.started, acme.ok, acme.throttled, acme.instancesCompleted], [6, 2, 4, 2]);
  const bad = functions.find(({ name }) => name === "bad")!.numbers;
  assertEquals([bad.ok, bad.failed > 0, bad.instancesFailed], [0, true, 0]);
  assertEquals(values!.find(({ name }) => name === "")!.numbers.instancesFailed, 1);
  running.drain.abort();
  await world.end(running);
});
