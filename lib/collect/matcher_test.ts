import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { TimedLine } from "../record/mod.ts";
import { type FunctionRun, Matcher } from "./matcher.ts";

const NOW = Date.UTC(2026, 0, 1);

function line(status: TimedLine["status"], id: string, atMs: number, who = "f"): TimedLine {
  return { who, status, id, atMs: NOW + atMs };
}

/** The runs that lines make, heard a millisecond apart, as [id, start, end, certain]. */
function runsOf(lines: readonly TimedLine[], matcher = new Matcher()): [string, number, number, boolean][] {
  return lines.map((line, i) => matcher.take(line, NOW + i))
    .filter((run): run is FunctionRun => run !== undefined)
    .map(({ id, startedAtMs, endedAtMs, isCertain }) => [
      id,
      startedAtMs - NOW,
      endedAtMs - NOW,
      isCertain,
    ]);
}

Deno.test("Matcher finds the same runs in whatever order their lines come", () => {
  const runs = fc.uniqueArray(
    fc.record({
      id: fc.string({ maxLength: 5 }),
      from: fc.integer({ min: 0, max: 1000 }),
      for: fc.integer({ min: 0, max: 50 }),
    }),
    { selector: ({ id }) => id, maxLength: 30 },
  );
  fc.assert(fc.property(
    runs.chain((runs) => {
      const lines = runs.flatMap(({ id, from, for: ms }) => [
        line("start", id, from),
        line("end", id, from + ms),
      ]);
      return fc.tuple(
        fc.constant(runs),
        fc.shuffledSubarray(lines, { minLength: lines.length, maxLength: lines.length }),
      );
    }),
    ([runs, lines]) => {
      const expected = runs.map(({ id, from, for: ms }) => [id, from, from + ms, true]);
      assertEquals(runsOf(lines).sort(), expected.sort());
    },
  ));
});

Deno.test("Matcher tells runs of one id apart that come one after the other, and by what they call themselves", () => {
  assertEquals(
    runsOf([line("start", "a", 0), line("end", "a", 5), line("start", "a", 9), line("end", "a", 10)]),
    [["a", 0, 5, true], ["a", 9, 10, true]],
  );
  const nested = [
    line("start", "a", 0),
    line("start", "a", 1, "g"),
    line("end", "a", 2, "g"),
    line("end", "a", 3),
  ];
  assertEquals(runsOf(nested), [["a", 1, 2, true], ["a", 0, 3, true]]);
});

Deno.test("Matcher says of runs of one id that overlap that they may have been taken for each other", () => {
  const lines = [line("start", "a", 0), line("start", "a", 1), line("end", "a", 5), line("end", "a", 6)];
  assertEquals(runsOf(lines), [["a", 0, 5, false], ["a", 1, 6, false]]);
  assertEquals(runsOf([line("end", "a", 0), line("start", "a", 1), line("end", "a", 2)]), [[
    "a",
    1,
    2,
    false,
  ]]);
});

Deno.test("Matcher forgets what finds no counterpart: the oldest first, or after a while", () => {
  const few = new Matcher({ ids: 3 });
  for (let i = 0; i < 10; i++) few.take(line("start", `id${i}`, i), NOW);
  assert(few.open <= 4);
  assertEquals(runsOf([line("end", "id9", 20), line("end", "id0", 20)], few), [["id9", 9, 20, true]]);
  const short = new Matcher({ characters: 5000 });
  for (let i = 0; i < 100; i++) short.take(line("start", `${i}${"x".repeat(1000)}`, i), NOW);
  assert(short.open <= 6);
  const brief = new Matcher({ forMs: 1000 });
  brief.take(line("start", "a", 0), NOW);
  brief.take(line("start", "b", 0), NOW + 1001);
  assertEquals([brief.open, brief.forgotten], [1, 1]);
});

Deno.test("Matcher holds few lines of one id, and takes none without a time", () => {
  const matcher = new Matcher();
  for (let i = 0; i < 1000; i++) matcher.take(line("start", "a", i), NOW);
  assert(matcher.forgotten > 900);
  assertEquals(matcher.take({ who: "f", status: "end", id: "a", atMs: undefined }, NOW), undefined);
});
