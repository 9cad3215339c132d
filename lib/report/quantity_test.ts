import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { quantityOf } from "./quantity.ts";
import { concurrencyOf, RunningConcurrency } from "./concurrency.ts";

Deno.test("quantityOf() is exact, by nearest rank", () => {
  const hundred = Float64Array.from({ length: 100 }, (_, i) => 100 - i);
  assertEquals(quantityOf(hundred), { mean: 50.5, p50: 50, p90: 90, p95: 95, p99: 99, max: 100 });
  const three = Float64Array.of(3, NaN, 1, 2);
  assertEquals(quantityOf(three), { mean: 2, p50: 2, p90: 3, p95: 3, p99: 3, max: 3 });
});

Deno.test("quantityOf() takes never for above all, and says nothing where only that is known", () => {
  const half = Float64Array.of(Infinity, 1, 2, Infinity);
  const never = "never" as const;
  assertEquals(quantityOf(half), { mean: never, p50: 2, p90: never, p95: never, p99: never, max: never });
  assertEquals(quantityOf(Float64Array.of(Infinity)).p50, "never");
  assertEquals(quantityOf(Float64Array.of(Infinity, NaN)).p50, null);
});

Deno.test("quantityOf() has a percentile that so many samples do not exceed, and no smaller one", () => {
  fc.assert(fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 300 }), (samples) => {
    const of = quantityOf(Float64Array.from(samples));
    for (const [percent, value] of [[50, of.p50], [90, of.p90], [95, of.p95], [99, of.p99]] as const) {
      const part = (test: (sample: number) => boolean) => samples.filter(test).length * 100;
      assertEquals(part((sample) => sample <= Number(value)) >= percent * samples.length, true);
      assertEquals(part((sample) => sample < Number(value)) < percent * samples.length, true);
    }
  }));
});

Deno.test("concurrencyOf() is the greatest number of intervals over any instant", () => {
  const intervals = fc.array(
    fc.tuple(fc.nat(40).map((x) => 10 * x), fc.integer({ min: 1, max: 20 }).map((x) => 10 * x)),
    { maxLength: 30 },
  );
  fc.assert(fc.property(intervals, (list) => {
    const over = (at: number) => list.filter(([from, size]) => from <= at && at < from + size).length;
    const expected = list.reduce((most, [from]) => Math.max(most, over(from)), 0);
    const starts = Float64Array.from(list, ([from]) => from),
      ends = Float64Array.from(list, ([from, size]) => from + size);
    assertEquals(concurrencyOf(starts, ends, 100).max, expected);
  }));
});

Deno.test("RunningConcurrency agrees with concurrencyOf(), in whatever order an instant's starts and ends come", () => {
  const intervals = fc.array(
    fc.tuple(fc.nat(40).map((x) => 10 * x), fc.nat(20).map((x) => 10 * x), fc.nat(2)),
    { maxLength: 30 },
  );
  fc.assert(fc.property(intervals, (list) => {
    const running = new RunningConcurrency();
    list.flatMap(([from, size, order]) => [
      { at: from, order: size === 0 ? -1 : order, tell: () => running.start(from) },
      { at: from + size, order: 1, tell: () => running.end(from, from + size) },
    ]).sort((a, b) => a.at - b.at || a.order - b.order).forEach(({ tell }) => tell());
    const starts = Float64Array.from(list, ([from]) => from),
      ends = Float64Array.from(list, ([from, size]) => from + size);
    assertEquals(running.concurrency(100), concurrencyOf(starts, ends, 100));
  }));
});
