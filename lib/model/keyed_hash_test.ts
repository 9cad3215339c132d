import { assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { seededRandom } from "./random.ts";
import { keyedHash } from "./keyed_hash.ts";

Deno.test("keyedHash() gives a text the same small number each time, and another one under another key", () => {
  const [a, same, b] = [1, 1, 2].map((seed) => keyedHash(seededRandom(seed)));
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const hash = a!(text);
    assertEquals([hash, hash], [a!(text), same!(text)]);
    assertEquals(hash >= 0 && hash < 2 ** 30, true);
  }));
  const texts = Array.from({ length: 100 }, (_, i) => `instance-${i}`);
  assertNotEquals(texts.map((text) => a!(text)), texts.map((text) => b!(text)));
});

Deno.test("keyedHash() spreads texts evenly over buckets, also those that differ in one place", () => {
  const hash = keyedHash(seededRandom(1)), buckets = 256, each = 100;
  for (
    const textOf of [
      (i: number) => `${i}`,
      (i: number) => `01M8P1NP5GMTKECYVHPJZ5${i}`,
      (i: number) => "a".repeat(i),
    ]
  ) {
    const counts = new Array(buckets).fill(0), count = textOf(2000).length === 2000 ? 2000 : buckets * each;
    for (let i = 0; i < count; i++) counts[hash(textOf(i)) % buckets]++;
    const expected = count / buckets;
    const chiSquare = counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    assertEquals(chiSquare < 350, true, `chi² ${chiSquare} of ${buckets - 1} degrees of freedom`); // p = 0.0001
  }
});
