import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { seededRandom, standardNormal } from "../../model/mod.ts";
import { adjusted, estimateOf, rankSumTest, welch } from "./two_samples.ts";

Deno.test("welch() agrees with numbers of another program", () => {
  // The tails by Simpson's rule over the density, in Python.
  const a = [20.4, 24.2, 15.4, 21.4, 20.2, 18.5, 21.5], b = [20.2, 16.9, 18.5, 17.3, 20.5];
  const { mean, low, high, p } = welch(estimateOf(a), estimateOf(b));
  assertAlmostEquals(mean, -1.5485714, 1e-6);
  assertAlmostEquals(p, 0.2508100698, 1e-9);
  assertAlmostEquals((high - low) / 2, 2.8344074, 1e-6);
  assertAlmostEquals((low + high) / 2, mean, 1e-9);
});

Deno.test("welch() of values that do not vary tells whether they are the same", () => {
  assertEquals(welch(estimateOf([2, 2]), estimateOf([2, 2, 2])).p, 1);
  assertEquals(welch(estimateOf([2, 2]), estimateOf([3, 3, 3])), { mean: 1, low: 1, high: 1, p: 0 });
});

Deno.test("welch() finds a difference in 5 % of equal samples, also of few values that vary unequally", () => {
  const random = seededRandom("welch");
  const draw = (n: number, scale: number) => Array.from({ length: n }, () => scale * standardNormal(random));
  for (const [n, m, scale] of [[10, 10, 1], [3, 3, 1], [4, 12, 5]] as const) {
    let found = 0;
    for (let i = 0; i < 4000; i++) {
      if (welch(estimateOf(draw(n, 1)), estimateOf(draw(m, scale))).p <= 0.05) found++;
    }
    assert(found / 4000 < 0.06 && found / 4000 > 0.025, `${n}, ${m}: ${found / 4000}`);
  }
});

Deno.test("rankSumTest() counts divisions, with Infinity as the greatest value", () => {
  assertEquals(rankSumTest([1, 2, 3], [4, 5, 6]), 2 / 20);
  assertEquals(rankSumTest([1, 2, 3], [Infinity, Infinity, Infinity]), 2 / 20);
  assertEquals(rankSumTest([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]), 2 / 252);
  assertEquals(rankSumTest([Infinity, Infinity], [Infinity, Infinity]), 1);
  assertEquals(rankSumTest([1, 1, Infinity], [1, Infinity, 1]), 1);
});

Deno.test("rankSumTest() draws divisions of many values, the same each time", () => {
  const many = (from: number) => Array.from({ length: 12 }, (_, i) => from + i);
  const p = rankSumTest(many(0), many(6));
  assertEquals(rankSumTest(many(0), many(6)), p);
  assert(p > 0.0005 && p < 0.02, `${p}`);
  assert(rankSumTest(many(0), many(100)) <= 1e-4);
});

Deno.test("adjusted() is that of Benjamini and Hochberg", () => {
  const values = adjusted([0.01, 0.04, 0.03, 0.005, 0.5]);
  [0.025, 0.05, 0.05, 0.025, 0.5].forEach((value, i) => assertAlmostEquals(values[i]!, value, 1e-12));
  assertEquals(adjusted([]), []);
  fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (ps) => {
    adjusted(ps).forEach((value, i) => assert(value >= ps[i]! * (1 - 1e-12) && value <= 1));
  }));
});
