import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { KeyedRandom, longerKey } from "./keyed_random.ts";

const draw = (random: KeyedRandom, count: number) => Array.from({ length: count }, () => random.next());

function at(random: KeyedRandom, first: number, second: number): KeyedRandom {
  return random.at(longerKey(random.key(first), second));
}

Deno.test("KeyedRandom gives each key the same numbers, in whatever order keys are asked for", () => {
  const random = new KeyedRandom(7);
  const first = draw(at(random, 1, 2), 5), other = draw(at(random, 2, 1), 5);
  assertEquals(draw(at(random, 2, 1), 5), other);
  assertEquals(draw(at(random, 1, 2), 5), first);
  assertEquals(draw(at(new KeyedRandom(7), 1, 2), 5), first);
  assertNotEquals(draw(at(new KeyedRandom(8), 1, 2), 5), first);
});

Deno.test("KeyedRandom is uniform within keys and across them", () => {
  const random = new KeyedRandom(1);
  const across = Array.from({ length: 100_000 }, (_, key) => at(random, key, 0).next());
  const nodes = Array.from({ length: 100_000 }, (_, key) => at(random, 5, key).next());
  const second = Array.from({ length: 100_000 }, (_, key) => (at(random, key, 3).next(), random.next()));
  for (const values of [across, nodes, second, draw(at(random, 9, 9), 100_000)]) {
    const counts = new Array(20).fill(0);
    for (const value of values) {
      assert(value >= 0 && value < 1);
      counts[Math.floor(value * 20)]++;
    }
    // χ² with 19 degrees of freedom: 43.8 is exceeded once in 1,000 times.
    const chi = counts.reduce((sum, count) => sum + (count - 5000) ** 2 / 5000, 0);
    assert(chi < 43.8, `χ² is ${chi}`);
  }
  const pairs = across.map((value, i) => value * second[i]!).reduce((a, b) => a + b, 0) / across.length;
  assert(Math.abs(pairs - 0.25) < 0.005, `numbers of one key are correlated: ${pairs}`);
});
