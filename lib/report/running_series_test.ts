import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { INFO, START_MS } from "../record/testing.ts";
import type { AttemptEvent } from "../record/mod.ts";
import { RunningSeries } from "./running_series.ts";

const attempt = (startMs: number, runMs: number, queuedMs: number, settled = true): AttemptEvent => ({
  function: "f",
  chain: "a",
  instance: "a1",
  node: "f",
  attempt: 1,
  startedAtMs: START_MS + startMs,
  runMs,
  outcome: "ok",
  settled,
  status: 200,
  queuedMs,
  cold: false,
  platform: "local",
});

Deno.test("RunningSeries has the mean of what ran and waited in each bucket, however long the run", () => {
  const attempts = fc.array(
    fc.record({
      startMs: fc.double({ min: 0, max: 30_000, noNaN: true }),
      runMs: fc.double({ min: 0, max: 5000, noNaN: true }),
      queuedMs: fc.double({ min: 0, max: 9000, noNaN: true }),
      settled: fc.boolean(),
    }),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(fc.property(attempts, (list) => {
    const running = new RunningSeries(INFO);
    list.sort((a, b) => a.startMs + a.runMs - b.startMs - b.runMs);
    for (const { startMs, runMs, queuedMs, settled } of list) {
      running.attempt(attempt(startMs, runMs, queuedMs, settled));
    }
    const { bucketMs, buckets, bands: [all] } = running.series();
    assert(buckets <= 400 && bucketMs * buckets >= Math.max(...list.map((a) => a.startMs + a.runMs)) - 1e-6);
    for (let b = 0; b < buckets; b++) {
      const meanOf = (spans: readonly (readonly [number, number])[]) =>
        spans.reduce(
          (sum, [from, to]) =>
            sum + Math.max(0, Math.min(to, (b + 1) * bucketMs) - Math.max(from, b * bucketMs)),
          0,
        ) / bucketMs;
      const ran = list.map(({ startMs, runMs }) => [startMs, startMs + runMs] as const);
      const waited = list.filter(({ settled }) => settled)
        .map(({ startMs, queuedMs }) => [Math.max(0, startMs - queuedMs), startMs] as const);
      assertAlmostEquals(all!.running[b]!, meanOf(ran), 1e-6);
      assertAlmostEquals(all!.waiting[b]!, meanOf(waited), 1e-6);
    }
  }));
});

Deno.test("RunningSeries counts queueing times by decades, and has the last limit", () => {
  const running = new RunningSeries(INFO);
  assertEquals(running.series().limit, [2]);
  for (const queuedMs of [0, 0.5, 5, 50, 5000]) running.attempt(attempt(10_000, 1, queuedMs));
  running.attempt(attempt(10_000, 1, 7, false));
  running.counter({ atMs: START_MS, ready: 0, running: 0, limit: 7, throttled: 0 });
  const { queueingCounts, limit } = running.series();
  assertEquals(queueingCounts, [2, 1, 1, 0, 1, 0, 0]);
  assert(limit.length > 1 && limit.every((value) => value === 7));
});
