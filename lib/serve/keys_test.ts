import { assertEquals, assertThrows } from "@std/assert";
import type { Scope } from "./caller.ts";
import { ServeError } from "./errors.ts";
import { hashOf, KeySet, readKeys, withEntry } from "./keys.ts";

const entry = {
  name: "shop",
  sha256: hashOf("k1"),
  scopes: ["submit", "read"],
  label: "tenant=a=b",
} as const;

Deno.test("KeySet finds the caller of a key by its hash, with its scopes and its label", () => {
  const set = new KeySet([entry, { name: "ops", sha256: hashOf("k2"), scopes: ["steer"] }]);
  assertEquals(set.find("k1"), {
    scopes: new Set<Scope>(["submit", "read"]),
    label: { name: "tenant", value: "a=b" },
    party: "label tenant=a=b",
  });
  assertEquals(set.find("k2"), { scopes: new Set<Scope>(["steer"]), party: "key ops" });
  assertEquals([set.find("k3"), set.find(""), set.find(entry.sha256)], [undefined, undefined, undefined]);
});

Deno.test("readKeys() names the key and the field that cannot be used", () => {
  const of = (...keys: unknown[]) => JSON.stringify({ keys });
  assertEquals(readKeys(of(entry), "f"), [entry]);
  for (
    const [text, words] of [
      ["{", "it is not JSON of the form"],
      ["[]", "it is not JSON of the form"],
      [of(1), "key 1 is no object"],
      [of({ ...entry, name: "" }), "key 1 has no name"],
      [of(entry, entry), 'two keys have the name "shop"'],
      [of({ ...entry, sha256: "k1" }), 'key "shop": sha256 is not 64 hexadecimal digits'],
      [of({ ...entry, scopes: ["admin"] }), 'key "shop": scopes is no list of submit, read, steer'],
      [of({ ...entry, label: "tenant" }), 'key "shop": label is no NAME=VALUE'],
      [of({ ...entry, labels: "a=b" }), 'key "shop" has a field "labels"'],
    ] as const
  ) {
    assertThrows(() => readKeys(text, "keys.json"), ServeError, words);
  }
});

Deno.test("withEntry() adds a key to those of a file, and takes no name twice", () => {
  const text = withEntry(undefined, entry, "f");
  assertEquals(readKeys(text, "f"), [entry]);
  assertThrows(() => withEntry(text, entry, "f"), ServeError, 'two keys have the name "shop"');
});
