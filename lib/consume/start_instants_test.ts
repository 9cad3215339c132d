/** When starts count against a rate: many at once take a while, above all the first ones of a process. */
import { assert, assertEquals } from "@std/assert";
import { MemoryQueue } from "../queue/mod.ts";
import { VirtualClock } from "../../tests/programs/virtual_clock.ts";
import { numbered, World } from "../../tests/programs/world.ts";
import { single } from "../../tests/scheduler/builders.ts";

/** A clock on which work takes time too. */
class BusyClock extends VirtualClock {
  busyMs = 0;

  override nowMs(): number {
    return super.nowMs() + this.busyMs;
  }
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
  for (const [i, { startedAtMs }] of calls.slice(4).entries()) {
    const spanMs = startedAtMs - calls[i]!.startedAtMs;
    assert(spanMs >= 1000, `5 starts in ${spanMs} ms`);
  }
});
