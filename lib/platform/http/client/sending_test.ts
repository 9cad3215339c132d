import { assertEquals } from "@std/assert";
import { VirtualClock } from "../../../../tests/programs/virtual_clock.ts";
import { Sending } from "./sending.ts";

Deno.test("Sending.over resolves when the last request has left", async () => {
  const clock = new VirtualClock(), sending = new Sending(clock), startMs = clock.nowMs();
  assertEquals(sending.over, undefined);
  sending.begin();
  sending.begin();
  const over = sending.over!;
  clock.after(5, () => sending.end());
  clock.after(12, () => sending.end());
  await clock.run(over);
  assertEquals([clock.nowMs() - startMs, sending.over, clock.timers], [12, undefined, 0]);
});

Deno.test("Sending.over does not wait for ever for a request that nobody takes", async () => {
  const clock = new VirtualClock(), sending = new Sending(clock), startMs = clock.nowMs();
  sending.begin();
  await clock.run(sending.over!);
  assertEquals(clock.nowMs() - startMs, 100);
  sending.end();
  assertEquals([sending.over, clock.timers], [undefined, 0]);
});
