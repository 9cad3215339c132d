import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertIsError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertNotMatch,
  assertNotStrictEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  equal,
  fail,
} from "@std/assert";
import { deepStrictEqual } from "node:assert/strict";

/** The message of the AssertionError that something throws; tested by node's assertions, not by ours. */
function message(run: () => void): string {
  try {
    run();
  } catch (error) {
    deepStrictEqual((error as Error).constructor, AssertionError);
    return (error as Error).message;
  }
  throw new Error("it holds");
}

const EQUAL: readonly [unknown, unknown][] = [
  [NaN, NaN],
  [0, -0],
  [{ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }],
  [Object.create(null), {}],
  [new Map([[{ k: 1 }, 1]]), new Map([[{ k: 1 }, 1]])],
  [new Set([{ a: 1 }, { a: 2 }]), new Set([{ a: 2 }, { a: 1 }])],
  [new Date(5), new Date(5)],
  [/a/g, /a/g],
  [new Uint8Array([1, 2]), new Uint8Array([1, 2])],
  [new Error("x"), new Error("x")],
  [new URL("http://a/"), new URL("http://a/")],
];

const UNEQUAL: readonly [unknown, unknown][] = [
  [1, "1"],
  [null, undefined],
  [{ a: undefined }, {}],
  [[1, 2], [2, 1]],
  [[1], { 0: 1 }],
  [new Map([[1, 2]]), new Map([[1, 3]])],
  [new Set([1]), new Set([2])],
  [new Date(5), new Date(6)],
  [/a/g, /a/i],
  [new Uint8Array([1]), new Uint16Array([1])],
  [new Error("x"), new TypeError("x")],
  [new (class A {})(), new (class B {})()],
  [{ [Symbol.for("s")]: 1 }, { [Symbol.for("s")]: 2 }],
];

Deno.test("equal() compares by content", () => {
  for (const [a, b] of EQUAL) {
    deepStrictEqual(
      equal(a, b),
      true,
      `${Deno.inspect(a)} and ${Deno.inspect(b)}`,
    );
  }
  for (const [a, b] of UNEQUAL) {
    deepStrictEqual(
      equal(a, b),
      false,
      `${Deno.inspect(a)} and ${Deno.inspect(b)}`,
    );
  }
});

Deno.test("equal() takes cycles, and refuses weak collections", () => {
  const cycle = (): unknown => {
    const a: Record<string, unknown> = { n: 1 };
    a.self = a;
    return a;
  };
  deepStrictEqual(equal(cycle(), cycle()), true);
  assertThrows(
    () => equal(new WeakMap(), new WeakMap()),
    TypeError,
    "Cannot compare WeakMap instances",
  );
});

Deno.test("assertEquals() says line by line what differs", () => {
  const text = message(() => assertEquals({ a: 1, b: [1, 2] }, { a: 1, b: [1, 3] }, "told"));
  deepStrictEqual(
    text,
    `Values are not equal: told

    [Diff] Actual / Expected


    {
      a: 1,
      b: [
        1,
-       2
+       3
      ]
    }
`,
  );
  deepStrictEqual(
    message(() => assertEquals("a\nb\nc", "a\nx\nc")).includes(
      "-   b\n+   x\n    c",
    ),
    true,
  );
});

Deno.test("assertions hold, and say what does not", () => {
  assert(1);
  assertFalse(0);
  assertEquals([1], [1]);
  assertNotEquals([1], [2]);
  assertStrictEquals(NaN, NaN);
  assertNotStrictEquals({}, {});
  assertAlmostEquals(0.1 + 0.2, 0.3);
  assertAlmostEquals(10, 11, 1);
  assertExists(0);
  assertGreater(2, 1);
  assertGreaterOrEqual(2, 2);
  assertLess(1, 2);
  assertLessOrEqual(2, 2);
  assertMatch("abc", /b/);
  assertNotMatch("abc", /d/);
  assertStringIncludes("abc", "bc");
  assertArrayIncludes([{ a: 1 }, 2], [{ a: 1 }]);
  assertObjectMatch({ a: 1, b: { c: 2, d: 3 } }, { b: { c: 2 } });
  assertInstanceOf(new TypeError(), Error);
  assertIsError(new TypeError("told you"), TypeError, /told/);
  const broken: [() => void, string][] = [
    [() => assert(0, "told"), "told"],
    [() => assertFalse(1, "told"), "told"],
    [() => assertNotEquals(1, 1), "Expected actual: 1 not to be: 1."],
    [
      () => assertNotStrictEquals(1, 1),
      'Expected "actual" to not be strictly equal to: 1.\n',
    ],
    [
      () => assertAlmostEquals(1, 2),
      'Expected actual: "1" to be close to "2": delta "1.00e+0" is greater than "2.00e-7".',
    ],
    [
      () => assertExists(null),
      'Expected actual: "null" to not be null or undefined.',
    ],
    [() => assertGreater(1, 2), "Expect 1 > 2"],
    [() => assertGreaterOrEqual(1, 2), "Expect 1 >= 2"],
    [() => assertLess(2, 1), "Expect 2 < 1"],
    [() => assertLessOrEqual(2, 1), "Expect 2 <= 1"],
    [() => assertMatch("abc", /d/), 'Expected actual: "abc" to match: "/d/".'],
    [
      () => assertNotMatch("abc", /b/),
      'Expected actual: "abc" to not match: "/b/".',
    ],
    [
      () => assertStringIncludes("abc", "d", "told"),
      'Expected actual: "abc" to contain: "d": told',
    ],
    [
      () => assertInstanceOf({}, Map),
      'Expected object to be an instance of "Map" but was "Object".',
    ],
    [() => assertIsError("x"), 'Expected "error" to be an Error object.'],
    [
      () => assertIsError(new Error("x"), TypeError),
      'Expected error to be instance of "TypeError", but was "Error".',
    ],
    [
      () => assertIsError(new Error("x"), Error, "y"),
      'Expected error message to include "y", but got "x".',
    ],
    [() => fail("told"), "Failed assertion: told"],
  ];
  for (const [run, expected] of broken) deepStrictEqual(message(run), expected);
  for (
    const run of [
      () => assertStrictEquals({}, {}),
      () => assertArrayIncludes([1], [2]),
      () => assertObjectMatch({ a: 1 }, { a: 2 }),
    ]
  ) {
    message(run);
  }
});

Deno.test("assertThrows() gives the error, and tells other ones", () => {
  const error = assertThrows(
    () => {
      throw new RangeError("too far");
    },
    RangeError,
    "far",
  );
  deepStrictEqual(error.message, "too far");
  deepStrictEqual(
    message(() => assertThrows(() => {})),
    "Expected function to throw.",
  );
  const other = () => {
    throw new TypeError("x");
  };
  deepStrictEqual(
    message(() => assertThrows(other, RangeError)),
    'Expected error to be instance of "RangeError", but was "TypeError".',
  );
});

Deno.test("assertRejects() gives the error, and tells a function that throws or resolves", async () => {
  const error = await assertRejects(
    () => Promise.reject(new RangeError("too far")),
    RangeError,
    "far",
  );
  deepStrictEqual(error.message, "too far");
  const resolves = await assertRejects(
    () => assertRejects(() => Promise.resolve()),
    AssertionError,
  );
  deepStrictEqual(resolves.message, "Expected function to reject.");
  const throws = await assertRejects(() =>
    assertRejects(() => {
      throw new Error("at once");
    }), AssertionError);
  deepStrictEqual(throws.message, "Function throws when expected to reject.");
});
