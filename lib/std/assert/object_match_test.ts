import { assertObjectMatch } from "@std/assert/object-match";
import { strictEqual } from "node:assert/strict";
import { message } from "./testing.ts";

type Keyed = Record<PropertyKey, unknown>;

const symbol = Symbol("s");

const HOLDS: readonly [what: string, actual: Keyed, expected: Keyed][] = [
  ["more properties", { a: 1, b: { c: 2, d: 3 } }, { b: { c: 2 } }],
  ["symbols", { [symbol]: 1, a: 1 }, { [symbol]: 1 }],
  ["objects in lists", { a: [{ b: 1, c: 2 }] }, { a: [{ b: 1 }] }],
  ["more items at the end of a list", { a: [1, 2, 3] }, { a: [1, 2] }],
  ["more entries of a map", { a: new Map([["k", { b: 1, c: 1 }], ["l", { b: 2, c: 2 }]]) }, {
    a: new Map([["k", { b: 1 }]]),
  }],
  ["more items of a set", { a: new Set([1, 2]) }, { a: new Set([2]) }],
  ["instances", {
    a: new (class A {
      readonly b = 1;
    })(),
  }, { a: { b: 1 } }],
  ["dates and patterns", { a: new Date(5), b: /x/g }, { a: new Date(5), b: /x/g }],
];

const FAILS: readonly [what: string, actual: Keyed, expected: Keyed][] = [
  ["another value", { a: 1 }, { a: 2 }],
  ["a missing property", { a: 1 }, { a: 1, b: undefined }],
  ["a missing item", { a: [1] }, { a: [1, 2] }],
  ["another item", { a: [1, 2] }, { a: [2] }],
  ["a missing entry", { a: new Map([["k", 1]]) }, { a: new Map([["l", 1]]) }],
  ["a missing item of a set", { a: new Set([1]) }, { a: new Set([1, 2]) }],
  ["another date", { a: new Date(5) }, { a: new Date(6) }],
  ["another pattern", { a: /x/g }, { a: /x/ }],
  ["no object", { a: 1 }, { a: { b: 1 } }],
];

for (const [what, actual, expected] of HOLDS) {
  Deno.test(`assertObjectMatch() holds for ${what}`, () => assertObjectMatch(actual, expected));
}

for (const [what, actual, expected] of FAILS) {
  Deno.test(`assertObjectMatch() does not hold for ${what}`, () => {
    strictEqual(message(() => assertObjectMatch(actual, expected)).split("\n")[0], "Values are not equal.");
  });
}

Deno.test("assertObjectMatch() shows what of the object is spoken of", () => {
  strictEqual(
    message(() => assertObjectMatch({ a: 1, b: 2 }, { a: 2 }, "told")),
    "Values are not equal: told\n\n\n    [Diff] Actual / Expected\n\n\n" +
      "    {\n-     a: 1,\n+     a: 2,\n    }\n",
  );
  strictEqual(
    message(() => assertObjectMatch({ a: 1 }, { b: 2 })).includes("-     a: 1,\n+     b: 2,"),
    true,
  );
});

Deno.test("assertObjectMatch() takes cycles", () => {
  const cycle = (n: number) => {
    const a: Keyed = { n, more: Math.random() };
    a.self = a;
    return a;
  };
  const wanted: Keyed = { n: 1 };
  wanted.self = wanted;
  assertObjectMatch(cycle(1), { n: 1, self: { n: 1, self: { n: 1 } } });
  message(() => assertObjectMatch(cycle(1), { self: { self: { n: 2 } } }));
});
