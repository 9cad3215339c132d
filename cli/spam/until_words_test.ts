import { assertEquals } from "@std/assert";
import { parseCondition } from "../../lib/spam/mod.ts";
import { neverWords, shortWords, turningJson, turningWords } from "./until_words.ts";

const WINDOW = { fromMs: 31_000, toMs: 36_000, perS: 232.4, calls: 1162, throttled: 3, failed: 0 };

Deno.test("turningWords() says the rate, the figure and the window", () => {
  const slow = { condition: parseCondition("latency_ms.p99 > 500"), value: 612.34, ...WINDOW };
  assertEquals(
    turningWords(slow),
    "latency_ms.p99 > 500 became true at 232/s: latency_ms.p99 612ms of 1,162 calls, throttled 3, failed 0, " +
      "from 31s to 36s after the start",
  );
  assertEquals(turningJson(slow), { condition: "latency_ms.p99 > 500", value: 612.34, ...WINDOW });
  const refused = { condition: parseCondition("throttledShare >= 5%"), value: 0.0512, ...WINDOW };
  assertEquals(
    turningWords(refused).slice(0, 68),
    "throttledShare >= 5% became true at 232/s: throttledShare 5.12 % of ",
  );
});

Deno.test("neverWords() says how high the load went", () => {
  const pace = { intended: 1500, late: 0, missed: 0, latestMs: 0, askedPerS: 25, heldPerS: 25 };
  assertEquals(
    neverWords([parseCondition("failedShare > 1%")], pace),
    "The load ended before it was true: failedShare > 1% (1,500 in all, 25/s in the mean). Let it go higher, or last longer",
  );
});

Deno.test("shortWords() says that nobody looked, as the load was shorter than a window", () => {
  assertEquals(
    shortWords([parseCondition("failedShare > 1%")], 5000),
    "The load ended before a window of 5s did, so nobody knows whether it was true: failedShare > 1%. " +
      "Let it last longer, or write a shorter --window",
  );
});
