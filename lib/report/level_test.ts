import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { bucketUs, Latest, Level } from "./level.ts";

const FROM_US = 5000;
/** In whole microseconds, from before the first bucket to an hour after it, so that buckets are of 1 ms to 16 s. */
const instantUs = fc.oneof(fc.nat(20_000), fc.nat(2_000_000), fc.nat(3_600_000_000));

Deno.test("Level has the mean number of open intervals in each bucket", () => {
  fc.assert(fc.property(fc.array(fc.tuple(instantUs, instantUs), { maxLength: 20 }), (pairs) => {
    const intervals = pairs.map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    const level = new Level(FROM_US);
    for (const [start, end] of intervals) level.add(start, end);
    const toUs = Math.max(FROM_US + 1, ...intervals.map(([, end]) => end)), size = bucketUs(toUs - FROM_US);
    const means = level.means(toUs);
    assertEquals(means.length, Math.ceil((toUs - FROM_US) / size));
    means.forEach((mean, b) => {
      const from = FROM_US + b * size, to = Math.min(from + size, toUs);
      const us = intervals.reduce((sum, [s, e]) => sum + Math.max(0, Math.min(e, to) - Math.max(s, from)), 0);
      assertAlmostEquals(mean, us / (to - from), 1e-9);
    });
  }));
});

Deno.test("Latest has what was recorded last before the end of each bucket, and the first before it", () => {
  fc.assert(fc.property(fc.array(instantUs, { maxLength: 20 }), (instants) => {
    const latest = new Latest(FROM_US), sorted = instants.toSorted((a, b) => a - b);
    sorted.forEach((atUs, value) => latest.record(atUs, value));
    const toUs = Math.max(FROM_US + 1, ...instants), size = bucketUs(toUs - FROM_US);
    latest.values(toUs, 42).forEach((value, b) => {
      const known = sorted.filter((atUs) => atUs <= FROM_US + (b + 1) * size).length;
      assertEquals(value, sorted.length === 0 ? 42 : Math.max(0, known - 1));
    });
  }));
});
