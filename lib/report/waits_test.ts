import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { unionOf, Waits } from "./waits.ts";

Deno.test("unionOf() and Waits have the segments that some interval covers", () => {
  const intervals = fc.array(
    fc.tuple(fc.nat(60), fc.nat(15)).map(([from, size]) => [from, from + size] as const),
  );
  fc.assert(fc.property(intervals, (list) => {
    const waits = new Waits();
    for (const [from, to] of list) waits.add(from, to);
    const isCovered = (at: number) => list.some(([from, to]) => from <= at && at < to);
    const covered = Array.from({ length: 80 }, (_, at) => isCovered(at));
    const of = (segments: Iterable<readonly [number, number]>) => {
      const all = [...segments];
      return covered.map((_, at) => all.some(([from, to]) => from <= at && at < to));
    };
    const real = list.filter(([from, to]) => to > from);
    const union = unionOf(Float64Array.from(real, ([from]) => from), Float64Array.from(real, ([, to]) => to));
    const segments = [...waits.segments()];
    assertEquals(of(segments), covered);
    assertEquals([...union], segments);
    segments.forEach(([from], i) => assertEquals(from > (segments[i - 1]?.[1] ?? -1), true));
  }));
});

Deno.test("Waits gives its oldest segments away", () => {
  const waits = new Waits();
  for (const [from, to] of [[10, 20], [0, 5], [30, 40], [18, 25]] as const) waits.add(from, to);
  assertEquals(waits.take(2), [[0, 5], [10, 25]]);
  assertEquals([...waits.segments()], [[30, 40]]);
});
