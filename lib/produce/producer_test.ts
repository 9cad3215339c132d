import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { altered } from "../../tests/programs/altered.ts";
import { World } from "../../tests/programs/world.ts";
import { idle } from "../../tests/programs/virtual_clock.ts";
import { BROKEN, single } from "../../tests/scheduler/builders.ts";
import {
  type Arrivals,
  burst,
  every,
  hasFallenBehind,
  poisson,
  seededRandom,
  USUAL_LATE_BOUND,
} from "../model/mod.ts";
import { type InstanceView, type QueueDriver, QueueError } from "../queue/mod.ts";
import type { Load } from "./load.ts";
import { Producer } from "./producer.ts";

const never = new AbortController().signal;

const loadOf = (arrivals: Arrivals, bounds: Load["bounds"] = {}): Load => ({
  workload: { chains: [{ chain: single("f") }] },
  arrivals,
  bounds,
  seed: "s",
  labels: {},
});

function setup(alter: (queue: QueueDriver, world: World) => Partial<QueueDriver> = () => ({})) {
  const world = new World();
  const queue = altered(world.queue, alter(world.queue, world));
  const ids = seededRandom("ids");
  return { world, producer: new Producer({ queue, recorder: world.log, clock: world.clock, ids }) };
}

async function queued(world: World): Promise<number> {
  return (await world.queue.depth()).queued;
}

Deno.test("Producer.run() is an open loop: a slow queue delays no submission and changes no time", async () => {
  const sent: { readonly atMs: number; readonly intendedMs: number }[] = [];
  const { world, producer } = setup((queue, { clock }) => ({
    push: async (instances) => {
      for (const { submittedAtMs } of instances) {
        sent.push({ atMs: clock.nowMs(), intendedMs: submittedAtMs });
      }
      await clock.until(clock.nowMs() + 5000);
      return await queue.push(instances);
    },
  }));
  const startMs = world.clock.nowMs();
  await world.clock.run(producer.run(loadOf(every("100ms"), { count: 60 }), never));
  assertEquals(sent.map(({ atMs }) => atMs - startMs), Array.from({ length: 60 }, (_, i) => i * 100));
  assert(sent.every(({ atMs, intendedMs }) => atMs === intendedMs));
  assertEquals([await queued(world), world.clock.nowMs() - startMs], [60, 59 * 100 + 5000]);
  assertEquals(producer.stats(), {
    submitted: 60,
    existing: 0,
    pending: 0,
    pace: {
      intended: 60,
      late: 60,
      missed: 0,
      latestMs: 5000,
      askedPerS: 10,
      heldPerS: 10,
    },
  });
});

Deno.test("Producer.run() falls behind, with the times kept and the lateness told, when too many submissions are under way", async () => {
  let underWay = 0, most = 0;
  const { world, producer } = setup((queue, { clock }) => ({
    push: async (instances) => {
      most = Math.max(most, ++underWay);
      await clock.until(clock.nowMs() + 1000);
      underWay--;
      return await queue.push(instances);
    },
  }));
  const startMs = world.clock.nowMs();
  await world.clock.run(producer.run(loadOf(every("1ms"), { count: 3000 }), never));
  assertEquals([await queued(world), most], [3000, 64]);
  const pace = producer.stats().pace;
  assertEquals(pace.latestMs, Math.max(...world.log.submits.map(({ lateMs }) => lateMs!)));
  assert(hasFallenBehind(pace, USUAL_LATE_BOUND), `${pace.late} of ${pace.intended} were late`);
  assert(pace.heldPerS! < pace.askedPerS!);
  assertEquals(world.log.submits.map(({ submittedAtMs }) => submittedAtMs - startMs).sort((a, b) => a - b), [
    ...Array(3000).keys(),
  ]);
});

Deno.test("Producer.run() records a submission when it is durable", async () => {
  const { world, producer } = setup();
  const ids = await world.clock.run(producer.run(loadOf(burst(3)), never, true));
  assertEquals(world.log.submits.map(({ instance }) => instance), ids);
  assertEquals((await world.view(ids[2]!)).state, "queued");
  assertEquals(
    await world.clock.run(producer.run(loadOf(burst(1)), never)),
    [],
    "ids are kept only if asked for",
  );
});

