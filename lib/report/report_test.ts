import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { openRunLog, readRunLog } from "../record/mod.ts";
import type { RunEvent } from "./events.ts";
import { buildReport } from "./report.ts";
import type { Quantity } from "./schema.ts";
import { attempt, end, functionRun, run, simulated, START_MS, submit } from "./testing.ts";

const NONE: Quantity = { mean: null, p50: null, p90: null, p95: null, p99: null, max: null };
const same = (x: number): Quantity => ({ mean: x, p50: x, p90: x, p95: x, p99: x, max: x });

/**
 * Ten seconds of two chains, small enough to count by hand:
 *
 *   a1  f 0–1000 ok;  g 1000–3000 ok (queued 0)                               completed at 3000, ideal 2000, deadline 3000: met
 *   a2  f queued 500, 1000–1100 throttled; again 2000–4000 ok (queued 1500)   failed at 4000, deadline 1 s: missed
 *   b1  f 2000–2500 failed; again 3000–4000 ok (queued 1000), cold            completed at 10000, ideal 4000, deadline 5 s: missed
 *   b2  h 5000–6000 failed for good (queued 0)                                dropped
 *   b3  never attempted, deadline 2 s: missed                                 unfinished
 *   b4  cancelled; its call 6000–6000 cancelled, deadline 1 s: not counted    cancelled
 */
const BY_HAND: RunEvent[] = [
  run("fair-share", 3),
  submit("a1", 0, { deadlineMs: 3000 }),
  submit("a2", 500, { deadlineMs: 1000 }),
  submit("b1", 2000, { deadlineMs: 5000 }),
  submit("b2", 5000),
  submit("b3", 6000, { deadlineMs: 2000 }),
  submit("b4", 6000, { deadlineMs: 1000 }),
  attempt("a1", 0, 1000),
  attempt("a2", 1000, 100, { outcome: "throttled", settled: false, status: 429, queuedMs: 500 }),
  attempt("b1", 2000, 500, { outcome: "failed", settled: false, status: 500 }),
  attempt("a1", 1000, 2000, { function: "g", node: "g" }),
  attempt("a2", 2000, 2000, { attempt: 2, queuedMs: 1500 }),
  attempt("b1", 3000, 1000, { attempt: 2, queuedMs: 1000, cold: true }),
  attempt("b2", 5000, 1000, { function: "h", node: "h", outcome: "failed", status: 400 }),
  attempt("b4", 6000, 0, { outcome: "cancelled", status: 0 }),
  end("a1", 3000, "completed", { idealMs: 2000 }),
  end("a2", 4000, "failed"),
  end("b2", 6000, "dropped"),
  end("b4", 6000, "cancelled"),
  end("b1", 10_000, "completed", { idealMs: 4000 }),
];

Deno.test("buildReport() counts a node that is begun again as another call, and its attempts as such", async () => {
  const { functions } = await buildReport([
    run("fair-share", 3),
    submit("a", 0),
    attempt("a", 0, 10, { outcome: "failed", settled: false, status: 500 }),
    attempt("a", 10, 10, { attempt: 2 }),
    attempt("a", 20, 10, { generation: 1 }),
    attempt("a", 30, 10, { generation: 2, item: 1 }),
  ]);
  assertEquals([functions.invocations, functions.attempts, functions.retried], [3, 4, 1]);
});

