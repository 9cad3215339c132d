import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { growthOf } from "../../tests/growth.ts";
import { openRunLog, readRunLog } from "../record/mod.ts";
import type { RunEvent, RunInfo } from "./events.ts";
import { buildReport } from "./report.ts";
import { buildRunView } from "./view.ts";
import { attempt, end, functionRun, run, simulated, START_MS, submit } from "./testing.ts";

const NONE = { mean: null, p50: null, p90: null, p95: null, p99: null, max: null };
const same = <T>(x: T) => ({ mean: x, p50: x, p90: x, p95: x, p99: x, max: x });

/**
 * Ten seconds of two chains, small enough to count by hand:
 *
 *   a1  f 0–1000 ok;  g 1000–3000 ok (queued 0)                               completed at 3000, ideal 2000, deadline 3000: met
 *   a2  f queued 500, 1000–1100 throttled; again 2000–4000 ok (queued 1500)   failed at 4000, deadline 1 s: missed
 *   b1  f 2000–2500 failed; again 3000–4000 ok (queued 1000), cold            completed at 10000, ideal 4000, deadline 5 s: missed
 *   b2  h 5000–6000 failed for good (queued 0)                                dropped
 *   b3  never attempted, deadline 2 s: missed                                 unfinished
 *   b4  cancelled; its call 6000–6000 cancelled, deadline 1 s: missed         cancelled
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
    queue: "sequoia",
    clock: "real",
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
    lost: 3,
    unfinished: 1,
    called: 0,
  });
  assertEquals(report.functions, {
    invocations: 6,
    attempts: 8,
    completed: 4,
    failed: 1,
    throttled: 1,
    retried: 1,
    coldStarts: 1,
    seconds: 7.6,
  });
  // a2: 100, 2000; b2: 1000; b4: 0
  assertEquals(report.waste, { calls: 4, seconds: 3.1, share: 3.1 / 7.6 });
  assertEquals(report.goodput, { chains: 2, unknown: 0, chainsPerS: 0.2, share: 2 / 6 });
  // settled: a1.f 0, a1.g 0, a2.f 1500, b1.f 1000, b2.h 0, b4.f 0
  assertEquals(report.queueing_ms, { mean: 2500 / 6, p50: 0, p90: 1500, p95: 1500, p99: 1500, max: 1500 });
  // ok: 1000, 2000, 2000, 1000
  assertEquals(report.run_ms, { mean: 1500, p50: 1000, p90: 2000, p95: 2000, p99: 2000, max: 2000 });
  // completed: a1 3000, b1 8000; the four others never
  assertEquals(report.chain_ms, same("never"));
  const { mean, p50, max } = report.completed_chain_ms;
  assertEquals([mean, p50, max], [5500, 3000, 8000]);
  assertEquals(report.slowdown, same("never"));
  assertEquals(report.throughput, { chainsPerS: 0.2, functionsPerS: 0.4 });
  // 1000 + 500 + 2000 + 2000 + 1000 + 1000 + 0 of 10000, without the refused one; from 2000 to 2500: a1.g, a2, b1
  assertEquals(report.concurrency, { mean: 0.75, max: 3 });
  assertEquals(report.deadlines, { met: 1, missed: 4 });
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
    lost: 1,
    unfinished: 0,
    called: 0,
  });
  assertEquals(b!.chains, {
    submitted: 4,
    completed: 1,
    failed: 0,
    dropped: 1,
    cancelled: 1,
    shed: 0,
    lost: 2,
    unfinished: 1,
    called: 0,
  });
  assertEquals(a!.functions.attempts, 4);
  assertEquals(a!.functions.invocations, 3);
  assertEquals(a!.concurrency, { mean: 0.5, max: 2 });
  assertEquals(a!.chain_ms, { ...same("never"), p50: 3000 });
  assertEquals(a!.completed_chain_ms, same(3000));
  assertEquals(b!.deadlines, { met: 0, missed: 3 });
  assertEquals(byFunction.h, {
    functions: {
      invocations: 1,
      attempts: 1,
      completed: 0,
      failed: 1,
      throttled: 0,
      retried: 0,
      coldStarts: 0,
      seconds: 1,
    },
    waste: { calls: 1, seconds: 1, share: 1 },
    queueing_ms: same(0),
    run_ms: NONE,
    function_ms: NONE,
    provider_queueing_ms: NONE,
    throughput: { functionsPerS: 0 },
    concurrency: { mean: 0.1, max: 1 },
  });
});

/** The calls and seconds wasted, of a run and its chains. */
const wasteOf = async (events: readonly RunEvent[]) => {
  const { waste, byChain } = await buildReport([run(), ...events]);
  const of = ({ calls, seconds }: typeof waste) => [calls, seconds];
  return [of(waste), ...Object.values(byChain).map(({ waste }) => of(waste))];
};