for (const nth of [1, 5, 60]) {
  Deno.test(`Producer.run() rejects when submission ${nth} of 60 fails`, async () => {
    const error = new QueueError("failed", "the disk is full");
    let pushes = 0;
    const { world, producer } = setup((queue) => ({
      push: (instances) => ++pushes === nth ? Promise.reject(error) : queue.push(instances),
    }));
    const startMs = world.clock.nowMs();
    const run = producer.run(loadOf(every("1s"), { count: 60 }), never);
    assertStrictEquals(await assertRejects(() => world.clock.run(run), QueueError), error);
    await idle();
    assertEquals([world.clock.nowMs() - startMs, world.clock.timers], [(nth - 1) * 1000, 0], "at once");
    assertEquals([await queued(world), world.log.submits.length], [nth - 1, nth - 1]);
  });
}

Deno.test("Producer.run() rejects when an instance cannot be named, after the others are durable", async () => {
  const { world, producer } = setup((queue, { clock }) => ({
    push: (instances) => clock.until(clock.nowMs() + 5000).then(() => queue.push(instances)),
  }));
  const idOf: Load["idOf"] = ({ index }) => {
    if (index === 3) throw new RangeError("no fourth name");
    return `name-${index}`;
  };
  const run = producer.run({ ...loadOf(every("1s"), { count: 60 }), idOf }, never);
  await assertRejects(() => world.clock.run(run), RangeError, "no fourth name");
  assertEquals([await queued(world), world.clock.timers], [3, 0]);
  assertEquals((await world.view("name-2")).state, "queued");
});

Deno.test("Producer.run() that is aborted keeps what was submitted, and waits until that is durable", async () => {
  const { world, producer } = setup((queue, { clock }) => ({
    push: (instances) => clock.until(clock.nowMs() + 300).then(() => queue.push(instances)),
  }));
  const controller = new AbortController();
  world.clock.after(1050, () => controller.abort());
  const ids = await world.clock.run(producer.run(loadOf(every("100ms")), controller.signal, true));
  assertEquals([ids.length, await queued(world), world.clock.timers], [11, 11, 0]);
});

async function collect(views: AsyncIterable<InstanceView>): Promise<string[]> {
  const seen: string[] = [];
  for await (const { instance, state } of views) seen.push(`${instance.id} ${state}`);
  return seen;
}

Deno.test("Producer.wait() yields each instance once, also those that had ended before", async () => {
  const world = new World(({ instance }) => ({
    runMs: 300,
    ...(instance.id === "c" ? { outcome: BROKEN } : {}),
  }));
  const log = setup().world.log;
  const producer = new Producer({
    queue: world.queue,
    recorder: log,
    clock: world.clock,
    ids: seededRandom(1),
  });
  await world.push(single("f"), ["a", "b", "c", "d"]);
  await world.queue.request({ kind: "cancel", filter: { ids: ["d"] } });
  const running = world.start({ limits: { global: 1 } });
  await world.clock.pass(350); // a has ended
  const seen = await world.clock.run(collect(producer.wait(["a", "b", "c", "d"], never)));
  assertEquals(seen, ["a completed", "d cancelled", "b completed", "c failed"]);
  assertEquals(log.ends.map(({ instance, outcome }) => `${instance} ${outcome}`), seen);
  assertEquals(log.ends.map(({ endedAtMs }) => endedAtMs), [
    ...await Promise.all(["a", "d", "b", "c"].map(async (id) => (await world.view(id)).endedAtMs!)),
  ]);
  running.drain.abort();
  await world.end(running);
});

Deno.test("Producer.wait() ends when it is aborted, and at once with nothing to wait for", async () => {
  const { world, producer } = setup();
  assertEquals(await collect(producer.wait([], never)), []);
  const ids = await world.clock.run(producer.run(loadOf(poisson(100), { count: 5 }), never, true));
  const controller = new AbortController();
  world.clock.after(1234, () => controller.abort());
  const startMs = world.clock.nowMs();
  assertEquals(await world.clock.run(collect(producer.wait(ids, controller.signal))), []);
  assertEquals([world.clock.nowMs() - startMs, world.clock.timers], [1234, 0]);
});

Deno.test("Producer.wait() yields a great many, each once", async () => {
  const { world, producer } = setup();
  const ids = await world.clock.run(producer.run(loadOf(burst(2500)), never, true));
  await world.queue.request({ kind: "cancel", filter: {} });
  const seen = await world.clock.run(collect(producer.wait(ids, never)));
  assertEquals([seen.length, new Set(seen).size], [2500, 2500]);
});