Deno.test("buildReport() counts and measures a run as by hand", async () => {
  const report = await buildReport(BY_HAND);
  assertEquals(report.schema, "sequoia.report/1");
  assertEquals(report.run, {
    command: "consume",
    policy: "fair-share",
    limit: 3,
    startedAt: "2026-01-01T00:00:00.000Z",
    durationMs: 10_000,
  });
  assertEquals(report.chains, {
    submitted: 6,
    completed: 2,
    failed: 1,
    dropped: 1,
    cancelled: 1,
    shed: 0,
    unfinished: 1,
  });
  assertEquals(report.functions, {
    invocations: 6,
    attempts: 8,
    completed: 4,
    failed: 1,
    throttled: 1,
    retried: 2,
    coldStarts: 1,
  });
  // settled: a1.f 0, a1.g 0, a2.f 1500, b1.f 1000, b2.h 0, b4.f 0
  assertEquals(report.queueing_ms, { mean: 2500 / 6, p50: 0, p90: 1500, p95: 1500, p99: 1500, max: 1500 });
  // ok: 1000, 2000, 2000, 1000
  assertEquals(report.run_ms, { mean: 1500, p50: 1000, p90: 2000, p95: 2000, p99: 2000, max: 2000 });
  // completed: a1 3000, b1 8000
  assertEquals(report.chain_ms, { mean: 5500, p50: 3000, p90: 8000, p95: 8000, p99: 8000, max: 8000 });
  assertEquals(report.slowdown, { mean: 1.75, p50: 1.5, p90: 2, p95: 2, p99: 2, max: 2 });
  assertEquals(report.throughput, { chainsPerS: 0.2, functionsPerS: 0.4 });
  // 1000 + 100 + 500 + 2000 + 2000 + 1000 + 1000 + 0 of 10000; from 2000 to 2500: a1.g, a2, b1
  assertEquals(report.concurrency, { mean: 0.76, max: 3 });
  assertEquals(report.deadlines, { met: 1, missed: 3 });
});

Deno.test("buildReport() has the same figures for each chain and function", async () => {
  const { byChain, byFunction } = await buildReport(BY_HAND);
  assertEquals(Object.keys(byChain), ["a", "b"]);
  assertEquals(Object.keys(byFunction), ["f", "g", "h"]);
  const { a, b } = byChain;
  assertEquals(a!.chains, {
    submitted: 2,
    completed: 1,
    failed: 1,
    dropped: 0,
    cancelled: 0,
    shed: 0,
    unfinished: 0,
  });
  assertEquals(b!.chains, {
    submitted: 4,
    completed: 1,
    failed: 0,
    dropped: 1,
    cancelled: 1,
    shed: 0,
    unfinished: 1,
  });
  assertEquals(a!.functions.attempts, 4);
  assertEquals(a!.functions.invocations, 3);
  assertEquals(a!.concurrency, { mean: 0.51, max: 2 });
  assertEquals(a!.chain_ms, same(3000));
  assertEquals(b!.deadlines, { met: 0, missed: 2 });
  assertEquals(byFunction.h, {
    functions: {
      invocations: 1,
      attempts: 1,
      completed: 0,
      failed: 1,
      throttled: 0,
      retried: 0,
      coldStarts: 0,
    },
    queueing_ms: same(0),
    run_ms: NONE,
    function_ms: NONE,
    provider_queueing_ms: NONE,
    throughput: { functionsPerS: 0 },
    concurrency: { mean: 0.1, max: 1 },
  });
});

Deno.test("buildReport() measures what functions said of themselves, in attempts that went well", async () => {
  const events = [
    ...BY_HAND,
    functionRun("a1", 100, 800, { providerQueuedMs: 100 }),
    functionRun("a2", 2000, 1500, { skewMs: -300 }),
    functionRun("b1", 2000, 9999, { outcome: "failed", providerQueuedMs: 0 }),
    functionRun("b1", 3500, 400, { providerQueuedMs: 500 }),
  ];
  const { function_ms, provider_queueing_ms, byChain: { a, b }, byFunction } = await buildReport(events);
  assertEquals([function_ms.mean, function_ms.p50, function_ms.max], [900, 800, 1500]);
  assertEquals([provider_queueing_ms.mean, provider_queueing_ms.max], [300, 500]);
  assertEquals([a!.function_ms.max, a!.provider_queueing_ms, b!.function_ms], [1500, same(100), same(400)]);
  assertEquals([byFunction.f!.function_ms.mean, byFunction.g!.function_ms], [900, NONE]);
});

