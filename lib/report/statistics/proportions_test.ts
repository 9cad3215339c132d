import { assertAlmostEquals } from "@std/assert";
import { type Proportion, twoProportions } from "./proportions.ts";

Deno.test("twoProportions() has Fisher's p-values", () => {
  // The lady tasting tea: 1 table of 70 is as extreme, on each side.
  assertAlmostEquals(twoProportions({ count: 4, of: 4 }, { count: 0, of: 4 }), 2 / 70, 1e-12);
  assertAlmostEquals(twoProportions({ count: 3, of: 4 }, { count: 1, of: 4 }), 34 / 70, 1e-12);
  assertAlmostEquals(twoProportions({ count: 0, of: 5 }, { count: 0, of: 9 }), 1, 1e-12);
  assertAlmostEquals(twoProportions({ count: 1, of: 2 }, { count: 1, of: 3 }), 1, 1e-12);
});

/** The p-value from the numbers of ways to choose, added up table by table. */
function reckoned(a: Proportion, b: Proportion): number {
  const choose = (n: number, k: number): number => k === 0 ? 1 : choose(n - 1, k - 1) * n / k;
  const counted = a.count + b.count;
  const ways = (count: number) => choose(a.of, count) * choose(b.of, counted - count);
  const counts = Array.from({ length: Math.min(a.of, counted) + 1 }, (_, i) => i)
    .filter((count) => counted - count <= b.of);
  const sum = (some: readonly number[]) => some.reduce((all, count) => all + ways(count), 0);
  return sum(counts.filter((count) => ways(count) <= ways(a.count) + 0.5)) / sum(counts);
}

Deno.test("twoProportions() adds up all tables that are no more likely", () => {
  const all = [1, 2, 5, 8].flatMap((of) => Array.from({ length: of + 1 }, (_, count) => ({ count, of })));
  for (const a of all) for (const b of all) assertAlmostEquals(twoProportions(a, b), reckoned(a, b), 1e-11);
  const sum = twoProportions({ count: 300, of: 1_000_000 }, { count: 400, of: 1_000_000 });
  assertAlmostEquals(
    sum,
    twoProportions({ count: 999_700, of: 1_000_000 }, { count: 999_600, of: 1_000_000 }),
    1e-8,
  );
});
