import { assertEquals } from "@std/assert";
import { Ramp } from "./ramp.ts";

/** Takes all tokens that can be had at an instant, and counts them. */
function takeAll(ramp: Ramp, nowMs: number): number {
  let count = 0;
  while (ramp.take(nowMs)) count++;
  return count;
}

Deno.test("Ramp gives the burst at once, then so many a minute", () => {
  const ramp = new Ramp(500, 500 / 60);
  let sum = 0;
  const had = [0, 30_000, 60_000, 90_000, 150_000].map((atMs) => sum += takeAll(ramp, 1_000_000 + atMs));
  assertEquals(had, [500, 750, 1000, 1250, 1750]);
});

Deno.test("Ramp does not save up more than the burst", () => {
  const ramp = new Ramp(10, 1);
  assertEquals(takeAll(ramp, 0), 10);
  assertEquals(takeAll(ramp, 3_600_000), 10);
});

Deno.test("Ramp says when the next can be had, to the microsecond", () => {
  const ramp = new Ramp(1, 1 / 3);
  let nowMs = Date.UTC(2026, 0, 1);
  ramp.take(nowMs);
  for (let i = 0; i < 1000; i++) {
    const nextMs = ramp.nextAtMs;
    assertEquals(ramp.take(nextMs - 0.01), false);
    assertEquals(ramp.take(nextMs), true);
    assertEquals(Math.round(nextMs - nowMs), 3000);
    nowMs = nextMs;
  }
});

Deno.test("Ramp without end gives as many as are wanted", () => {
  const ramp = new Ramp(Infinity, 1);
  for (let i = 0; i < 1000; i++) assertEquals(ramp.take(0), true);
  assertEquals(ramp.nextAtMs, -Infinity);
});