Deno.test("buildReport() of a log without events has zeros, nulls and perfect fairness", async () => {
  const report = await buildReport([run()]);
  assertEquals(report.chains.submitted, 0);
  assertEquals(report.functions.attempts, 0);
  assertEquals([report.queueing_ms, report.run_ms, report.chain_ms, report.slowdown], [
    NONE,
    NONE,
    NONE,
    NONE,
  ]);
  assertEquals(report.throughput, { chainsPerS: 0, functionsPerS: 0 });
  assertEquals(report.concurrency, { mean: 0, max: 0 });
  assertEquals(report.fairness, { jain: 1, minShare: 1, maxShare: 1 });
  assertEquals(report.run.durationMs, 0);
  assertEquals([report.byChain, report.byFunction], [{}, {}]);
});

Deno.test("buildReport() of a single event", async () => {
  const call = await buildReport([run(), attempt("a1", 5, 20)]);
  assertEquals(call.run.durationMs, 20);
  assertEquals(call.concurrency, { mean: 1, max: 1 });
  assertEquals(call.run_ms, same(20));
  const instant = await buildReport([run(), attempt("a1", 5, 0)]);
  assertEquals(instant.concurrency, { mean: 0, max: 1 });
  const waiting = await buildReport([run(), submit("a1", 5)]);
  assertEquals(waiting.chains.unfinished, 1);
  assertEquals(waiting.throughput.chainsPerS, 0);
});

Deno.test("buildReport() counts waiting before the run from its intended time, but not in the duration", async () => {
  const report = await buildReport([
    run(),
    submit("a1", -500),
    attempt("a1", 0, 100, { queuedMs: 500 }),
    end("a1", 100),
  ]);
  assertEquals(report.chain_ms, same(600));
  assertEquals(report.run.durationMs, 100);
});

Deno.test("buildReport() counts what has lost its submission, and no time for it", async () => {
  const report = await buildReport([run(), end("a1", 100)]);
  assertEquals([report.chains.submitted, report.chains.completed], [1, 1]);
  assertEquals(report.chain_ms, NONE);
});

Deno.test("buildReport() decides an unfinished deadline at the end of the log, counters included", async () => {
  const events = [run(), submit("a1", 0, { deadlineMs: 1000 }), submit("a2", 0, { deadlineMs: 3000 })];
  assertEquals((await buildReport(events)).deadlines, { met: 0, missed: 0 });
  const later: RunEvent = {
    type: "counter",
    atMs: START_MS + 2000,
    ready: 2,
    running: 0,
    limit: 1,
    throttled: 0,
  };
  const report = await buildReport([...events, later]);
  assertEquals(report.deadlines, { met: 0, missed: 1 });
  assertEquals(report.run.durationMs, 0);
});

Deno.test("buildReport() does not take calls for concurrent that start when another ends", async () => {
  const events = [run(), ...[0.1, 0.2, 0.3].map((at, i) => attempt(`a${i}`, at, 0.1))];
  assertEquals((await buildReport(events)).concurrency.max, 1);
});

Deno.test("buildReport() keeps hostile names apart", async () => {
  const events = [
    run(),
    ...["__proto__", "constructor", "<b>"].map((chain) => attempt("i", 0, 1, { chain })),
  ];
  assertEquals(Object.keys((await buildReport(events)).byChain), ["<b>", "__proto__", "constructor"]);
});

Deno.test("buildReport() does not depend on the order of the events", async () => {
  const events = [...simulated({ seed: 3, instances: 60, limit: 4, ratePerS: 10, throttled: 0.1 })];
  const [first, ...rest] = events;
  const expected = await buildReport(events);
  assert(expected.functions.throttled > 0 && expected.fairness.jain < 1);
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(rest, { minLength: rest.length }), async (shuffled) => {
      const report = await buildReport([first!, ...shuffled]);
      assertEquals(rounded(report), rounded(expected));
    }),
    { numRuns: 20 },
  );
});

/** Sums differ in their last digits with the order. */
function rounded(value: unknown): string {
  return JSON.stringify(value, (_, v) => typeof v === "number" ? Math.round(v * 1e6) / 1e6 : v);
}

