import { assertEquals } from "@std/assert";
import { shaped } from "../../tests/scheduler/builders.ts";
import { IdealPath } from "./ideal_path.ts";

Deno.test("IdealPath is the longest path of the run times so far", () => {
  const path = new IdealPath(shaped("diamond", [[], [0], [0], [1, 2]]));
  const lengths = [[0, 10], [2, 5], [1, 40], [3, 7]].map(([node, runMs]) => {
    path.ran(node!, runMs!);
    return path.idealMs;
  });
  assertEquals(lengths, [10, 15, 50, 57]);
});

Deno.test("IdealPath takes what ended unseen for nothing", () => {
  const path = new IdealPath(shaped("line", [[], [0]]));
  assertEquals(path.idealMs, 0);
  path.ran(1, 30);
  assertEquals(path.idealMs, 30);
});
