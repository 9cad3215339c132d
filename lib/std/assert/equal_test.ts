import { equal } from "@std/assert/equal";
import { assertThrows } from "@std/assert/throws";
import { strictEqual } from "node:assert/strict";

class Point {
  readonly #y: number;
  constructor(readonly x: number, y: number) {
    this.#y = y;
  }
  get y(): number {
    return this.#y;
  }
}

const symbol = Symbol("s");
const error = new Error("x");

const EQUAL: readonly [unknown, unknown][] = [
  [NaN, NaN],
  [0, -0],
  ["a", "a"],
  [{ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }],
  [{ a: 1, b: 2 }, { b: 2, a: 1 }],
  [Object.create(null), {}],
  [{ [symbol]: 1 }, { [symbol]: 1 }],
  [new Map([[{ k: 1 }, 1]]), new Map([[{ k: 1 }, 1]])],
  [new Map([["a", { b: 1 }], ["c", { d: 1 }]]), new Map([["c", { d: 1 }], ["a", { b: 1 }]])],
  [new Set([{ a: 1 }, { a: 2 }]), new Set([{ a: 2 }, { a: 1 }])],
  [new Set([1, "a"]), new Set(["a", 1])],
  [new Date(5), new Date(5)],
  [new Date(NaN), new Date(NaN)],
  [/a/g, /a/g],
  [new Uint8Array([1, 2]), new Uint8Array([1, 2])],
  [new Float64Array([NaN, 0]), new Float64Array([NaN, -0])],
  [new Uint8Array([1, 2]).buffer, new Uint8Array([1, 2]).buffer],
  [new URL("http://a/"), new URL("http://a/")],
  [new WeakRef(error), new WeakRef(error)],
  [new Point(1, 2), new Point(1, 2)],
  [error, error],
];

const UNEQUAL: readonly [unknown, unknown][] = [
  [1, "1"],
  [1, 1n],
  [null, undefined],
  [null, {}],
  [{ a: undefined }, {}],
  [{ a: undefined }, { b: undefined }],
  [{ a: { b: 1 } }, { a: { b: 2 } }],
  [[1, 2], [2, 1]],
  [[1], { 0: 1 }],
  [new Map([[1, 2]]), new Map([[1, 3]])],
  [new Map([[{ k: 1 }, 1]]), new Map([[{ k: 2 }, 1]])],
  [new Map(), new Set()],
  [new Set([1]), new Set([2])],
  [new Set([{ a: 1 }]), new Set([{ a: 2 }])],
  [new Date(5), new Date(6)],
  [/a/g, /a/i],
  [new Uint8Array([1]), new Uint16Array([1])],
  [new Uint8Array([1]), new Uint8Array([2])],
  [new Uint8Array([1]).buffer, new Uint8Array([2]).buffer],
  [new URL("http://a/"), new URL("http://b/")],
  [new Error("x"), new Error("y")],
  [new Error("x"), new TypeError("x")],
  [new (class A {})(), new (class B {})()],
  [new Point(1, 2), new Point(1, 3)],
  [{ [symbol]: 1 }, { [symbol]: 2 }],
  [{ [symbol]: 1 }, {}],
  [() => 1, () => 1],
];

for (const [a, b] of EQUAL) {
  Deno.test(`equal() holds for ${Deno.inspect(a)} and ${Deno.inspect(b)}`, () => {
    strictEqual(equal(a, b), true);
    strictEqual(equal(b, a), true);
  });
}

for (const [a, b] of UNEQUAL) {
  Deno.test(`equal() does not hold for ${Deno.inspect(a)} and ${Deno.inspect(b)}`, () => {
    strictEqual(equal(a, b), false);
    strictEqual(equal(b, a), false);
  });
}

Deno.test("equal() takes cycles", () => {
  const cycle = (n: number): unknown => {
    const a: Record<string, unknown> = { n };
    a.self = { a, map: new Map([[a, a]]) };
    return a;
  };
  strictEqual(equal(cycle(1), cycle(1)), true);
  strictEqual(equal(cycle(1), cycle(2)), false);
});

Deno.test("equal() refuses what nobody can look into", () => {
  assertThrows(() => equal(new WeakMap(), new WeakMap()), TypeError, "Cannot compare WeakMap instances");
  assertThrows(() => equal(new WeakSet(), new WeakSet()), TypeError, "Cannot compare WeakSet instances");
});
