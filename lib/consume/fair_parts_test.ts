import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { fairParts } from "./fair_parts.ts";

Deno.test("fairParts() gives each what it wants, or as much as the others who want more", () => {
  const all = Infinity;
  assertEquals(fairParts(10, [all]), [10]);
  assertEquals(fairParts(10, [2, all, all]), [2, 4, 4]);
  assertEquals(fairParts(10, [1, 9, all]), [1, 5, 4]);
  assertEquals(fairParts(10, [1, 2, 3]), [1, 2, 3]);
  assertEquals(fairParts(0, [all, 1]), [0, 0]);
});

Deno.test("fairParts() gives what is left over to one after the other, from the one that is first", () => {
  const all = Infinity, turns = [0, 1, 2, 3].map((first) => fairParts(1, [all, 0, all, all], first));
  assertEquals(turns, [[1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [1, 0, 0, 0]]);
});

Deno.test("fairParts() adds up to the whole, and nobody has more than another who wants more, but for one", () => {
  const want = fc.oneof(fc.nat(30), fc.constant(Infinity));
  const whole = fc.nat(100), wants = fc.array(want, { minLength: 1, maxLength: 8 });
  fc.assert(fc.property(whole, wants, fc.nat(9), (whole, wants, first) => {
    const parts = fairParts(whole, wants, first),
      sum = (all: readonly number[]) => all.reduce((a, b) => a + b, 0);
    assertEquals(sum(parts), Math.min(whole, sum(wants)));
    parts.forEach((part, i) => {
      assert(Number.isInteger(part) && part >= 0 && part <= wants[i]!);
      if (part < wants[i]!) assert(parts.every((other) => other <= part + 1));
    });
  }));
});
