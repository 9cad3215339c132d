import { assert, assertEquals, assertNotEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { type Arrivals, arrivalTimes, burst, every, poisson, trace } from "./arrivals.ts";
import { seededRandom } from "./random.ts";
import { assertFails } from "./testing.ts";

function times(arrivals: Arrivals, bounds?: Parameters<typeof arrivalTimes>[2], seed = "s"): number[] {
  return [...arrivalTimes(arrivals, seededRandom(seed), bounds)];
}

Deno.test("arrivalTimes() of poisson() keeps the mean rate", () => {
  const atMs = times(poisson(200), { forMs: 500_000 });
  // 100,000 expected, standard deviation 316
  assert(Math.abs(atMs.length - 100_000) < 4 * 316, `${atMs.length} arrivals`);
});

Deno.test("arrivalTimes() of poisson() has exponential gaps", () => {
  const count = 20_000, meanMs = 1000 / 50;
  const atMs = times(poisson("3000/m"), { count });
  const gaps = atMs.map((ms, i) => ms - (atMs[i - 1] ?? 0)).sort((a, b) => a - b);
  // Kolmogorov–Smirnov: the greatest distance to the distribution function is under 1.63 ÷ √n in 99 of 100 samples
  const distance = Math.max(...gaps.map((gap, i) => {
    const expected = 1 - Math.exp(-gap / meanMs);
    return Math.max(expected - i / count, (i + 1) / count - expected);
  }));
  assert(distance < 1.63 / Math.sqrt(count), `distance ${distance}`);
});

Deno.test("arrivalTimes() of poisson() has counts per second whose variance is their mean", () => {
  const counts = new Array<number>(2000).fill(0);
  for (const atMs of times(poisson(10), { forMs: 1_999_999 })) counts[Math.floor(atMs / 1000)]!++;
  const mean = counts.reduce((a, b) => a + b) / counts.length;
  const variance = counts.reduce((sum, n) => sum + (n - mean) ** 2, 0) / counts.length;
  assert(Math.abs(variance / mean - 1) < 0.1, `variance ÷ mean ${variance / mean}`);
});

Deno.test("arrivalTimes() repeats itself for the same seed", () => {
  assertEquals(times(poisson(5), { count: 100 }, "a"), times(poisson(5), { count: 100 }, "a"));
  assertNotEquals(times(poisson(5), { count: 100 }, "a"), times(poisson(5), { count: 100 }, "b"));
});

Deno.test("arrivalTimes() ascends and ends at whichever bound comes first", () => {
  const any = fc.oneof(
    fc.double({ min: 0.1, max: 1000, noNaN: true }).map((rate) => poisson(rate)),
    fc.integer({ min: 1, max: 50 }).map(burst),
    fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 5 })).map(([ms, size]) =>
      every(ms, size)
    ),
    fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { maxLength: 20 }).map(trace),
  );
  fc.assert(fc.property(any, fc.nat(40), fc.nat(20_000), (arrivals, count, forMs) => {
    const atMs = times(arrivals, { count, forMs });
    assert(atMs.length <= count && atMs.every((ms) => ms >= 0 && ms <= forMs));
    assertEquals(atMs, atMs.toSorted((a, b) => a - b));
    const more = times(arrivals, { count: count + 1 });
    assertEquals(atMs, more.slice(0, count).filter((ms) => ms <= forMs)); // no bound changes what comes before it
  }));
});

Deno.test("arrivalTimes() of every(), burst() and trace() are as written", () => {
  assertEquals(times(every("1s"), { forMs: 3000 }), [0, 1000, 2000, 3000]);
  assertEquals(times(every("1s", 2), { count: 5 }), [0, 0, 1000, 1000, 2000]);
  assertEquals(times(burst(3)), [0, 0, 0]);
  assertEquals(times(trace([5, 0, 5, 2.5])), [0, 2.5, 5, 5]);
  assertEquals(times(trace([])), []);
});

Deno.test("arrivalTimes() does not drift over a million ticks", () => {
  let last = 0;
  for (const atMs of arrivalTimes(every(0.1), seededRandom(1), { count: 1_000_001 })) last = atMs;
  assertStrictEquals(last, 100_000);
});

Deno.test("poisson(), burst(), every() and trace() refuse numbers that make no sense", () => {
  for (const bad of [0, -1, NaN, Infinity, 1e99]) {
    assertFails(() => poisson(bad), { name: "RangeError" });
    assertFails(() => burst(bad), { name: "RangeError" });
    assertFails(() => every(bad), { name: "RangeError" });
    assertFails(() => every("1s", bad), { name: "RangeError" });
  }
  assertFails(() => burst(1.5), { name: "RangeError" });
  assertFails(() => poisson("often"), { name: "SyntaxError" });
  for (const bad of [-1, NaN, Infinity]) {
    assertFails(() => trace([1, bad]), {
      name: "RangeError",
      message: "Cannot replay the trace: a time is negative or no number",
    });
  }
});
