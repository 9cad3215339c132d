import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { Windows } from "./windows.ts";

const SECOND = 1_000_000;

/** Attempts, waits and refusals of two chains in up to an hour, so that windows are of 1 to 16 seconds. */
const things = fc.array(
  fc.record({
    kind: fc.constantFrom("work", "wait", "refuse", "call"),
    chain: fc.nat(1),
    fromUs: fc.nat(3600 * SECOND),
    lengthUs: fc.oneof(fc.nat(5 * SECOND), fc.nat(1000 * SECOND)),
  }),
  { maxLength: 40 },
);

function all(windows: Windows, toUs: number) {
  return Array.from({ length: windows.count(toUs) }, (_, w) => [
    windows.lengthUs(w, toUs),
    ...[0, 1].flatMap((chain) => [windows.workOf(w, chain), windows.isWanting(w, chain, toUs)]),
  ]);
}

Deno.test("Windows are the same whenever pairs of them are merged", () => {
  fc.assert(fc.property(things, (list) => {
    const ends = list.map(({ fromUs, lengthUs }) => fromUs + lengthUs), toUs = Math.max(SECOND, ...ends) + 1;
    const told = (atOnce: boolean) => {
      const windows = new Windows(0);
      if (atOnce) windows.count(toUs);
      for (const { kind, chain, fromUs, lengthUs } of list) {
        if (kind === "refuse" || kind === "call") windows[kind](chain, fromUs);
        else windows[kind](chain, fromUs, fromUs + lengthUs);
      }
      return all(windows, toUs);
    };
    assertEquals(told(false), told(true));
  }));
});

Deno.test("Windows keep the work, and hold the parts of it that fall into each", () => {
  const windows = new Windows(0);
  windows.work(0, 0.5 * SECOND, 2.25 * SECOND);
  assertEquals([0, 1, 2, 3].map((w) => windows.workOf(w, 0)), [0.5, 1, 0.25, 0].map((s) => s * SECOND));
  assertEquals(windows.count(1000 * SECOND), 250);
  assertEquals([0, 1].map((w) => windows.workOf(w, 0)), [1.75 * SECOND, 0]);
});

Deno.test("Windows say who waits for at least half of the time, or was refused", () => {
  const windows = new Windows(0);
  windows.wait(0, 0.3 * SECOND, 2.4 * SECOND); // 0.7 of the first, all of the second, 0.4 of the third
  windows.refuse(0, 3.9 * SECOND);
  const wanting = (toUs: number) => [0, 1, 2, 3, 4].map((w) => windows.isWanting(w, 0, toUs));
  assertEquals(wanting(5 * SECOND), [true, true, false, true, false]);
  assertEquals(windows.isWanting(2, 0, 2.5 * SECOND), true, "the last window ends with the run");
  windows.wait(0, 2.4 * SECOND, 2.5 * SECOND - 1);
  assertEquals(wanting(5 * SECOND), [true, true, false, true, false]);
  windows.wait(0, 2.5 * SECOND - 1, 2.5 * SECOND);
  assertEquals(wanting(5 * SECOND), [true, true, true, true, false]);
});

Deno.test("Windows take no more memory for a longer run", () => {
  const windows = new Windows(0);
  windows.work(1, 0, SECOND);
  const { bytes } = windows;
  windows.work(1, 0, 1e6 * SECOND);
  assertEquals(windows.bytes, bytes);
  assertEquals(windows.count(1e6 * SECOND) <= 400, true);
});
