import { assertEquals } from "@std/assert";
import { agoWords, spanWords } from "./time_words.ts";

Deno.test("agoWords() and spanWords() say that a clock was set, and print no negative time", () => {
  assertEquals([1500, 0, -3, -7_200_000].map(agoWords), [
    ...["1.50s ago", "0ms ago", "0ms ago"],
    "2h from now (a clock was set)",
  ]);
  assertEquals([1500, -3, -7_200_000].map(spanWords), ["1.50s", "0ms", "an unknown time (a clock was set)"]);
});
