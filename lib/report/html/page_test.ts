/** The page's modules that need no browser, and how they are put together. */
import { assertEquals } from "@std/assert";
import { scriptFaults } from "../../../tests/page_script.ts";
import { duration, logTicks, shortId } from "./page/format.js";
import { stackedUp } from "./page/stack.js";
import { instants, thinned } from "./page/thin.js";
import { pageScript } from "./page_script.ts";
import { formatDuration } from "../../model/mod.ts";
import { shortNames } from "../run_names.ts";

Deno.test("pageScript() puts every module of the page after those that it imports, in one scope", async () => {
  assertEquals(await scriptFaults(pageScript(), new URL("./page/", import.meta.url)), []);
});

Deno.test("thinned() keeps the least and the greatest of each column of pixels", () => {
  const pairs = Array.from({ length: 1000 }, (_, i): number => i % 2 === 0 ? 1 : 3); // each bucket: 1 to 3
  pairs[2 * 123 + 1] = 99;
  pairs[2 * 321] = -5;
  const values = thinned({ fromMs: 0, bucketMs: 10, pairs }, 0, 5000, 50);
  assertEquals([Math.max(...values as number[]), Math.min(...values as number[])], [99, -5]);
  assertEquals(instants(0, 5000, 50).length, values.length);
  assertEquals(values.indexOf(99), 2 * 12 + 1);
});

Deno.test("thinned() leaves gaps where nothing has a value", () => {
  const of = { fromMs: 0, bucketMs: 10, pairs: [NaN, NaN, 2, 3, NaN, NaN, NaN, NaN] };
  assertEquals(thinned(of, 0, 40, 2), [2, 3, null, null]);
});

Deno.test("thinned() shows a bucket over several columns when zoomed in, and nothing behind the run's end", () => {
  const of = { fromMs: -5, bucketMs: 10, pairs: [1, 2, 3, 4] };
  assertEquals(thinned(of, 0, 20, 4), [1, 2, 3, 4, 3, 4, null, null]);
});

Deno.test("stackedUp() puts layers on those below them, the uppermost first, and leaves out hidden ones", () => {
  const layers = [
    { key: "a", values: [1, 2, null] },
    { key: "b", values: [10, 20, 30] },
    { key: "c", values: [100, 200, 300] },
  ];
  assertEquals(stackedUp(layers, new Set()), [[111, 222, null], [11, 22, null], [1, 2, null]]);
  assertEquals(stackedUp(layers, new Set(["b"]))[0], [101, 202, null]);
  assertEquals(stackedUp([], new Set()), []);
});

Deno.test("duration() writes times as the rest of the report does", () => {
  for (const ms of [0, 0.25, 8.214, 12, 250, 999, 1250, 59_000, 125_000, 3_780_000, 273_600_000]) {
    assertEquals(duration(ms), formatDuration(ms));
  }
});

Deno.test("logTicks() marks round times, not more than can be read", () => {
  assertEquals(logTicks(0.1, 400_000), [0.1, 1, 10, 100, 1000, 10_000, 60_000]);
  assertEquals(logTicks(900, 11_000), [1000, 2000, 5000, 10_000]);
});

Deno.test("shortNames() leaves out what all names share", () => {
  assertEquals(shortNames(["out/run.fcfs.json", "out/run.fair-share.json"]), ["fcfs", "fair-share"]);
  assertEquals(shortNames(["out/a/run.json", "out/b/run.json"]), ["a", "b"]);
  assertEquals(shortNames(["a.json", "a.json"]), ["a.json", "a.json"]);
  assertEquals(shortNames(["run.json", "run.json.gz"]), ["run.json", "run.json.gz"]);
  assertEquals(shortNames(["a/run.json"]), ["a/run.json"]);
});

Deno.test("shortId() leaves out the middle of a long id, and no half of a sign", () => {
  assertEquals(shortId("order-2026-11-30-1"), "order-2026-11-30-1");
  assertEquals(shortId("01M8PY2WG3KWR5RN1VR2D31SKZ"), "01M8PY2W…R2D31SKZ");
  assertEquals(shortId("\u{1F600}".repeat(30)), `${"\u{1F600}".repeat(8)}…${"\u{1F600}".repeat(8)}`);
});
