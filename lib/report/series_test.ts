import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { RunEvent } from "./events.ts";
import { attempt, end, run, simulated, START_MS, submit } from "./testing.ts";
import { buildRunView } from "./view.ts";

Deno.test("seriesOf() has the mean of each bucket", async () => {
  const limit = (atMs: number, limit: number): RunEvent => ({
    type: "counter",
    atMs: START_MS + atMs,
    ready: 0,
    running: 0,
    limit,
    throttled: 0,
  });
  const { series } = await buildRunView("r", [
    run(),
    attempt("a1", 0, 1.5),
    attempt("a2", 3, 1, { queuedMs: 1.5 }),
    limit(0.5, 5),
    limit(2.5, Infinity),
    submit("b1", 2),
  ]);
  assertEquals([series.buckets, series.bucketMs], [4, 1]);
  const [a, b] = series.bands;
  assertEquals(a, { name: "a", running: [1, 0.5, 0, 1], waiting: [0, 0.5, 1, 0] });
  assertEquals(b, { name: "b", running: [0, 0, 0, 0], waiting: [0, 0, 1, 1] });
  assertEquals(series.limit, [5, 5, null, null]);
  assertEquals(series.queueing, [{ ms: 0, part: 0.5 }, { ms: 1.5, part: 1 }]);
  assertEquals(series.queueingCounts, [1, 1, 0, 0, 0, 0, 0]);
});

Deno.test("seriesOf() has at most 400 buckets, and keeps what is under the curves", async () => {
  const options = { seed: 2, instances: 1000, limit: 30, ratePerS: 30 };
  const { series, report } = await buildRunView("r", simulated(options));
  assertEquals(series.buckets, 400);
  const area = series.bands.flatMap(({ running }) => running).reduce((a, b) => a + b, 0) / series.buckets;
  assertAlmostEquals(area, report.concurrency.mean, 1e-6);
});

Deno.test("seriesOf() has a distribution of chain times that ends below 1 where chains were lost", async () => {
  const { series } = await buildRunView("r", [
    run(),
    submit("a1", 0),
    submit("a2", 0),
    submit("a3", 0),
    submit("b1", 0, { parent: "a1" }),
    end("a1", 10),
    end("a2", 20),
    end("b1", 5),
    end("a3", 30, "failed"),
  ]);
  assertEquals(series.chainTime, [{ ms: 10, part: 1 / 3 }, { ms: 20, part: 2 / 3 }]);
});
