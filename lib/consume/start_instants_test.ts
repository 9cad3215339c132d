/** When starts count against a rate: many at once take a while, above all the first ones of a process. */
import { assert, assertEquals } from "@std/assert";
import { chain, fn } from "../model/mod.ts";
import { MemoryQueue } from "../queue/mod.ts";
import { VirtualClock } from "../../tests/programs/virtual_clock.ts";
import type { ScriptedPlatform } from "../../tests/programs/scripted_platform.ts";
import { numbered, type Setup, World } from "../../tests/programs/world.ts";
import { single } from "../../tests/scheduler/builders.ts";

/** A clock on which work takes time too. */
class BusyClock extends VirtualClock {
  busyMs = 0;

  override nowMs(): number {
    return super.nowMs() + this.busyMs;
  }
}

/** Checks that no window of a second has more than `most` of the calls of a function. */
function assertSpread({ calls }: ScriptedPlatform, name: string, most: number): void {
  const atMs = calls.filter((call) => call.function === name).map(({ startedAtMs }) => startedAtMs);
  for (const [i, startedAtMs] of atMs.slice(most).entries()) {
    const spanMs = startedAtMs - atMs[i]!;
    assert(spanMs >= 1000, `${most + 1} starts in ${spanMs} ms`);
  }
}

/** A queue that needs a while for each write, in milliseconds, by how many there were before. */
function slowWrites({ clock }: World, msOf: (before: number) => number): NonNullable<Setup["alter"]> {
  let writes = 0;
  return (queue) => ({
    checkpoint: async (progress) => {
      await clock.until(clock.nowMs() + msOf(writes++));
      await queue.checkpoint(progress);
    },
  });
}

Deno.test("a rate counts each start from when it was, not from when the first of its burst was", async () => {
  const clock = new BusyClock();
  const memory = new MemoryQueue({ clock });
  const world = new World(() => ({ runMs: 1 }), { clock, queue: memory.open() });
  const { calls } = world.platform;
  world.platform.onCall = () => void (clock.busyMs += calls.length <= 4 ? 20 : 0);
  await world.push(single("f"), numbered(12));
  const limits = { rate: { starts: 4, perMs: 1000, burst: 4 } };
  await world.consume({ connection: memory.open(), limits });
  assertEquals(calls.length, 12);
  assertSpread(world.platform, "f", 4);
});

Deno.test("a rate counts each start from when its call leaves, though its start becomes durable late", async () => {
  const rate = { starts: 4, perMs: 1000, burst: 1 };
  for (const limits of [{ rate }, { functionRates: { f: rate } }]) {
    const world = new World(() => ({ runMs: 1 })), sinceMs = world.clock.nowMs();
    await world.push(single("f", { atMostOnce: true }), numbered(40));
    await world.consume({
      limits,
      alter: slowWrites(world, (before) => before < 3 ? 900 : before % 5 * 20),
    });
    assertEquals(world.platform.calls.length, 40);
    assertSpread(world.platform, "f", 4);
    assert(world.clock.nowMs() < sinceMs + 13_000, "it waits for no more than that");
  }
});

Deno.test("a rate counts no start that never left, as there are no args for it", async () => {
  const world = new World(), sinceMs = world.clock.nowMs();
  const broken = chain("broken", ({ call }) => void call(fn("f"), { args: { n: "{% $error('none') %}" } }));
  await world.push(broken, ["bad"], { priority: 1 });
  await world.push(single("f"), ["good"]);
  await world.consume({ limits: { functionRates: { f: { starts: 1, perMs: 60_000 } } } });
  assertEquals([world.platform.keys(), (await world.view("bad")).state], [["good/f"], "failed"]);
  assert(world.clock.nowMs() < sinceMs + 60_000);
});
