import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { seededRandom } from "./random.ts";
import { ulidMaker } from "./ulid.ts";

Deno.test("ulidMaker() writes the instant in ten digits, then sixteen at random, as the library of that name does", () => {
  const ulid = ulidMaker(seededRandom(1));
  assertEquals([ulid(1), ulid(1_700_000_000_000), ulid(1_700_000_000_001)], [
    "0000000001JNKGBCRXVDVVDPDQ",
    "01HF7YAT00AZXB24CWTG4QDZ3V",
    "01HF7YAT01XJ55SAYQJ3QGKE2J",
  ]);
});

Deno.test("ulidMaker() makes ids that ascend, whatever the instants", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 2 ** 48 - 1 })), fc.nat(), (instants, seed) => {
    const ulid = ulidMaker(seededRandom(seed)), ids = instants.map((atMs) => ulid(atMs));
    for (const id of ids) assertMatch(id, /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
    assert(ids.every((id, i) => i === 0 || ids[i - 1]! < id));
  }));
});

Deno.test("ulidMaker() carries over all digits", () => {
  const ulid = ulidMaker({ next: () => 1 - 2 ** -32 });
  assertEquals([ulid(31), ulid(31)], ["000000000ZZZZZZZZZZZZZZZZZ", "00000000100000000000000000"]);
});
