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

Deno.test("fairParts() gives what is left over to the first of those that want more, one each", () => {
  const all = Infinity;
  assertEquals(fairParts(1, [0, all, all]), [0, 1, 0]);
  assertEquals(fairParts(8, [all, 1, all, all]), [3, 1, 2, 2]);
});

Deno.test("fairParts() gives each first what is reserved for it, and the rest to those who have less", () => {
  const all = Infinity;
  assertEquals(fairParts(16, [all, all], [12, 0]), [12, 4]);
  assertEquals(fairParts(16, [all, all], [5, 3]), [8, 8]);
  assertEquals(fairParts(16, [all, all, all], [9, 0, 1]), [9, 4, 3]);
  assertEquals(fairParts(16, [2, all], [12, 0]), [2, 14], "no more than it wants");
  assertEquals(fairParts(10, [all, all], [12, 5]), [5, 5], "more than there is");
});

Deno.test("fairParts() adds up to the whole, and nobody has more than another who wants more, but for one", () => {
  const want = fc.oneof(fc.nat(30), fc.constant(Infinity));
  const whole = fc.nat(100), wants = fc.array(want, { minLength: 1, maxLength: 8 });
  const reserved = fc.array(fc.nat(20), { maxLength: 8 });
  fc.assert(fc.property(whole, wants, reserved, (whole, wants, reserved) => {
    const least = wants.map((want, i) => Math.min(want, reserved[i] ?? 0)),
      parts = fairParts(whole, wants, reserved),
      sum = (all: readonly number[]) => all.reduce((a, b) => a + b, 0);
    assertEquals(sum(parts), Math.min(whole, sum(wants)));
    parts.forEach((part, i) => {
      assert(Number.isInteger(part) && part >= 0 && part <= wants[i]!);
      if (sum(least) > whole) return assert(part <= least[i]!);
      assert(part >= least[i]!);
      if (part < wants[i]!) assert(parts.every((other, j) => other <= Math.max(least[j]!, part + 1)));
    });
  }));
});
