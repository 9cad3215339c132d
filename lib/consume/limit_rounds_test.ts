/** Limits and rates of several consumers together, in virtual time: what their platforms saw. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { CALL_MS, Group, mostIn } from "../../tests/programs/consumer_group.ts";
import { numbered } from "../../tests/programs/world.ts";
import { single } from "../../tests/scheduler/builders.ts";
import { chain, fn, type Outcome } from "../model/mod.ts";

/** The times that records of starts and outputs take to become durable on a slow disk, in turn, in milliseconds. */
const SLOW_WRITES_MS = [0, 150, 40, 0, 200, 90];
/** Within this time the others use what a consumer had that has died, or use no more, in milliseconds. */
const FOLLOWED_MS = 2000;

const events = fc.array(
  fc.record({
    passMs: fc.integer({ min: 0, max: 1500 }),
    kind: fc.constantFrom("join", "join", "drain", "kill", "stop"),
    who: fc.nat(3),
  }),
  { minLength: 3, maxLength: 12 },
);

/** One is stopped between the decision to start and the call, which waits for a write: others have its part when it goes on. */
const STOPPED_BEFORE_CALL = ([
  [1495, "join", 0],
  [1177, "kill", 3],
  [468, "kill", 3],
  [2, "drain", 3],
  [20, "drain", 2],
  [1168, "stop", 0],
  [633, "join", 0],
] as const).map(([passMs, kind, who]) => ({ passMs, kind, who }));

Deno.test("Consumer.run() keeps with others to all limits and rates at every instant, though some join, end, die and are stopped", async () => {
  const number = (max: number) => fc.integer({ min: 1, max });
  const limits = fc.record({ global: number(9), f: number(4), floor: number(9) });
  await fc.assert(
    fc.asyncProperty(limits, events, async ({ global, f, floor }, events) => {
      const rate = { starts: 20, perMs: 1000 };
      const group = new Group({
        limits: {
          ...{ global, fixed: true, functions: { f }, functionRates: { g: rate, h: rate } },
          ...floor <= global && { floors: { functions: { g: floor } } },
        },
        writesMs: SLOW_WRITES_MS,
      });
      const { world } = group, { clock } = world;
      for (const name of ["f", "g"]) await clock.run(world.push(single(name), numbered(400, name)));
      await clock.run(world.push(single("h", { atMostOnce: true }), numbered(400, "h")));
      group.join();
      for (const { passMs, kind, who } of events) {
        await clock.pass(passMs);
        const member = group.members.filter(({ endMs }) => endMs === Infinity)[who];
        if (member === undefined || kind === "join") group.members.length < 6 && group.join();
        else if (kind === "drain") member.running.drain.abort();
        else if (kind === "kill") group.kill(member);
        else group.stop(member, 3000);
      }
      await clock.pass(3000);
      await group.end();
      assert(group.most() <= global, `${group.most()} of ${global}`);
      assert(group.most(0, "f") <= f, `${group.most(0, "f")} of ${f} calls of f`);
      for (const name of ["g", "h"]) {
        const most = mostIn(1000, group.starts(name));
        assert(most <= 20, `${most} starts of ${name} in a second`);
      }
    }),
    { numRuns: 30, endOnFailure: true, examples: [[{ global: 7, f: 4, floor: 8 }, STOPPED_BEFORE_CALL]] },
  );
});

Deno.test("Consumer.run() uses the whole limit within two seconds of a join, an end, a death and a stop", async () => {
  const group = new Group({ limits: { global: 12, fixed: true } }), { clock } = group.world;
  await clock.run(group.world.push(single("f"), numbered(5000)));
  const running = () =>
    group.members.map(({ running: { scheduler }, endMs }) => endMs < Infinity ? 0 : scheduler.running);
  const [first, second] = [group.join(), group.join()];
  await clock.pass(FOLLOWED_MS);
  assertEquals(running(), [6, 6]);
  const third = group.join();
  await clock.pass(FOLLOWED_MS);
  assertEquals(running(), [4, 4, 4]);
  group.kill(first);
  await clock.pass(FOLLOWED_MS + CALL_MS);
  assertEquals(running(), [0, 6, 6]);
  group.stop(second, 5000);
  await clock.pass(FOLLOWED_MS + CALL_MS);
  assertEquals(running(), [0, 0, 12]);
  await clock.pass(5000);
  assertEquals(running(), [0, 6, 6]);
  third.running.drain.abort();
  await clock.pass(FOLLOWED_MS);
  assertEquals(running(), [0, 12, 0]);
  await group.end();
});

Deno.test("Consumer.run() begins at once after another has died, where the system tells that", async () => {
  const dead = new Set<number>();
  const group = new Group({
    limits: { global: 12, fixed: true },
    processes: { space: "here", isGone: (pid) => dead.has(pid) },
  });
  const { clock } = group.world;
  await clock.run(group.world.push(single("f"), numbered(5000)));
  const first = group.join();
  await clock.pass(1000);
  group.kill(first);
  dead.add(0);
  const second = group.join();
  await clock.pass(10);
  assertEquals(second.running.scheduler.running, 12);
  await group.end();
});

