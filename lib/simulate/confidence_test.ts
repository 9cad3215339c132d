import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { seededRandom, standardNormal } from "../model/mod.ts";
import { estimate, isConfident, studentT } from "./confidence.ts";

Deno.test("studentT() is the 0.975 quantile, as tables have it", () => {
  const tables: readonly [number, number][] = [
    [1, 12.706],
    [5, 2.571],
    [10, 2.228],
    [11, 2.201],
    [20, 2.086],
    [
      30,
      2.042,
    ],
    [100, 1.984],
    [1e6, 1.96],
  ];
  for (const [degrees, expected] of tables) assertAlmostEquals(studentT(degrees), expected, 0.0005);
});

Deno.test("estimate() has the mean and Student's interval", () => {
  const { mean, halfWidth, replications } = estimate([10, 12, 14]);
  assertEquals([mean, replications], [12, 3]);
  assertAlmostEquals(halfWidth, 4.3027 * 2 / Math.sqrt(3), 1e-9);
  assertEquals(estimate([5]).halfWidth, Infinity);
});

Deno.test("estimate() covers the true mean 95 times of 100", () => {
  const random = seededRandom("coverage");
  let covered = 0;
  for (let i = 0; i < 4000; i++) {
    const { mean, halfWidth } = estimate(Array.from({ length: 6 }, () => 100 + 10 * standardNormal(random)));
    if (Math.abs(mean - 100) <= halfWidth) covered++;
  }
  assertAlmostEquals(covered / 4000, 0.95, 0.012);
});

Deno.test("isConfident() asks for five replications, and an interval within a part of the mean", () => {
  assert(!isConfident(estimate([10, 10, 10, 10]), 0.02));
  assert(isConfident(estimate([10, 10, 10, 10, 10]), 0.02));
  assert(!isConfident(estimate([9, 10, 10, 10, 11]), 0.02));
  assert(isConfident(estimate([-9.99, -10, -10, -10, -10.01]), 0.02));
  assert(isConfident(estimate([0, 0, 0, 0, 0]), 0.02));
});
