import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { seededRandom } from "../../model/mod.ts";
import { TraceError } from "./error.ts";
import { MAX_CALLS_OF_MINUTE, MinuteCounts } from "./minute_counts.ts";
import { distributionOfTimes, MeanTimes, MixedTimes } from "./run_times.ts";
import { spread } from "./spread.ts";

const cells = fc.array(
  fc.tuple(
    fc.nat(200),
    fc.nat(70_000),
    fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 1e6 })),
  ),
  { maxLength: 60 },
);

Deno.test("MinuteCounts has what was added to it", () => {
  fc.assert(fc.property(cells, (added) => {
    const counts = new MinuteCounts("t.csv");
    const expected = new Map<number, (readonly [number, number])[]>();
    for (const [minute, fn, count] of added) {
      counts.add(minute, fn, count);
      expected.set(minute, [...expected.get(minute) ?? [], [fn, count]]);
    }
    for (let minute = 0; minute < counts.length + 1; minute++) {
      const each = expected.get(minute) ?? [];
      assertEquals([...counts.at(minute)], each);
      assertEquals(counts.callsAt(minute), each.reduce((sum, [, count]) => sum + count, 0));
    }
    assertEquals(counts.calls, added.reduce((sum, [, , count]) => sum + count, 0));
  }));
});

Deno.test("MinuteCounts refuses more than fits in memory", () => {
  const counts = new MinuteCounts("t.csv");
  counts.add(0, 1, MAX_CALLS_OF_MINUTE);
  assertThrows(
    () => counts.add(0, 2, 1),
    TraceError,
    "Cannot replay t.csv: its minute 1 has more than 10000000 calls",
  );
  assertThrows(() => counts.add(527_040, 1, 1), TraceError, "it is longer than 527040 minutes");
});

Deno.test("spread() keeps the calls of each minute and function, in the order of time", () => {
  const small = fc.array(fc.tuple(fc.nat(5), fc.nat(4), fc.integer({ min: 1, max: 50 })), { maxLength: 20 });
  fc.assert(
    fc.property(small, fc.constantFrom("poisson", "equidistant"), fc.string(), (added, gaps, seed) => {
      const counts = new MinuteCounts("t.csv"), expected = new Map<string, number>();
      for (const [minute, fn, count] of added) {
        counts.add(minute, fn, count);
        expected.set(`${minute} ${fn}`, (expected.get(`${minute} ${fn}`) ?? 0) + count);
      }
      let before = 0;
      for (const { atMs, fn } of spread(counts, { gaps, functions: 5, random: seededRandom(seed) })) {
        assert(atMs >= before);
        before = atMs;
        const key = `${Math.floor(atMs / 60_000)} ${fn}`, left = expected.get(key)! - 1;
        if (left === 0) expected.delete(key);
        else expected.set(key, left);
      }
      assertEquals([...expected], []);
    }),
  );
});

Deno.test("spread() spaces calls evenly, each function with a phase of its own", () => {
  const counts = new MinuteCounts("t.csv");
  for (const minute of [0, 1]) for (const fn of [0, 1]) counts.add(minute, fn, 6);
  const calls = [...spread(counts, { gaps: "equidistant", functions: 2, random: seededRandom(3) })];
  const phases = [0, 1].map((of) => {
    const times = calls.filter(({ fn }) => fn === of).map(({ atMs }) => atMs);
    for (const [i, atMs] of times.entries()) assertEquals(Math.round(atMs - times[0]!), 10_000 * i);
    return times[0]!;
  });
  assert(phases[0] !== phases[1] && phases.every((phase) => phase < 10_000));
});

Deno.test("spread() places calls uniformly in their minute as a Poisson process would", () => {
  const counts = new MinuteCounts("t.csv"), size = 20_000;
  counts.add(0, 0, size);
  const times = [...spread(counts, { gaps: "poisson", functions: 1, random: seededRandom("uniform") })];
  // Kolmogorov–Smirnov: above 1.95 ÷ √n once in a thousand seeds, and this seed is one of the others.
  const distance = Math.max(...times.map(({ atMs }, i) => Math.abs(atMs / 60_000 - (i + 0.5) / size)));
  assert(distance < 1.95 / Math.sqrt(size), `${distance}`);
});

Deno.test("distributionOfTimes() has the least time that a part of the calls does not exceed", () => {
  const hundred = distributionOfTimes(Float64Array.from({ length: 100 }, (_, i) => i + 1));
  const parts = [
    [0, 1],
    [0.01, 1],
    [0.05, 5],
    [0.1, 10],
    [0.25, 25],
    [0.5, 50],
    [0.75, 75],
    [0.9, 90],
    [0.95, 95],
    [0.99, 99],
    [1, 100],
  ];
  assertEquals(hundred, { kind: "quantiles", quantiles: parts as [number, number][] });
  const means = new MeanTimes();
  assertEquals(means.distribution(), undefined);
  for (let i = 100; i > 0; i--) means.add(i, 3);
  assertEquals(means.distribution(), hundred);
  assertEquals(distributionOfTimes(Float64Array.of(4, 4)), { kind: "constant", ms: 4 });
});

Deno.test("spread() spaces the calls of a function evenly that the file has in several lines", () => {
  const counts = new MinuteCounts("t.csv");
  for (const count of [2, 1, 3]) counts.add(0, 0, count);
  const calls = [...spread(counts, { gaps: "equidistant", functions: 1, random: seededRandom("1") })];
  const gaps = calls.slice(1).map(({ atMs }, i) => Math.round(atMs - calls[i]!.atMs));
  assertEquals(gaps, [10_000, 10_000, 10_000, 10_000, 10_000]);
});

Deno.test("MixedTimes leaves what is alike as it is, however many days there are", () => {
  const time = distributionOfTimes(Float64Array.from({ length: 1000 }, (_, i) => i + 1));
  const mixed = new MixedTimes();
  let last = time;
  for (let day = 0; day < 14; day++) last = mixed.add(3, time, 10 + day);
  assertEquals(last.kind, "quantiles");
  if (last.kind !== "quantiles" || time.kind !== "quantiles") return;
  for (const [i, [part, ms]] of last.quantiles.entries()) {
    assertEquals([part, Math.round(ms * 1e6)], [
      time.quantiles[i]![0],
      Math.round(time.quantiles[i]![1] * 1e6),
    ]);
  }
});
