import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { freshSeed, seededRandom, standardNormal } from "./random.ts";

function draw(seed: string | number, count: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.next());
}

Deno.test("seededRandom() repeats itself for the same seed, and for no other", () => {
  assertEquals(draw("a", 100), draw("a", 100));
  assertEquals(draw(7, 10), draw("7", 10));
  const firsts = new Set(Array.from({ length: 2000 }, (_, seed) => draw(seed, 1)[0]));
  assertStrictEquals(firsts.size, 2000);
});

Deno.test("seededRandom() gives the same numbers on every machine", () => {
  assertEquals(draw("sequoia", 3).map((value) => Math.floor(value * 2 ** 32)), RECORDED);
});
const RECORDED = [2596442091, 2228572228, 2168306926];

Deno.test("seededRandom() is uniform in [0, 1)", () => {
  const values = draw("uniform", 100_000);
  assert(values.every((value) => value >= 0 && value < 1));
  const bins = new Array<number>(100).fill(0);
  for (const value of values) bins[Math.floor(value * 100)]!++;
  const chiSquare = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  assert(chiSquare < 148.2, `chi-square ${chiSquare}`); // 99 degrees of freedom, 99.9th percentile
});

Deno.test("seededRandom() draws numbers that do not depend on the one before", () => {
  const values = draw("pairs", 100_000);
  const correlation = values.slice(1).reduce((sum, value, i) => sum + (value - 0.5) * (values[i]! - 0.5), 0) /
    100_000 * 12;
  assert(Math.abs(correlation) < 0.01, `correlation ${correlation}`);
});

Deno.test("standardNormal() has mean 0, variance 1 and the 99th percentile of tables", () => {
  const random = seededRandom("normal");
  const values = Array.from({ length: 200_000 }, () => standardNormal(random)).sort((a, b) => a - b);
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  assert(Math.abs(mean) < 0.01 && Math.abs(variance - 1) < 0.02);
  assert(Math.abs(values[198_000]! - 2.3263) < 0.03);
  assert(values.every(Number.isFinite));
});

Deno.test("freshSeed() is short and new each time", () => {
  const seeds = Array.from({ length: 50 }, freshSeed);
  assert(seeds.every((seed) => /^[0-9a-z]{1,7}$/.test(seed)));
  assert(new Set(seeds).size > 45);
});
