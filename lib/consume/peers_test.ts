import { assert, assertEquals } from "@std/assert";
import { sqliteStore } from "../../tests/programs/chaos/stores.ts";
import { ScriptedPlatform } from "../../tests/programs/scripted_platform.ts";
import { numbered, type Running, type Setup, World } from "../../tests/programs/world.ts";
import { linear } from "../../tests/scheduler/builders.ts";
import { chain, fn, type Outcome } from "../model/mod.ts";
import type { QueueDriver } from "../queue/mod.ts";

const CALL_MS = 500;
const JOIN_MS = 4000;
const two = linear("two", 2);

/** Consumers of one queue that all show themselves to the others. */
class Group {
  readonly world: World;
  #pid = 0;

  constructor(elsewhere?: ConstructorParameters<typeof World>[1]) {
    this.world = new World(() => ({ runMs: CALL_MS }), elsewhere);
  }

  start(setup: Setup): Running {
    return this.world.start({ about: { host: "h", pid: ++this.#pid, version: "1" }, ...setup });
  }

  async end(running: readonly Running[]): Promise<void> {
    for (const each of running) await this.world.end(each);
  }

  /** When the last instance ended. */
  get endedAtMs(): number {
    return Math.max(...this.world.log.ends.map(({ endedAtMs }) => endedAtMs));
  }
}

/** The first consumer has all that is queued when another comes: they divide the limit, and what waits. */
async function joins(group: Group, connections: readonly QueueDriver[] = []): Promise<void> {
  const { world } = group, { clock, platform, log } = world;
  const [first, second] = connections.map((connection) => ({ connection }));
  const limits = { global: 20, fixed: true };
  await clock.run(world.push(two, numbered(400)));
  const early = group.start({ limits, untilEmpty: true, ...first });
  await clock.pass(JOIN_MS);
  const late = group.start({ limits, untilEmpty: true, ...second });
  await clock.pass(2000);
  assertEquals([early, late].map(({ scheduler }) => scheduler.running), [10, 10], "2 s after it has joined");
  const startedAtMs = platform.calls[0]!.startedAtMs;
  await group.end([early, late]);
  const tookMs = group.endedAtMs - startedAtMs, workMs = 800 * CALL_MS / 20;
  assert(tookMs < workMs + 2000, `${tookMs} ms for ${workMs} ms of work`);
  assertEquals(platform.most.all, 20, "no more are in flight than the limit of all");
  assertEquals(platform.keys().length, new Set(platform.keys()).size, "nothing is called twice");
  assertEquals([log.ends.length, new Set(Object.values(log.outcomes()))], [400, new Set(["completed"])]);
}

Deno.test("Consumer.run() hands over what waits, and its part of the limit, to one that joins later", async () => {
  await joins(new Group());
});

Deno.test("Consumer.run() hands over what waits, and its part of the limit, to one that joins a file later", async () => {
  await using store = await sqliteStore();
  const connect = async () => (await store.connect()).queue;
  const queue = await connect();
  await joins(new Group({ clock: store.clock, queue }), [await connect(), await connect()]);
});

/** Counts what a consumer hands back. */
function countingReleases(released: { count: number }): NonNullable<Setup["alter"]> {
  return (queue) => ({
    release: (held) => {
      released.count += held.length;
      return queue.release(held);
    },
  });
}

Deno.test("Consumer.run() hands little to and fro between consumers that work alike", async () => {
  const group = new Group(), released = { count: 0 }, alter = countingReleases(released);
  const { world } = group;
  await world.clock.run(world.push(two, numbered(1000)));
  const setup = { alter, limits: { global: 30, fixed: true }, untilEmpty: true };
  const startedAtMs = world.clock.nowMs();
  await group.end([group.start(setup), group.start(setup), group.start(setup)]);
  const workMs = 2000 * CALL_MS / 30;
  assert(group.endedAtMs - startedAtMs < workMs * 1.05, `${group.endedAtMs - startedAtMs} ms for ${workMs}`);
  assert(released.count < 1000, `${released.count} of 1000 were handed over`);
});

Deno.test("Consumer.run() hands nothing over for a rate that others keep to as well, time and again", async () => {
  const group = new Group(), released = { count: 0 }, alter = countingReleases(released);
  const { world } = group;
  await world.clock.run(world.push(two, numbered(200)));
  const setup = { alter, limits: { rate: 5 } };
  const both = [group.start(setup), group.start(setup)];
  await world.clock.pass(20_000);
  for (const { drain } of both) drain.abort();
  await group.end(both);
  assert(released.count <= 200, `${released.count} of 200 were handed over in 20 s`);
});

Deno.test("Consumer.run() goes on where functions are served though at another consumer nobody serves them", async () => {
  const group = new Group(), { world } = group;
  await world.clock.run(world.push(two, numbered(500)));
  const able = group.start({ limits: { global: 10, fixed: true } });
  await world.clock.pass(1000);
  const unserved: Outcome = { kind: "unserved", reason: "nobody is there" };
  const platform = new ScriptedPlatform(world.clock, () => ({ runMs: 1, outcome: unserved }));
  const unable = group.start({ platform, limits: { global: 100, fixed: true } });
  await world.clock.pass(60_000);
  const { completed } = await world.queue.depth();
  assert(completed >= 300, `${completed} of 500 have been completed`);
  for (const { drain } of [able, unable]) drain.abort();
  await group.end([able, unable]);
});

Deno.test("Consumer.run() starts at each of two consumers what may start behind thousands that are paused", async () => {
  const group = new Group(), { world } = group;
  const many = chain("many", ({ call }) => void call(fn("paused")));
  await world.queue.request({ kind: "pause", pause: { function: "paused" } });
  await world.clock.run(world.push(many, numbered(3000, "m")));
  await world.clock.run(world.push(two, numbered(100)));
  const slow = group.start({ window: 500, limits: { global: 1, fixed: true } });
  await world.clock.pass(JOIN_MS);
  const quick = group.start({ window: 500, limits: { global: 100, fixed: true } });
  await world.clock.pass(6000);
  const { completed } = await world.queue.depth();
  assertEquals(completed, 100);
  for (const { drain } of [slow, quick]) drain.abort();
  await group.end([slow, quick]);
});
