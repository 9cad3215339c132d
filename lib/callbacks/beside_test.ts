import { assertEquals, assertRejects } from "@std/assert";
import { VirtualClock } from "../../tests/programs/virtual_clock.ts";
import { deliverBeside } from "./beside.ts";

/** Delivers beside work of some seconds, which fails if it says so; the delivery fails at once. @returns when that was told */
async function toldAtMs(work: (clock: VirtualClock) => Promise<void>): Promise<number[]> {
  const clock = new VirtualClock(), startMs = clock.nowMs(), told: number[] = [];
  const never = new AbortController().signal;
  const delivery = deliverBeside(
    { run: () => Promise.reject(new Error("the file is gone")), untilNoneIsDue: () => Promise.resolve() },
    () => work(clock),
    { clock, drain: never, stop: never, failed: () => told.push(clock.nowMs() - startMs) },
  );
  await assertRejects(async () => await clock.run(delivery), Error, "the file is gone");
  await clock.idle();
  assertEquals(clock.timers, 0);
  return told;
}

Deno.test("deliverBeside() tells that it cannot deliver any more if the work goes on without", async () => {
  assertEquals(await toldAtMs((clock) => clock.until(clock.nowMs() + 60_000)), [2000]);
});

Deno.test("deliverBeside() says nothing of a fault that ends the work, too: whoever works tells of it", async () => {
  const fails = async (clock: VirtualClock) => {
    await clock.until(clock.nowMs() + 500);
    throw new Error("the file is gone");
  };
  assertEquals(await toldAtMs(fails), []);
});
