import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { isObject, isTooDeep, type Json, notJson } from "./json.ts";

Deno.test("isObject() is true of objects only", () => {
  for (const value of [{}, { a: 1 }, Object.create(null)]) assert(isObject(value));
  for (const value of [null, undefined, [], "a", 1, () => 1]) assert(!isObject(value));
});

Deno.test("notJson() finds nothing in JSON", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => assertStrictEquals(notJson(value), undefined)));
});

Deno.test("notJson() says where the first part lies that JSON cannot carry", () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const table: [unknown, string][] = [
    [undefined, ""],
    [() => 1, ""],
    [NaN, ""],
    [{ a: Infinity }, ".a"],
    [{ user: { tags: ["x", "y", 3n] } }, ".user.tags[2]"],
    [{ at: new Date() }, ".at"],
    [{ map: new Map() }, ".map"],
    [[1, undefined], "[1]"],
    [[1, , 3], "[1]"],
    [{ a: Symbol("s") }, ".a"],
    [cycle, ".self"],
  ];
  for (const [value, path] of table) assertStrictEquals(notJson(value), path);
  assertStrictEquals(notJson({ a: 1n }, "args"), "args.a");
});

Deno.test("notJson() takes the same object twice, as long as it does not hold itself", () => {
  const shared = { a: 1 };
  assertStrictEquals(notJson([shared, { shared }]), undefined);
});

Deno.test("notJson() refuses values more than 100 levels deep, however deep", () => {
  const nested = (depth: number) => JSON.parse("[".repeat(depth) + "]".repeat(depth));
  assertStrictEquals(notJson(nested(100)), undefined);
  assertStrictEquals(notJson(nested(101)), "[0]".repeat(100));
  assert(notJson(nested(1_000_000)) !== undefined);
});

Deno.test("isTooDeep() counts lists and objects in each other, as notJson() does", () => {
  const nested = (depth: number): Json =>
    depth === 0 ? 1 : depth % 2 === 0 ? [0, nested(depth - 1)] : { a: nested(depth - 1) };
  for (const depth of [0, 1, 99, 100, 101, 150]) {
    assertEquals(isTooDeep(nested(depth)), depth > 100);
    assertEquals(notJson(nested(depth)) !== undefined, depth > 100);
  }
});