Deno.test("Consumer.run() lends its part to one that holds all there is to do, and has it back when it needs it", async () => {
  const group = new Group({ limits: { global: 8, fixed: true } }), { world } = group, { clock } = world;
  const wide = chain("wide", ({ call }) => {
    for (let i = 0; i < 500; i++) call(fn("f"), { name: `n${i}` });
  });
  await clock.run(world.push(wide, ["one"])); // one instance is always one consumer's
  const running = () => group.members.map(({ running: { scheduler } }) => scheduler.running);
  const first = group.join();
  await clock.pass(10);
  group.join();
  await clock.pass(FOLLOWED_MS);
  assertEquals(running(), [8, 0]);
  await clock.run(world.push(single("g"), numbered(100)));
  await clock.pass(FOLLOWED_MS);
  assertEquals(running(), [4, 4]);
  assertEquals(group.most(), 8);
  first.running.stop.abort();
  await group.end();
});

Deno.test("Consumer.run() lends its part of a floor to one that holds all the work of it, and has it back when it needs it", async () => {
  const group = new Group({ limits: { global: 16, fixed: true, floors: { functions: { f: 6 } } } });
  const { world } = group, { clock } = world;
  await clock.run(world.push(single("bulk"), numbered(2000, "bulk")));
  const wide = chain("wide", ({ call }) => {
    for (let i = 0; i < 300; i++) call(fn("f"), { name: `n${i}` });
  });
  const members = [group.join(), group.join()];
  await clock.pass(FOLLOWED_MS);
  await clock.run(world.push(wide, ["one"])); // one instance is always one consumer's
  const running = () =>
    members.map(({ platform: { calls } }) =>
      calls.filter((call) => call.function === "f" && call.endedAtMs === undefined).length
    ).sort();
  await clock.pass(FOLLOWED_MS + CALL_MS);
  assertEquals(running(), [0, 6]);
  await clock.run(world.push(single("f"), numbered(300, "f")));
  await clock.pass(FOLLOWED_MS + CALL_MS);
  assertEquals(running(), [3, 3]);
  for (const { running } of members) running.stop.abort();
  await group.end();
});

Deno.test("Consumer.run() has as much of the limit as the floors of its work need, beyond its part, and gives it back", async () => {
  const group = new Group({ limits: { global: 16, fixed: true, floors: { functions: { f: 12 } } } });
  const { world } = group, { clock } = world;
  await clock.run(world.push(single("bulk"), numbered(3000, "bulk")));
  const wide = chain("wide", ({ call }) => {
    for (let i = 0; i < 400; i++) call(fn("f"), { name: `n${i}` });
  });
  const members = [group.join(), group.join()];
  await clock.pass(FOLLOWED_MS);
  const running = (name: string) =>
    members.map(({ platform: { calls } }) =>
      calls.filter((call) => call.function === name && call.endedAtMs === undefined).length
    ).sort((a, b) => a - b);
  assertEquals(running("bulk"), [8, 8]);
  await clock.run(world.push(wide, ["one"])); // one instance is always one consumer's
  await clock.pass(FOLLOWED_MS + CALL_MS);
  for (let i = 0; i < 20; i++, await clock.pass(CALL_MS / 2)) {
    assertEquals([running("f"), running("bulk")], [[0, 12], [0, 4]]);
  }
  await clock.pass(400 / 12 * CALL_MS);
  assertEquals(running("bulk"), [8, 8]);
  assertEquals(group.most(), 16);
  for (const { running } of members) running.stop.abort();
  await group.end();
});

Deno.test("Consumer.run() starts work at each of three consumers in its turn where the limit is 1", async () => {
  const group = new Group({ limits: { functions: { f: 1 }, global: 100, fixed: true } }),
    { world } = group,
    { clock } = world;
  for (let i = 0; i < 3; i++) group.join();
  await clock.pass(1000);
  await clock.run(world.push(single("f"), numbered(60)));
  await clock.pass(60 * CALL_MS * 1.3);
  assertEquals((await world.queue.depth()).completed, 60);
  assertEquals(group.most(), 1);
  await group.end();
});

Deno.test("Consumer.run() divides what the platform lets in by its refusals, under parts of one limit", async () => {
  const group = new Group({ limits: { global: 100 } }), { world } = group, { clock } = world;
  await clock.run(world.push(single("f"), numbered(3000)));
  const members = [group.join(), group.join()];
  let inFlight = 0;
  for (const { platform } of members) {
    const invoke = platform.invoke.bind(platform);
    platform.invoke = async (call, signal) => {
      const outcome: Outcome = { kind: "throttled", reason: "too many" };
      if (inFlight >= 20) return { outcome, status: 429, cold: false };
      inFlight++;
      try {
        return await invoke(call, signal);
      } finally {
        inFlight--;
      }
    };
  }
  await clock.pass(30_000);
  const perS = group.starts().filter((atMs) => atMs > clock.nowMs() - 10_000).length / 10;
  assert(perS > 0.9 * 20 / CALL_MS * 1000, `${perS} calls a second`);
  await group.end();
});
