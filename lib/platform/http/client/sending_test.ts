import { assertEquals } from "@std/assert";
import { VirtualClock } from "../../../../tests/programs/virtual_clock.ts";
import { Sending } from "./sending.ts";

Deno.test("Sending.over resolves when the last request has left", async () => {
  const clock = new VirtualClock(), sending = new Sending(clock), startMs = clock.nowMs();
  assertEquals(sending.over, undefined);
  const [first, second] = [{}, {}];
  sending.begin(first);
  sending.begin(second);
  const over = sending.over!;
  clock.after(5, () => sending.end(first));
  clock.after(12, () => sending.end(second));
  await clock.run(over);
  assertEquals([clock.nowMs() - startMs, sending.over, clock.timers], [12, undefined, 0]);
});

Deno.test("Sending.over waits once only for a request that nobody takes", async () => {
  const clock = new VirtualClock(), sending = new Sending(clock), startMs = clock.nowMs();
  const [stuck, other] = [{}, {}];
  sending.begin(stuck);
  await clock.run(sending.over!);
  assertEquals([clock.nowMs() - startMs, sending.over], [100, undefined]);
  sending.begin(other);
  const over = sending.over!;
  sending.end(stuck); // it counts no longer
  assertEquals(sending.over, over);
  clock.after(5, () => sending.end(other));
  await clock.run(over);
  assertEquals([clock.nowMs() - startMs, sending.over, clock.timers], [105, undefined, 0]);
});
