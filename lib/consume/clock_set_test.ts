/** The system's clock is set, or the machine sleeps, or a producer's clock differs, while a consumer runs. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { World } from "../../tests/programs/world.ts";
import { SHAKY } from "../../tests/scheduler/builders.ts";
import { chain, fn } from "../model/mod.ts";
import { type Load, Producer } from "../produce/mod.ts";
import { every, seededRandom } from "../model/mod.ts";
import type { ClockNews } from "./own_time.ts";

const HOUR_MS = 3_600_000;

const limited = chain("limited", ({ call }) => {
  call(fn("second"), { after: call(fn("first", { retry: { firstDelay: "1s", jitter: false } })) });
}, { ttl: "10m", timeLimit: "1h" });

for (const hours of [-2, 2]) {
  Deno.test(`Consumer.run() runs what is submitted after the clock was set by ${hours} h, and measures what it took`, async () => {
    const world = new World();
    const news: ClockNews[] = [];
    const running = world.start({ onClock: (each) => news.push(each) });
    await world.clock.pass(1000);
    world.clock.aheadMs = hours * HOUR_MS;
    await world.push(limited, ["a"], { submittedAtMs: world.clock.wallMs() });
    await world.clock.pass(1000);
    const { state, endedAtMs, instance: { submittedAtMs } } = await world.view("a");
    assertEquals([state, endedAtMs! - submittedAtMs], ["completed", 20], "by the system's clock");
    const [submit] = world.log.submits, [end] = world.log.ends;
    assertEquals(end!.endedAtMs - submit!.submittedAtMs, 20);
    assert(world.log.attempts.every(({ queuedMs }) => queuedMs < 10));
    assertEquals(news, [{ kind: "set", byMs: hours * HOUR_MS }]);
    running.drain.abort();
    await world.end(running);
  });
}

Deno.test("Consumer.run() lets no delay become longer or shorter when the clock is set", async () => {
  for (const hours of [-2, 2]) {
    const world = new World(({ attempt }) => attempt === 1 ? { outcome: SHAKY } : undefined);
    const retried = chain("retried", ({ call }) => {
      call(fn("first", { retry: { firstDelay: "1s", jitter: false } }));
    });
    await world.push(retried, ["a"]);
    const running = world.start();
    await world.clock.pass(500);
    world.clock.aheadMs = hours * HOUR_MS;
    await world.clock.pass(2000);
    const [first, second] = world.platform.calls;
    assertEquals(second!.startedAtMs - first!.endedAtMs!, 1000);
    assertEquals((await world.view("a")).state, "completed");
    running.drain.abort();
    await world.end(running);
  }
});

Deno.test("Consumer.run() ends what was waiting when the machine slept longer than it may wait", async () => {
  const world = new World();
  await world.queue.request({ kind: "pause", pause: {} });
  const running = world.start();
  await world.push(limited, ["a"], { submittedAtMs: world.clock.wallMs() });
  await world.clock.pass(1000);
  world.clock.aheadMs = HOUR_MS / 2; // its own time stands still meanwhile
  await world.clock.pass(1000);
  const { state, reason } = await world.view("a");
  assertEquals(state, "failed");
  assertStringIncludes(reason!, "ttl: ");
  running.drain.abort();
  await world.end(running);
});

Deno.test("Consumer.run() lets what waits go on as long as it may when the clock is set back", async () => {
  const world = new World();
  await world.queue.request({ kind: "pause", pause: {} });
  const running = world.start();
  await world.push(limited, ["a"], { submittedAtMs: world.clock.wallMs() });
  await world.clock.pass(60_000);
  world.clock.aheadMs = -2 * HOUR_MS;
  await world.clock.pass(8 * 60_000);
  assertEquals((await world.view("a")).state, "running");
  await world.clock.pass(2 * 60_000);
  assertStringIncludes((await world.view("a")).reason!, "ttl: ");
  running.drain.abort();
  await world.end(running);
});

Deno.test("Consumer.run() counts what was submitted in the future, by a clock that differs, from when it came", async () => {
  const world = new World();
  const news: ClockNews[] = [];
  await world.push(limited, ["a"], { submittedAtMs: world.clock.wallMs() + 2 * HOUR_MS });
  await world.consume({ onClock: (each) => news.push(each) });
  const [submit] = world.log.submits, [end] = world.log.ends;
  assertEquals(end!.endedAtMs - submit!.submittedAtMs, 20);
  assertEquals(news, [{ kind: "differs", byMs: 2 * HOUR_MS }]);
});

Deno.test("Producer.run() keeps its pace when the clock is set, and says the times of the system's", async () => {
  const world = new World();
  const producer = new Producer({
    ...{ queue: world.queue, recorder: world.log, clock: world.clock, ids: seededRandom(1) },
  });
  const workload = { chains: [{ chain: limited, deadlineMs: 5000 }] };
  const load: Load = { workload, arrivals: every("1s"), bounds: { count: 4 }, seed: "1", labels: {} };
  const startMs = world.clock.nowMs();
  const run = producer.run(load, new AbortController().signal);
  await world.clock.pass(1500);
  world.clock.aheadMs = -2 * HOUR_MS;
  await world.clock.run(run);
  assertEquals(world.clock.nowMs() - startMs, 3000);
  const instances = await Array.fromAsync(world.queue.list({}), ({ instance }) => instance);
  assertEquals(instances.map(({ submittedAtMs }) => submittedAtMs - startMs), [
    ...[0, 1000],
    ...[2000 - 2 * HOUR_MS, 3000 - 2 * HOUR_MS],
  ]);
  assert(instances.every(({ submittedAtMs, deadlineMs }) => deadlineMs - submittedAtMs === 5000));
  assertEquals(producer.stats().pace.latestMs, 0);
});

const step = fc.record({
  afterMs: fc.integer({ min: 1, max: 400 }),
  byMs: fc.integer({ min: -HOUR_MS, max: HOUR_MS }),
});

Deno.test("Consumer.run() measures no negative time, and completes all, however often the clock is set", async () => {
  const plain = chain("plain", ({ call }) => {
    call(fn("second"), { after: call(fn("first", { retry: { firstDelay: "50ms" } })) });
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 6 }), fc.string({ maxLength: 4 }), async (steps, seed) => {
      const random = seededRandom(seed);
      const world = new World(() => random.next() < 0.2 ? { outcome: { ...SHAKY } } : { runMs: 30 });
      const running = world.start({ limits: { global: 2 } });
      const ids: string[] = [];
      /** The time that the clock was set on by while an instance was in the queue: it counts as waiting, as the machine may have slept. */
      const sleptMs = new Map<string, number>();
      for (const { afterMs, byMs } of [{ afterMs: 1, byMs: 0 }, ...steps]) {
        await world.clock.pass(afterMs);
        for (const id of ids) {
          if (byMs <= 0 || (await world.view(id)).state !== "queued") continue;
          sleptMs.set(id, (sleptMs.get(id) ?? 0) + byMs);
        }
        world.clock.aheadMs += byMs;
        ids.push(`i${ids.length}`);
        await world.push(plain, ids.slice(-1), { submittedAtMs: world.clock.wallMs() });
      }
      await world.clock.pass(5000);
      running.drain.abort();
      await world.end(running);
      const { attempts, submits, ends } = world.log;
      assertEquals(ends.length, ids.length);
      const submitted = new Map(submits.map((event) => [event.instance, event.submittedAtMs]));
      for (const { instance, endedAtMs } of ends) {
        const ms = endedAtMs - submitted.get(instance)!;
        assert(ms > 0 && ms < 5000 + (sleptMs.get(instance) ?? 0), `${instance} took ${ms} ms`);
      }
      for (const { instance, runMs, queuedMs } of attempts) {
        const longestMs = 5000 + (sleptMs.get(instance) ?? 0);
        assert(runMs >= 0 && queuedMs >= 0 && queuedMs < longestMs, `${instance} waited for ${queuedMs} ms`);
      }
    }),
    {
      numRuns: 100,
      examples: [ // the third waits in the queue, which holds no more than the consumer may run, while the clock is set
        [[{ afterMs: 11, byMs: 0 }, { afterMs: 1, byMs: 0 }, { afterMs: 1, byMs: 4871 }], "{4"],
      ],
    },
  );
});
