import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { bucketsIn, halved, TimeHistogram } from "./histogram.ts";
import { SlidingHistogram } from "./sliding.ts";

const times = fc.array(fc.double({ min: 0.2, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 200 });
/** Times, those among them that belong to the lowest bucket and to the highest one; maybe none. */
const anyTimes = fc.array(
  fc.oneof(fc.double({ min: 0.2, max: 1e7, noNaN: true }), fc.constantFrom(0, 0.01, NaN, 1e12)),
  { maxLength: 50 },
);

function histogramOf(all: readonly number[]): TimeHistogram {
  const histogram = new TimeHistogram();
  for (const ms of all) histogram.add(ms);
  return histogram;
}

Deno.test("TimeHistogram.quantileMs() is in the bucket of the time of that rank", () => {
  fc.assert(fc.property(times, fc.constantFrom(0.5, 0.9, 0.99, 1), (all, part) => {
    const sorted = [...all].sort((a, b) => a - b);
    const exact = sorted[Math.max(1, Math.ceil(part * all.length)) - 1]!;
    const ratio = histogramOf(all).quantileMs(part) / exact;
    assert(ratio > 2 ** -(1 / 8) && ratio < 2 ** (1 / 8), `${ratio}`);
  }));
});

Deno.test("TimeHistogram.sparse() goes to another histogram and back, and adds up", () => {
  fc.assert(fc.property(anyTimes, anyTimes, (a, b) => {
    const both = new TimeHistogram();
    both.addCounts(histogramOf(a).sparse());
    both.addCounts(histogramOf(b).sparse());
    assertEquals(both.sparse(), histogramOf([...a, ...b]).sparse());
    assertEquals(both.n, a.length + b.length);
  }));
  assertEquals(new TimeHistogram().sparse(), []);
  assertEquals(new TimeHistogram().quantileMs(0.5), 0);
});

Deno.test("TimeHistogram.merge() makes the histogram of the times of both, bucket by bucket", () => {
  fc.assert(fc.property(fc.array(anyTimes, { maxLength: 4 }), (parts) => {
    const merged = new TimeHistogram(), whole = histogramOf(parts.flat());
    for (const part of parts) merged.merge(histogramOf(part));
    assertEquals(merged.sparse(), whole.sparse());
    assertEquals(merged.n, whole.n);
    for (const part of [0.01, 0.5, 0.9, 1]) assertEquals(merged.quantileMs(part), whole.quantileMs(part));
  }));
});

Deno.test("halved() puts each time into the bucket of the wider histogram that holds it", () => {
  fc.assert(fc.property(times, (all) => {
    const wanted = Map.groupBy(all, (ms) => Math.ceil(Math.log2(ms / 1000) * 4));
    const inOrder = [...wanted].map(([bucket, { length }]) => [bucket, length]).sort(([a], [b]) => a! - b!);
    assertEquals([...bucketsIn(halved(histogramOf(all).sparse()))].map((each) => [...each]), inOrder);
  }));
  assertEquals(halved([]), []);
});

Deno.test("a time at the bound of a bucket is in the bucket below it, as Prometheus counts", () => {
  assertEquals(histogramOf([1000]).sparse(), [0, 1]);
  assertEquals(histogramOf([1000.01]).sparse(), [1, 1]);
  assertEquals(histogramOf([500, 2000]).sparse(), [-8, 1, -15, 1]);
});

Deno.test("what is too short, too long or no time is counted at the ends", () => {
  assertEquals(histogramOf([-5, 0, NaN, 1e12, Infinity]).sparse(), [-112, 3, -247, 2]);
});

Deno.test("SlidingHistogram.at() forgets what is older than its window", () => {
  const minute = new SlidingHistogram(60_000, 6);
  minute.add(10, 1_000_000);
  minute.add(20, 1_030_000);
  assertEquals(minute.at(1_030_000).n, 2);
  assertEquals(minute.at(1_062_000).n, 1);
  minute.add(30, 1_119_000); // in the slot of the second one
  assertEquals(minute.at(1_119_000).n, 1);
  assertEquals(minute.at(2_000_000).n, 0);
});

Deno.test("SlidingHistogram.at() is the histogram of the times of all its slots", () => {
  fc.assert(fc.property(times, (all) => {
    const minute = new SlidingHistogram(60_000, 6);
    all.forEach((ms, i) => minute.add(ms, 60_000 + i % 6 * 10_000));
    assertEquals(minute.at(119_999).sparse(), histogramOf(all).sparse());
  }));
});
