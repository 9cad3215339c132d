/** Shares hold over time, with any number of groups and slots. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Outcome, Random } from "../../lib/model/mod.ts";
import { type Policy, policyOf, type Stats } from "../../lib/policies/mod.ts";
import { BROKEN, OK, THROTTLED } from "./builders.ts";
import { type Contender, Contention, jainOf, partsOf } from "./contention.ts";

const MINUTE_MS = 60_000;
const LONG: Contender = { name: "long", ms: 1000 };
const SHORT: Contender = { name: "short", ms: 100 };

const exponential = (meanMs: number) => (random: Random) => -meanMs * Math.log(1 - random.next());

for (const limit of [1, 2, 3, 5, 7, 20, 100]) {
  Deno.test(`fair-share gives two chains of 10:1 as much of ${limit} slots`, () => {
    const { heldMs } = new Contention([LONG, SHORT], { limit }).runFor(MINUTE_MS);
    assertAlmostEquals(partsOf(heldMs)[0]!, 0.5, 0.02);
  });
}

for (const limit of [1, 2, 10]) {
  Deno.test(`fair-share gives a chain of weight 3 three quarters of ${limit} slots`, () => {
    const contenders = [{ ...LONG, ms: 300, weight: 3 }, { ...SHORT, ms: 200 }];
    const { heldMs } = new Contention(contenders, { limit }).runFor(MINUTE_MS);
    assertAlmostEquals(partsOf(heldMs)[0]!, 0.75, 0.02);
  });
}

/** As many chains of long calls as of short ones. */
const FORTY = Array.from({ length: 40 }, (_, i) => ({ ...i < 20 ? LONG : SHORT, name: `tenant${i}` }));
const drawn = (contenders: readonly Contender[]) =>
  contenders.map((contender) => ({ ...contender, drawMs: exponential(contender.ms) }));

for (const [words, contenders] of [["1 s or 100 ms", FORTY], ["about that", drawn(FORTY)]] as const) {
  Deno.test(`fair-share gives half of 20 slots to the long half of 40 chains, whose calls take ${words}`, () => {
    const { heldMs } = new Contention(contenders, { limit: 20 }).runFor(2 * MINUTE_MS);
    const parts = partsOf(heldMs);
    assertAlmostEquals(parts.slice(0, 20).reduce((sum, part) => sum + part), 0.5, 0.02);
    assert(jainOf(heldMs) > 0.99);
  });
}

for (const limit of [1, 4, 20, 200]) {
  Deno.test(`fair-share has ${limit} slots shared evenly within a minute, though nobody knew that calls take 10:1`, () => {
    const contenders = [{ ...LONG, ms: 10_000 }, { ...SHORT, ms: 1000 }];
    const { heldMs } = new Contention(contenders, { limit }).runFor(MINUTE_MS);
    assert(jainOf(heldMs) >= 0.98, `${heldMs}`);
  });
}

Deno.test("fair-share is right about declared times that are wrong, as attempts settle", () => {
  const wrong = [{ ...LONG, ms: 1000, drawMs: () => 100, declared: true }, {
    ...SHORT,
    drawMs: () => 1000,
    declared: true,
  }];
  const { heldMs } = new Contention(wrong, { limit: 7 }).runFor(MINUTE_MS);
  assertAlmostEquals(partsOf(heldMs)[0]!, 0.5, 0.02);
});

for (const factor of [20, 1 / 20]) {
  Deno.test(`fair-share gives a function that has never run its share at once, though all declared times are ${factor} × the real ones`, () => {
    const known = [300, 100, 200, 400].map((ms, i) => ({ name: `known${i}`, ms, declared: ms * factor }));
    const wants = (nowMs: number) => nowMs >= 5000;
    const contenders = [...known, { name: "new", ms: 500, declared: 500 * factor, wants }];
    const contention = new Contention(contenders, { limit: 20 });
    contention.runFor(5000);
    const { heldMs } = contention.runFor(1000);
    assertAlmostEquals(partsOf(heldMs).at(-1)!, 0.2, 0.03);
  });
}

Deno.test("fair-share gives a chain its slots before its first call ends, once others show that declared times are ten times too long", () => {
  const contenders = [2000, 100, 70, 50, 40].map((ms, i) => ({ name: `chain${i}`, ms, declared: 10 * ms }));
  const { starts } = new Contention(contenders, { limit: 20 }).runFor(1990);
  assertEquals(starts[0], 20 / 5);
});

Deno.test("fair-share --share calls gives chains of 10:1 as many calls", () => {
  const { starts } = new Contention([LONG, SHORT], { limit: 7, share: "calls" }).runFor(MINUTE_MS);
  assertAlmostEquals(partsOf(starts)[0]!, 0.5, 0.01);
});

Deno.test("Groups of which all have something waiting are never further apart than a call of each, for their weights", () => {
  const contender = fc.record({
    ms: fc.constantFrom(10, 70, 100, 1000),
    weight: fc.constantFrom(0.5, 1, 2, 3, 7),
  });
  const contenders = fc.array(contender, { minLength: 2, maxLength: 12 });
  fc.assert(
    fc.property(contenders, fc.integer({ min: 1, max: 30 }), (some, limit) => {
      const named = some.map((parts, i) => ({ ...parts, name: `c${i}`, declared: true }));
      const contention = new Contention(named, { limit });
      const received = named.map(() => 0);
      for (let second = 0; second < 20; second++) {
        const { starts } = contention.runFor(1000);
        starts.forEach((count, i) => received[i]! += count * named[i]!.ms / named[i]!.weight);
        const lags = received.map((own, i) => own - named[i]!.ms / named[i]!.weight);
        assert(Math.max(...lags) <= Math.min(...received) + 0.1, `after ${second} s: ${received}`);
      }
    }),
    { numRuns: 25 },
  );
});

