import { assertEquals, assertStrictEquals } from "@std/assert";
import { linear, shaped } from "../../tests/scheduler/builders.ts";
import { shapeOf } from "./chain_shape.ts";

Deno.test("shapeOf() finds roots, last nodes, and what comes after what", () => {
  assertEquals(shapeOf(linear("line", 3)), {
    roots: [0],
    last: [2],
    successors: [[1], [2], []],
    predecessorCounts: [0, 1, 1],
  });
  assertEquals(shapeOf(shaped("knot", [[], [], [0, 1], [0], []])), {
    roots: [0, 1, 4],
    last: [2, 3, 4],
    successors: [[2, 3], [2], [], [], []],
    predecessorCounts: [0, 0, 2, 1, 0],
  });
});

Deno.test("shapeOf() counts what stands alone among the last", () => {
  assertEquals(shapeOf(shaped("fork", [[], [0], [0], []])).last, [1, 2, 3]);
});

Deno.test("shapeOf() looks at a chain once", () => {
  const chain = linear("line", 2);
  assertStrictEquals(shapeOf(chain), shapeOf(chain));
});