Deno.test("buildReport() counts calls of chains that a lost chain called as wasted, too", async () => {
  const events = [
    submit("a1", 0),
    attempt("a1", 0, 1000),
    submit("b1", 0, { parent: "a1" }),
    attempt("b1", 0, 500),
    submit("c1", 0, { parent: "b1" }),
    attempt("c1", 0, 200),
    end("c1", 200),
    end("b1", 500),
  ];
  assertEquals(await wasteOf([...events, end("a1", 1000)]), [[0, 0], [0, 0], [0, 0], [0, 0]]);
  assertEquals(await wasteOf([...events, end("a1", 1000, "failed")]), [[3, 1.7], [1, 1], [1, 0.5], [1, 0.2]]);
  assertEquals(await wasteOf(events), [[0, 0], [0, 0], [0, 0], [0, 0]], "nothing of a1 is lost yet");
});

Deno.test("buildReport() counts a call that ends after its lost chain as wasted, and none of a retry", async () => {
  const events = [
    submit("a1", 0),
    attempt("a1", 0, 1000, { outcome: "failed" }),
    end("a1", 1000, "failed"),
    attempt("a1", 500, 1500, { node: "g", outcome: "cancelled" }),
    submit("a1", 3000),
    attempt("a1", 3000, 1000),
    end("a1", 4000),
  ];
  assertEquals(await wasteOf(events), [[2, 2.5], [2, 2.5]]);
});

