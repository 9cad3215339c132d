import { assertEquals } from "@std/assert";
import { seededRandom } from "../../../model/mod.ts";
import { FirstOf } from "./first_of.ts";

const ascending = (a: number, b: number) => a - b;

Deno.test("FirstOf has the first items, in whatever order they come", () => {
  const random = seededRandom("first"), shuffled = Array.from({ length: 5000 }, () => random.next());
  const sorted = shuffled.toSorted(ascending);
  for (const items of [shuffled, sorted, sorted.toReversed()]) {
    for (const count of [1, 51, 501]) {
      const first = new FirstOf(count, ascending);
      for (const item of items) if (first.takes(item)) first.add(item);
      assertEquals(first.list(), sorted.slice(0, count));
    }
  }
});

Deno.test("FirstOf has all items where there are fewer, and none where there are none", () => {
  const first = new FirstOf(5, ascending);
  assertEquals(first.list(), []);
  for (const item of [3, 1, 2]) if (first.takes(item)) first.add(item);
  assertEquals(first.list(), [1, 2, 3]);
});
