import { assertEquals, assertNotEquals, assertStrictEquals } from "@std/assert";
import { chain, fn, instanceMaker, type JsonObject, seededRandom } from "../model/mod.ts";
import { canonicalJson, definitionOfSubmitted, storableText } from "./submission.ts";

Deno.test("canonicalJson() does not depend on the order of keys, at any depth", () => {
  assertEquals(
    canonicalJson({ b: [{ d: 1, c: 2 }], a: null }),
    canonicalJson({ a: null, b: [{ c: 2, d: 1 }] }),
  );
  assertNotEquals(canonicalJson([1, 2]), canonicalJson([2, 1]));
});

Deno.test("definitionOfSubmitted() hashes by content, and each chain object once", () => {
  const make = instanceMaker(seededRandom(1));
  const build = (args: JsonObject) => chain("c", ({ call }) => void call(fn("f"), { args }));
  const [a, twin, other] = [build({ x: 1, y: 2 }), build({ y: 2, x: 1 }), build({ x: 2 })];
  const of = (which: typeof a) => definitionOfSubmitted(make({ chain: which }, 0));
  assertEquals(of(a).hash, of(twin).hash);
  assertNotEquals(of(a).hash, of(other).hash);
  assertStrictEquals(of(a), of(a));
});

Deno.test("storableText() replaces what a store cannot keep", () => {
  assertEquals(storableText("plain ü 🌲"), "plain ü 🌲");
  assertEquals(storableText("a\0b\ud800"), "a\uFFFDb\uFFFD");
});