Deno.test("buildReport() counts for goodput what completes within the multiple that it is asked for", async () => {
  const events = [run(), submit("a1", 0), submit("a2", 0), submit("a3", 0), attempt("a1", 0, 4000)];
  const ends = [
    end("a1", 1000, "completed", { idealMs: 500 }),
    end("a2", 3000, "completed", { idealMs: 1000 }),
  ];
  const goodput = async (more: readonly RunEvent[], goodputTimes?: number) => {
    const report = await buildReport(
      [...events, ...more],
      goodputTimes === undefined ? {} : { goodputTimes },
    );
    return [report.goodputTimes, ...Object.values(report.goodput)];
  };
  assertEquals(await goodput(ends), [2, 1, 0, 0.25, 1 / 3]);
  assertEquals(await goodput(ends, 3), [3, 2, 0, 0.5, 2 / 3]);
  assertEquals(await goodput(ends, 1.5), [1.5, 0, 0, 0, 0]);
  assertEquals(await goodput([end("a1", 1000)]), [2, 0, 1, null, null], "no ideal time is known");
  assertEquals(await goodput([]), [2, 0, 0, 0, 0], "nothing has completed");
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

Deno.test("buildReport() of a log without events has zeros and nulls", async () => {
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
  assertEquals(report.fairness, { by: null, jain: null, minShare: null, maxShare: null });
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

Deno.test("buildReport() has the instances that no other called, and counts the called ones beside", async () => {
  const events: RunEvent[] = [
    run(),
    submit("a1", 0, { deadlineMs: 100 }),
    submit("b1", 10, { parent: "a1", deadlineMs: 20 }),
    submit("b2", 0),
    submit("c1", 0, { parent: "b9" }),
    attempt("b1", 10, 40),
    end("b1", 50),
    end("a1", 60),
    end("b2", 70, "failed"),
  ];
  const { chains, chain_ms, deadlines, functions, byChain } = await buildReport(events);
  assertEquals([chains.submitted, chains.completed, chains.failed, chains.called], [2, 1, 1, 2]);
  assertEquals([chain_ms.p50, chain_ms.max, deadlines.met, deadlines.missed], [60, "never", 1, 0]);
  assertEquals(functions.attempts, 1);
  const { b, c } = byChain;
  assertEquals([b!.chains.submitted, b!.chains.called, b!.chain_ms.p50, b!.deadlines.missed], [2, 1, 40, 1]);
  assertEquals([c!.chains.unfinished, c!.chains.called, c!.chain_ms.p50], [1, 1, "never"]);
});

Deno.test("buildReport() does not take an instance for waiting whose node is a chain that runs", async () => {
  const { byChain } = await buildReport([
    run(),
    submit("b1", 0),
    submit("a1", 0),
    submit("c1", 0, { parent: "a1" }),
    attempt("c1", 0, 1000),
  ]);
  assertEquals(byChain.a!.share, null);
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

Deno.test("buildReport() counts what runs at once, and not what is refused", async () => {
  const refused = { outcome: "throttled", settled: false } as const;
  const events = [
    run(),
    attempt("a1", 0, 100),
    attempt("a2", 50, 100),
    ...[1, 2, 3].map((i) => attempt(`b${i}`, 60, 20, refused)),
  ];
  const view = await buildRunView("r", events);
  assertEquals([view.report.concurrency.max, view.report.byChain.b!.concurrency.max], [2, 0]);
  assertEquals(view.series.bands.find(({ name }) => name === "b")!.running.some((n) => n > 0), false);
});

Deno.test("buildReport() has queueing times only where calls queue, and none of refused calls", async () => {
  const calls = [
    attempt("a1", 100, 10, { queuedMs: 100 }),
    attempt("a2", 0, 1, { outcome: "throttled", queuedMs: 900 }),
  ];
  const of = (more: Partial<RunInfo>) =>
    buildReport([{ ...run() as { type: "run" } & RunInfo, ...more }, ...calls]);
  const ours = await of({});
  assertEquals([ours.run.queue, ours.queueing_ms], ["sequoia", same(100)]);
  for (const without of [{ command: "spam" }, { command: "simulate", policy: "baseline" }]) {
    const { run: { queue }, queueing_ms, byChain, byFunction } = await of(without);
    assertEquals([queue, queueing_ms, byChain.a!.queueing_ms, byFunction.f!.queueing_ms], [
      null,
      NONE,
      NONE,
      NONE,
    ]);
  }
  const theirs = await of({ command: "spam", queue: "provider" });
  assertEquals([theirs.run.queue, theirs.queueing_ms], ["provider", same(100)]);
});

Deno.test("buildReport() adds the wait at the provider to the queueing time, where it is known", async () => {
  const { queueing_ms } = await buildReport([
    run(),
    attempt("a1", 100, 50, { queuedMs: 100, providerQueuedMs: 20 }),
    attempt("a2", 100, 50, { queuedMs: 100 }),
    functionRun("a2", 130, 15, { providerQueuedMs: 30 }),
    attempt("a3", 100, 50, { queuedMs: 100 }),
  ]);
  assertEquals([queueing_ms.p50, queueing_ms.max, queueing_ms.mean], [120, 130, 350 / 3]);
});

Deno.test("buildReport() has no dates of a simulation", async () => {
  const info = { ...run() as { type: "run" } & RunInfo, command: "simulate", startedAtMs: 0 };
  const { clock, startedAt } = (await buildReport([info])).run;
  assertEquals([clock, startedAt], ["virtual", null]);
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
  assert(expected.functions.throttled > 0 && expected.fairness.jain! < 1);
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
      assert((report.fairness.jain ?? 1) > 0 && (report.fairness.jain ?? 1) <= 1 + 1e-12);
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

Deno.test("buildReport() folds 200,000 attempts, in time that grows as their number", async () => {
  function* many(count: number): Generator<RunEvent> {
    yield run();
    for (let i = 0; i < count; i++) {
      const instance = `${"abcd"[i % 4]}${i}`;
      yield submit(instance, i);
      yield attempt(instance, i + 5, 100, { queuedMs: 5, function: `f${i % 50}` });
      yield end(instance, i + 105);
    }
  }
  const report = await buildReport(many(200_000));
  const growth = await growthOf((count) => buildReport(many(count)), [10_000, 100_000], 2);
  assert(growth < 50, `10 times as many attempts take ${growth.toFixed(1)} times as long`);
  assertEquals(report.functions.invocations, 200_000);
  assertEquals(report.concurrency.max, 100);
  assertEquals(report.chain_ms, same(105));
  assertAlmostEquals(report.fairness.jain!, 1, 1e-3);
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
