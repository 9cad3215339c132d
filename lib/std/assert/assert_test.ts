import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
  fail,
  unimplemented,
  unreachable,
} from "@std/assert";
import { strictEqual } from "node:assert/strict";
import { message } from "./testing.ts";

Deno.test("assertions hold", () => {
  for (const value of [1, "0", [], {}]) assert(value);
  for (const value of [0, "", null, undefined, NaN, 0n]) assertFalse(value);
  assertAlmostEquals(0.1 + 0.2, 0.3);
  assertAlmostEquals(10, 11, 1);
  assertAlmostEquals(Infinity, Infinity);
  assertExists(0);
  assertGreater(2, 1);
  assertGreaterOrEqual(2, 2);
  assertLess("a", "b");
  assertLessOrEqual(2, 2);
  assertMatch("abc", /b/);
  assertNotMatch("abc", /d/);
  assertStringIncludes("abc", "bc");
  assertArrayIncludes([{ a: 1 }, 2, NaN], [NaN, { a: 1 }]);
  assertArrayIncludes(new Uint8Array([1, 2]), new Uint8Array([2]));
  assertInstanceOf(new TypeError(), Error);
});

const [Twin, OtherTwin] = [0, 1].map(() => class Twin {}) as [new () => object, new () => object];

const BROKEN: readonly [run: () => unknown, message: string][] = [
  [() => assert(0), ""],
  [() => assert(0, "told"), "told"],
  [() => assertFalse(1), ""],
  [() => assertFalse(1, "told"), "told"],
  [
    () => assertAlmostEquals(1, 2),
    'Expected actual: "1" to be close to "2": delta "1" is greater than "2e-7".',
  ],
  [
    () => assertAlmostEquals(1.5, 1.25, 0.125, "told"),
    'Expected actual: "1.5e+0" to be close to "1.25e+0": delta "2.5e-1" is greater than "1.25e-1": told',
  ],
  [() => assertExists(null), 'Expected actual: "null" to not be null or undefined.'],
  [() => assertExists(undefined, "told"), 'Expected actual: "undefined" to not be null or undefined: told'],
  [() => assertGreater(1, 1), "Expect 1 > 1"],
  [() => assertGreaterOrEqual(1, 2), "Expect 1 >= 2"],
  [() => assertLess("b", "a"), 'Expect "b" < "a"'],
  [() => assertLessOrEqual(2, 1), "Expect 2 <= 1"],
  [() => assertLessOrEqual(2, 1, "told"), "told"],
  [() => assertGreater(NaN, 1), "Expect NaN > 1"],
  [() => assertMatch("abc", /d/i), 'Expected actual: "abc" to match: "/d/i".'],
  [() => assertNotMatch("abc", /b/), 'Expected actual: "abc" to not match: "/b/".'],
  [() => assertStringIncludes("abc", "d", "told"), 'Expected actual: "abc" to contain: "d": told'],
  [
    () => assertArrayIncludes([1], [1, 2]),
    'Expected actual: "[\n  1,\n]" to include: "[\n  1,\n  2,\n]".\nmissing: [\n  2,\n]',
  ],
  [() => assertInstanceOf({}, Map), 'Expected object to be an instance of "Map" but was "Object".'],
  [() => assertInstanceOf(null, Map), 'Expected object to be an instance of "Map" but was "null".'],
  [
    () => assertInstanceOf("x", Map, "told"),
    'Expected object to be an instance of "Map" but was "string": told',
  ],
  [
    () => assertInstanceOf(Map, Map),
    'Expected object to be an instance of "Map" but was not an instanced object.',
  ],
  [() => assertInstanceOf(new Twin(), OtherTwin), 'Expected object to be an instance of "Twin".'],
  [() => fail(), "Failed assertion."],
  [() => fail("told"), "Failed assertion: told"],
  [() => unreachable("told"), "Unreachable: told"],
  [() => unimplemented(), "Unimplemented."],
];

for (const [run, expected] of BROKEN) {
  Deno.test(`assertions say: ${expected}`, () => strictEqual(message(run), expected));
}

Deno.test("assertions narrow types", () => {
  const value: unknown = [1];
  assertInstanceOf(value, Array);
  strictEqual(value.length, 1);
  const text = "abc".match(/b/);
  assertExists(text);
  strictEqual(text.index, 1);
});