for (const [words, ms] of [["short", 100], ["long", 5000]] as const) {
  Deno.test(`A group of ${words} calls that comes back from idleness has no credit, and its share at once`, () => {
    const comesBack = (nowMs: number) => nowMs < 10_000 || nowMs >= 2 * MINUTE_MS;
    const contenders = [{ ...LONG, name: "always" }, { name: "again", ms, wants: comesBack }];
    const contention = new Contention(contenders, { limit: 20 });
    contention.runFor(2 * MINUTE_MS);
    for (const [seconds, least] of [[5, 0.4], [10, 0.47], [60, 0.49]] as const) {
      const { heldMs } = contention.runFor(seconds * 1000);
      const [, part] = partsOf(heldMs);
      assert(least <= part! && part! <= 0.53, `in ${seconds} s: ${heldMs}`);
    }
  });
}

Deno.test("A group that a limit has held back has no credit when it does so no longer", () => {
  const contention = new Contention([LONG, { ...LONG, name: "held" }], {
    limit: 20,
    limits: { functions: { held: 1 } },
  });
  contention.runFor(MINUTE_MS);
  contention.scheduler.setLimits({ global: 20 });
  for (let i = 0; i < 6; i++) {
    const [, held] = partsOf(contention.runFor(10_000).heldMs);
    assertAlmostEquals(held!, 0.5, 0.05);
  }
});

Deno.test("Groups are level again when nothing has been waiting", () => {
  const wants = (nowMs: number) => nowMs < 30_000 || nowMs >= 100_000;
  const hangs = {
    name: "hangs",
    ms: 1000,
    drawMs: (_: Random, atMs: number) => atMs < 30_000 ? 60_000 : 1000,
  };
  const outcome = (_: Random, atMs: number) => atMs < 100_000 ? BROKEN : OK;
  const contention = new Contention([{ ...hangs, wants, outcome }, { ...LONG, wants }], { limit: 4 });
  contention.runFor(100_000);
  const { heldMs } = contention.runFor(10_000);
  assertAlmostEquals(partsOf(heldMs)[0]!, 0.5, 0.05);
});

for (
  const [words, hangMs, outcome] of [["hang until they fail", 30_000, BROKEN], [
    "take far longer",
    100_000,
    OK,
  ]] as const
) {
  Deno.test(`A chain whose calls ${words} leaves slots to one of short calls, from the first second on`, () => {
    const contenders = [{ name: "hangs", ms: hangMs, outcome: () => outcome }, { ...SHORT, ms: 1000 }];
    const contention = new Contention(contenders, { limit: 20 });
    for (let at = 0; at < 10; at++) {
      const { heldMs } = contention.runFor(30_000);
      assert(partsOf(heldMs)[1]! >= 0.15, `from ${at * 30} s on: ${heldMs}`);
    }
    assertAlmostEquals(partsOf(contention.runFor(10 * MINUTE_MS).heldMs)[0]!, 0.5, 0.05);
  });
}

Deno.test("A group whose calls hang is served again within what is remembered", () => {
  const hour = 60 * MINUTE_MS;
  let hung = 0;
  const outcome = (_: Random, atMs: number) => atMs === hour ? BROKEN : OK;
  const hangs = { name: "hangs", ms: 1000, outcome, drawMs: () => hung++ < 10 ? hour : 1000 };
  const contention = new Contention([hangs, { ...LONG, wants: (nowMs) => nowMs > hour - 1000 }], {
    limit: 10,
  });
  contention.runFor(hour);
  contention.runFor(6.1 * MINUTE_MS); // the longest call of them, by ten slots
  const { heldMs } = contention.runFor(10_000);
  assertAlmostEquals(partsOf(heldMs)[0]!, 0.5, 0.06);
});

Deno.test("Throttled attempts are charged nothing, failed ones what they held", () => {
  const half = (outcome: Outcome) => (random: Random): Outcome => random.next() < 0.5 ? outcome : OK;
  const refused = { ...LONG, name: "refused", ms: 100, outcome: half(THROTTLED) };
  const fails = { ...LONG, ms: 100, outcome: half({ kind: "failed", reason: "no", retryable: false }) };
  let groups: Stats["groups"] = new Map();
  const policy: Policy = { ...policyOf("fair-share"), rank: (_, stats) => (groups = stats.groups, 0) };
  const contention = new Contention([refused, fails], { limit: 10, policy });
  const { heldMs } = contention.runFor(MINUTE_MS);
  const [mean] = [groups.get("refused")!.receivedMs, groups.get("long")!.receivedMs];
  assertAlmostEquals(mean / groups.get("long")!.receivedMs, 1, 0.05);
  assertAlmostEquals(heldMs[0]! / heldMs[1]!, 2, 0.2, "half of what the one holds is not counted");
});

Deno.test("Other limits keep the memory of shares, another policy makes all level", () => {
  for (const change of ["limits", "policy"]) {
    let hung = 0;
    const outcome = (_: Random, atMs: number) => atMs === 30_000 ? BROKEN : OK;
    const hangs = { name: "hangs", ms: 1000, outcome, drawMs: () => hung++ < 10 ? 30_000 : 1000 };
    const later = { ...LONG, wants: (nowMs: number) => nowMs >= 29_000 };
    const contention = new Contention([hangs, later], { limit: 10 });
    contention.runFor(30_500); // all slots have been one's until now
    if (change === "limits") contention.scheduler.setLimits({ global: 10, functions: { other: 1 } });
    else contention.scheduler.setPolicy(policyOf("fair-share"));
    const { starts: [again] } = contention.runFor(4000);
    if (change === "limits") assertEquals(again, 0, "the other one's turn");
    else assert(again! > 0);
  }
});
