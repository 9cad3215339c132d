import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { CalmTimes } from "./calm_times.ts";

function round(calm: CalmTimes, inFlight: number, ...timesMs: readonly number[]): boolean {
  calm.enter();
  for (const ms of timesMs) calm.took(ms);
  return calm.learn(inFlight);
}

Deno.test("CalmTimes keeps to what was learned with the least in flight", () => {
  const calm = new CalmTimes();
  assert(round(calm, 20, 100, 100));
  assert(!round(calm, 40, 300, 300));
  calm.tookLate(300, 40);
  assertAlmostEquals(calm.ms, 100, 1e-9);
  assert(round(calm, 20, 200, 200));
  assertAlmostEquals(calm.ms, Math.sqrt(101 * 201) - 1, 1e-9);
});

Deno.test("CalmTimes takes shorter times with less in flight for all, and joins others", () => {
  const calm = new CalmTimes();
  round(calm, 40, 300, 300);
  round(calm, 10, 100);
  assertAlmostEquals(calm.ms, 100, 1e-9);
  assertEquals(calm.inFlight, 10);
  round(calm, 5, 100, 400); // containers start
  assert(calm.ms > 100 && calm.count === 3);
  assertEquals(calm.inFlight, 10);
});

Deno.test("CalmTimes is near what most calls take, and knows how many take longer", () => {
  const calm = new CalmTimes(), times = Array.from({ length: 100 }, (_, i) => i % 50 === 49 ? 45_000 : 100);
  round(calm, 10, ...times);
  assert(calm.ms < 120, `${calm.ms}`);
  assert(calm.evidence > 3, `${calm.evidence}`);
  const cached = new CalmTimes();
  round(cached, 10, ...Array.from({ length: 100 }, (_, i) => i % 10 === 0 ? 1 : 1000));
  assert(cached.evidence < 0.2, `${cached.evidence}`);
});
