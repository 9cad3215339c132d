import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Ceiling } from "./ceiling.ts";
import { PROFILES } from "./profile.ts";

const profile = {
  ...PROFILES[0]!,
  limit: 100,
  collapseTo: 0.25,
  overload: 1.5,
  collapseAfterMs: 2000,
  recoveryMs: 60_000,
};

/** A ceiling after `forMs` in steps of 10 ms, with `load` calls that run or wait and `refusalsPerS` refusals a second. */
function after(ceiling: Ceiling, fromMs: number, forMs: number, load: number, refusalsPerS: number): number {
  let refused = 0;
  for (let ms = 10; ms <= forMs; ms += 10) {
    ceiling.pass(fromMs + ms, load);
    while (refused < refusalsPerS * ms / 1000) {
      ceiling.refuse();
      refused++;
    }
  }
  return ceiling.calls;
}

Deno.test("Ceiling falls once an overload has lasted, and not before", () => {
  const calls = [1000, 1900, 2100].map((forMs) => {
    const ceiling = new Ceiling(profile);
    ceiling.pass(0, 0);
    return after(ceiling, 0, forMs, 151, 0);
  });
  assertEquals(calls, [100, 100, 25]);
});

Deno.test("Ceiling counts the refusals of about a second", () => {
  // 100 running and 60 refusals a second are 160 in the end; 40 a second are 140: below 150
  for (const [refusalsPerS, calls] of [[60, 25], [40, 100]] as const) {
    const ceiling = new Ceiling(profile);
    ceiling.pass(0, 0);
    assertEquals(after(ceiling, 0, 20_000, 100, refusalsPerS), calls, `${refusalsPerS} refusals a second`);
  }
});

Deno.test("Ceiling is not moved by an overload that is over soon, however often", () => {
  const ceiling = new Ceiling(profile);
  ceiling.pass(0, 0);
  for (let fromMs = 0; fromMs < 100_000; fromMs += 2000) {
    assertEquals(after(ceiling, fromMs, 1900, 500, 0), 100);
    assertEquals(after(ceiling, fromMs + 1900, 100, 100, 0), 100);
  }
});

Deno.test("Ceiling stays down while it is hammered, and rises linearly when the load has fallen", () => {
  const ceiling = new Ceiling(profile);
  ceiling.pass(0, 0);
  assertEquals(after(ceiling, 0, 600_000, 25, 700), 25, "a quarter runs, the rest asks again and again");
  const forgottenMs = 600_000 + Math.log(700 / 125) * 1000;
  ceiling.pass(forgottenMs, 25);
  assertEquals(ceiling.calls, 25, "it rises from when 25 running and the refusals are no more than 150");
  const calls = [20_100, 40_100, 59_000, 60_100, 99_000].map((ms) => {
    ceiling.pass(forgottenMs + ms, 25);
    return ceiling.calls;
  });
  assertEquals(calls, [50, 75, 98, 100, 100]);
});

Deno.test("Ceiling falls back when an overload comes again while it rises", () => {
  const ceiling = new Ceiling(profile);
  ceiling.pass(0, 0);
  after(ceiling, 0, 3000, 200, 0);
  assertEquals(after(ceiling, 3000, 40_000, 50, 0), 75);
  assertEquals(after(ceiling, 43_000, 1000, 200, 0), 75, "it stops to rise");
  assertEquals(after(ceiling, 44_000, 1100, 200, 0), 25);
});

Deno.test("Ceiling never collapses without a limit or a part to fall to", () => {
  for (const part of [{ limit: Infinity }, { collapseTo: 1 }]) {
    const ceiling = new Ceiling({ ...profile, ...part });
    ceiling.pass(0, 0);
    after(ceiling, 0, 10_000, 10_000, 1000);
    assertEquals(ceiling.calls, part.limit ?? 100);
  }
});

Deno.test("Ceiling lets at least one call run", () => {
  const ceiling = new Ceiling({ ...profile, limit: 2, collapseTo: 0.01 });
  ceiling.pass(0, 0);
  assertEquals(after(ceiling, 0, 10_000, 9, 0), 1);
  assertEquals(new Ceiling({ ...profile, limit: 1 }).of(0.1), 1);
});

const part = (min: number, max: number) => fc.integer({ min, max }).map((percent) => percent / 100);

Deno.test("Ceiling says when it will have risen so far: then it has, and not earlier", () => {
  const inputs = fc.record({
    limit: fc.integer({ min: 2, max: 100_000 }),
    collapseTo: part(1, 90),
    share: part(10, 100),
    wanted: part(0, 100),
    refusals: fc.nat(200_000),
    recoveryMs: fc.integer({ min: 10, max: 10_000_000 }),
  });
  fc.assert(
    fc.property(inputs, ({ limit, collapseTo, share, wanted, refusals, recoveryMs }) => {
      const ceiling = new Ceiling({ ...profile, limit, collapseTo, recoveryMs });
      const startMs = Date.UTC(2026, 0, 1);
      ceiling.pass(startMs, 0);
      ceiling.pass(startMs + 3000, 2 * limit);
      assert(ceiling.calls < limit, "it collapsed");
      for (let i = 0; i < refusals; i++) ceiling.refuse();
      const calls = 1 + Math.floor(wanted * limit * share);
      const atMs = ceiling.reachesAtMs(calls, share, 1);
      if (atMs === -Infinity) return assert(ceiling.of(share) >= calls);
      if (atMs === Infinity) return assert(calls > limit * share);
      assert(atMs > startMs + 3000);
      // It adds a thousandth of a millisecond, and instants of these years are known to a quarter of that.
      const earlierMs = startMs + 3000 + 0.99 * (atMs - startMs - 3000) - 0.002;
      const risesInThatTime = (atMs - earlierMs) * (1 - collapseTo) / recoveryMs * limit * share;
      if (earlierMs > startMs + 3000) {
        ceiling.pass(earlierMs, 1);
        if (risesInThatTime < 1 && risesInThatTime > 1e-6) assert(ceiling.of(share) < calls);
      }
      ceiling.pass(atMs, 1);
      assert(ceiling.of(share) >= calls, `${ceiling.of(share)} < ${calls}`);
    }),
    {
      examples: [[{ limit: 919, collapseTo: 0.88, share: 0.41, wanted: 0.88, refusals: 0, recoveryMs: 10 }]],
    },
  );
});
