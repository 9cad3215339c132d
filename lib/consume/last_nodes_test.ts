import { assertEquals, assertStrictEquals } from "@std/assert";
import { linear, shaped } from "../../tests/scheduler/builders.ts";
import { lastNodes } from "./last_nodes.ts";

Deno.test("lastNodes() finds the nodes that none come after", () => {
  assertEquals(lastNodes(linear("line", 3)), [2]);
  assertEquals(lastNodes(shaped("fork", [[], [0], [0], []])), [1, 2, 3]);
});

Deno.test("lastNodes() looks at a chain once", () => {
  const chain = linear("line", 3);
  assertStrictEquals(lastNodes(chain), lastNodes(chain));
});