Deno.test("buildReport() agrees with itself: parts sum up to the whole", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 80 }), async (seed, instances) => {
      const report = await buildReport(simulated({ seed, instances, limit: 5, ratePerS: 8, throttled: 0.1 }));
      const { submitted, completed, failed, dropped, cancelled, shed, unfinished } = report.chains;
      assertEquals(submitted, instances);
      assertEquals(submitted, completed + failed + dropped + cancelled + shed + unfinished);
      const sum = (of: (part: { functions: { attempts: number; invocations: number } }) => number) =>
        [report.byChain, report.byFunction].map((by) =>
          Object.values(by).reduce((n, part) => n + of(part), 0)
        );
      assertEquals(sum(({ functions }) => functions.attempts), [
        report.functions.attempts,
        report.functions.attempts,
      ]);
      assertEquals(
        sum(({ functions }) => functions.invocations),
        Array(2).fill(report.functions.invocations),
      );
      assert(report.concurrency.max <= 5 && report.concurrency.mean <= report.concurrency.max);
      assertEquals(report.deadlines.met + report.deadlines.missed <= submitted, true);
      assert(report.fairness.jain > 0 && report.fairness.jain <= 1 + 1e-12);
    }),
    { numRuns: 50, examples: [[28, 1]] }, // one call is the whole run
  );
});

Deno.test("buildReport() says the same of a log that was written and read", async () => {
  const events = [...simulated({ seed: 5, instances: 200, limit: 5, ratePerS: 8, throttled: 0.1 })];
  const path = await Deno.makeTempFile({ suffix: ".json.gz" });
  try {
    const [info, ...rest] = events;
    assert(info?.type === "run");
    await using log = await openRunLog(path, info);
    for (const event of rest) if (event.type !== "run") log[event.type](event as never);
    await log.close();
    const [written, direct] = [await buildReport(readRunLog(path).events), await buildReport(events)];
    assertClose(written, direct);
  } finally {
    await Deno.remove(path);
  }
});

/** Numbers may differ by the microsecond that the log keeps. */
function assertClose(actual: unknown, expected: unknown, path = ""): void {
  if (typeof expected === "number") assertAlmostEquals(actual as number, expected, 0.01, path);
  else if (typeof expected !== "object" || expected === null) assertEquals(actual, expected, path);
  else {
    assertEquals(Object.keys(actual as object), Object.keys(expected), path);
    for (const [key, value] of Object.entries(expected)) {
      assertClose((actual as Record<string, unknown>)[key], value, `${path}.${key}`);
    }
  }
}

Deno.test("buildReport() folds 200,000 attempts in a few seconds", async () => {
  function* many(): Generator<RunEvent> {
    yield run();
    for (let i = 0; i < 200_000; i++) {
      const instance = `${"abcd"[i % 4]}${i}`;
      yield submit(instance, i);
      yield attempt(instance, i + 5, 100, { queuedMs: 5, function: `f${i % 50}` });
      yield end(instance, i + 105);
    }
  }
  const before = performance.now();
  const report = await buildReport(many());
  assert(performance.now() - before < 10_000);
  assertEquals(report.functions.invocations, 200_000);
  assertEquals(report.concurrency.max, 100);
  assertEquals(report.chain_ms, same(105));
  assertAlmostEquals(report.fairness.jain, 1, 1e-3);
});

Deno.test("buildReport() says of chains that ended before they were submitted that a clock was set, and leaves their times out", async () => {
  const events = [
    run("fcfs", 3),
    submit("a", 5000, { deadlineMs: 1000 }),
    submit("b", 1000),
    attempt("a", 1000, 500),
    end("a", 1500, "completed", { idealMs: 500 }),
    end("b", 2000, "completed", { idealMs: 500 }),
  ];
  const { backwards, chains, chain_ms, slowdown, deadlines } = await buildReport(events);
  assertEquals([backwards, chains.completed, chain_ms.max, chain_ms.mean, slowdown.max], [
    1,
    2,
    1000,
    1000,
    2,
  ]);
  assertEquals(deadlines, { met: 0, missed: 0 });
});
