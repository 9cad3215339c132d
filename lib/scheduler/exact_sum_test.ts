import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { ExactSum } from "./exact_sum.ts";

/** Exact, and rounded once, for numbers from 2^-140 to 2^800. */
function sumOf(numbers: readonly number[]): number {
  const scaled = numbers.reduce((sum, number) => sum + BigInt(number * 2 ** 200), 0n);
  return Number(scaled) / 2 ** 200;
}

const number = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.tuple(fc.double({ min: -2, max: 2, noNaN: true }), fc.integer({ min: -30, max: 80 }))
    .map(([mantissa, exponent]) => Math.round(mantissa * 2 ** 60) * 2 ** (exponent - 60)),
  fc.tuple(fc.constantFrom(1, -1), fc.integer({ min: -90, max: 90 }))
    .map(([sign, exponent]) => sign * 2 ** exponent),
);

Deno.test("ExactSum.value is the number next to the sum of what was added", () => {
  fc.assert(
    fc.property(fc.array(number, { size: "max", maxLength: 40 }), (numbers) => {
      const sum = new ExactSum();
      numbers.forEach((number, i) => {
        sum.add(number);
        assertEquals(sum.value + 0, sumOf(numbers.slice(0, i + 1)));
      });
    }),
    { numRuns: 500 },
  );
});

Deno.test("ExactSum.add() takes large numbers away from small ones without a trace", () => {
  const sum = new ExactSum();
  for (const number of [1e-6, 1e300, 3, -1e300, -3]) sum.add(number);
  assertEquals(sum.value, 1e-6);
  sum.add(-1e-6);
  assertEquals(sum.value, 0);
});
