import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { studentQuantile, studentTails } from "./student_t.ts";

Deno.test("studentTails() has the probabilities of tables", () => {
  // Abramowitz and Stegun, Handbook of Mathematical Functions, table 26.10, and closed forms of 1 and 2 degrees of freedom.
  for (
    const [t, degrees, tails] of [[63.657, 1, 0.01], [9.925, 2, 0.01], [2.571, 5, 0.05], [2.228, 10, 0.05], [
      1.98,
      120,
      0.05,
    ]] as const
  ) assertAlmostEquals(studentTails(t, degrees), tails, 5e-5);
  for (const t of [0, 0.01, 1, 3, 100]) {
    assertAlmostEquals(studentTails(t, 1), 1 - 2 * Math.atan(t) / Math.PI, 1e-12);
    assertAlmostEquals(studentTails(t, 2), 1 - t / Math.sqrt(2 + t * t), 1e-12);
  }
  assertAlmostEquals(studentTails(1.959963984540054, 1e9), 0.05, 1e-6);
  assertEquals([studentTails(0, 7), studentTails(Infinity, 7)], [1, 0]);
});

Deno.test("studentQuantile() is the inverse of studentTails()", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-6, max: 0.99, noNaN: true }),
      fc.double({ min: 1.5, max: 1000, noNaN: true }),
      (tails, degrees) => {
        assertAlmostEquals(studentTails(studentQuantile(tails, degrees), degrees), tails, 1e-9);
        assert(studentTails(2, degrees) > studentTails(2, degrees + 1));
      },
    ),
  );
});
