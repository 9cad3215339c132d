import { assertEquals } from "@std/assert";
import type { LoadFigures } from "../../lib/spam/mod.ts";
import { endWords, liveWords } from "./words.ts";

const NONE = { mean: null, p50: null, p90: null, p95: null, p99: null, max: null };
const SOME = { mean: 12, p50: 10, p90: 15, p95: 16, p99: 20.123, max: 1234.5 };
const STATS = {
  chains: { started: 1500, completed: 1400, dropped: 100 },
  calls: { ok: 1400, throttled: 60, failed: 40, running: 7, unsent: 0 },
};

Deno.test("liveWords() shows the rate, what is in flight, how calls ended, and their latency", () => {
  assertEquals(
    liveWords(STATS, { startsPerS: 1999.6, latency_ms: SOME }),
    "2,000/s, in flight 7, ok 1,400, throttled 60, failed 40; p50 10ms, p99 20.1ms",
  );
  assertEquals(
    liveWords(STATS, { startsPerS: 0, latency_ms: NONE }),
    "0/s, in flight 7, ok 1,400, throttled 60, failed 40",
  );
});

Deno.test("endWords() says of a rate how it was held, and of batches how fast they left", () => {
  const rate: LoadFigures = {
    latency_ms: SOME,
    start_error_ms: SOME,
    batch_spread_ms: NONE,
    startsPerS: 199.97,
  };
  assertEquals(endWords(STATS, rate, "s1"), [
    "Calls: ok 1400, throttled 60, failed 40. Started 1500, completed 1400, dropped 100 (seed s1)",
    "Latency from the intended start: p50 10ms, p99 20.1ms, max 1.23s",
    "Starts: 200.0/s, late by p50 10ms, p99 20.1ms",
  ]);
  const batch = { ...rate, batch_spread_ms: { ...NONE, max: 80 } };
  assertEquals(
    endWords(STATS, batch, "s1")[2],
    "Starts: late by p50 10ms, p99 20.1ms; a batch left within 80ms",
  );
  assertEquals(endWords(STATS, { ...rate, latency_ms: NONE, start_error_ms: NONE }, "s1").length, 1);
});
