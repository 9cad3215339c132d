import { assertAlmostEquals, assertEquals } from "@std/assert";
import { hasFallenBehind, PaceKeeper } from "./pace.ts";

const EVERY = { ms: 1000, part: 0 }, USUAL = { ms: 1000, part: 0.01 };

Deno.test("PaceKeeper tells how late a load is, and the rates that were asked for and held", () => {
  const keeper = new PaceKeeper(EVERY);
  assertEquals(keeper.pace(), {
    intended: 0,
    late: 0,
    missed: 0,
    latestMs: 0,
    askedPerS: null,
    heldPerS: null,
  });
  for (let i = 0; i <= 100; i++) keeper.add(i * 100, i * 150);
  const { intended, late, latestMs, askedPerS, heldPerS } = keeper.pace();
  assertEquals([intended, late, latestMs], [101, 80, 5000]);
  assertAlmostEquals(askedPerS!, 10);
  assertAlmostEquals(heldPerS!, 1000 / 150);
});

Deno.test("PaceKeeper counts as late what was not made, in no rate that was held", () => {
  const keeper = new PaceKeeper(EVERY);
  for (let i = 0; i <= 10; i++) {
    if (i % 2 === 0) keeper.add(i * 100, i * 100);
    else keeper.miss(i * 100);
  }
  assertEquals(keeper.pace(), { intended: 11, late: 5, missed: 5, latestMs: 0, askedPerS: 10, heldPerS: 5 });
});

Deno.test("hasFallenBehind() goes by the part that may be late", () => {
  const pace = { intended: 200, missed: 0, latestMs: 5000, askedPerS: 1, heldPerS: 1 };
  const table = [0, 1, 2, 3].map((late) =>
    [EVERY, USUAL].map((bound) => hasFallenBehind({ ...pace, late }, bound))
  );
  assertEquals(table, [[false, false], [true, false], [true, false], [true, true]]);
  assertEquals(hasFallenBehind({ ...pace, intended: 0, late: 0 }, USUAL), false);
});
