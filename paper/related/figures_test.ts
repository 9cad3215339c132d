import { assertEquals } from "@std/assert";
import { allFigures, type Figures, moved } from "./figures.ts";
import written from "./figures.json" with { type: "json" };
import { pageWith } from "./page.ts";

Deno.test("docs/related.md has the figures that the comparisons find", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/related.md", import.meta.url));
  assertEquals(page, await pageWith(page, written), "run deno task related");
  assertEquals(
    moved(written, allFigures()),
    [],
    "figures have moved: run deno task related, and read the page again",
  );
});

Deno.test("moved() names figures that have left their intervals", () => {
  const of = (mean: number): Figures => ({ a: { ours: { p99: { mean, halfWidth: 5 } } } });
  assertEquals(moved(of(100), of(105)), []);
  assertEquals(moved(of(100), of(106)), ["a, ours: p99 was 100, and is 106"]);
  assertEquals(moved({}, of(1)), ["a, ours: p99 was not there, and is 1"]);
});
