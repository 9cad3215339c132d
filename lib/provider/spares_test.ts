import { assertEquals } from "@std/assert";
import { Spares } from "./spares.ts";

Deno.test("Spares.need() comes to the allocation on average", () => {
  const totals = [1, 1.25, 2, 3.5].map((allocation) => {
    const spares = new Spares(allocation);
    return Array.from({ length: 8 }, () => spares.need()).reduce((sum, count) => sum + count);
  });
  assertEquals(totals, [0, 2, 8, 20]);
});

Deno.test("Spares gives those that are ready, the soonest first, by function", () => {
  const spares = new Spares(2);
  for (const readyAtMs of [30, 10, 20, 10]) spares.make("f", readyAtMs);
  spares.make("g", 5);
  assertEquals([spares.nextAtMs("f"), spares.nextAtMs("g"), spares.nextAtMs("h")], [10, 5, Infinity]);
  assertEquals([9, 20, 20, 20, 20].map((nowMs) => spares.take("f", nowMs)), [
    undefined,
    10,
    10,
    20,
    undefined,
  ]);
  assertEquals(spares.take("g", 5), 5);
  assertEquals([...spares.functions()], ["f"]);
});
