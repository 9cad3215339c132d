import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import type { JsonObject } from "../model/mod.ts";
import type { RunEvent, RunInfo } from "./events.ts";
import { LEAST } from "./histogram.ts";
import { InOrder } from "./in_order.ts";
import { buildReport } from "./report.ts";
import { RunningReport } from "./running_report.ts";
import type { ReportOptions } from "./samples.ts";
import type { Report as RunReport } from "./schema.ts";
import type { Band } from "./band.ts";
import type { Series } from "./series.ts";
import { buildRunView } from "./view.ts";
import { attempt, end, run, simulated, START_MS, submit } from "./testing.ts";

/** The report without the words of its remarks, which have means of buckets that differ. */
function comparable({ notes, ...report }: RunReport) {
  return { ...report, notes: notes.map(({ code }) => code).filter((code) => code !== "growing-backlog") };
}

/** @param most events that may wait for others that came before them (Default: any number) */
function runningReport(
  events: readonly RunEvent[],
  options: ReportOptions = {},
  most = Infinity,
): RunningReport {
  const info = events[0] as RunInfo, report = new RunningReport(info, options);
  const inOrder = new InOrder(report, info, most);
  for (const event of events) inOrder.add(event);
  inOrder.end();
  return report;
}

/** Percentiles may be off by a thousandth, or taken for 0 where a histogram tells nothing apart; all else by rounding. */
function assertAgrees(actual: unknown, expected: unknown, path = ""): void {
  if (typeof expected === "number") {
    const size = Math.abs(expected), rounding = 1e-9 * size + 1e-9;
    const tolerance = !/\.p\d+$/.test(path) ? rounding : size < LEAST ? LEAST : 0.001 * size + rounding;
    assertAlmostEquals(actual as number, expected, tolerance, path);
  } else if (typeof expected !== "object" || expected === null) assertEquals(actual, expected, path);
  else {
    assertEquals(Object.keys(actual as object), Object.keys(expected), path);
    for (const [key, value] of Object.entries(expected)) {
      assertAgrees((actual as Record<string, unknown>)[key], value, `${path}.${key}`);
    }
  }
}

const call = fc.record(
  {
    afterMs: fc.nat(3000),
    queuedMs: fc.oneof(fc.constant(0), fc.nat(400_000)),
    runMs: fc.oneof(fc.nat(50), fc.nat(20_000)),
    providerQueuedMs: fc.constantFrom(0, 0, 7),
    outcome: fc.constantFrom("ok", "ok", "ok", "failed", "throttled", "cancelled"),
    cold: fc.boolean(),
    function: fc.constantFrom("f", "g", "h"),
    /** As another attempt of the call before, which may be counted from 1 again, as after a crash. */
    again: fc.constantFrom(false, false, "next", "anew"),
    /** As a call of an item of a map, and in a generation, that others of the node may have as well. */
    item: fc.option(fc.nat(1), { nil: undefined }),
    generation: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
  } as const,
);

const instance = fc.record(
  {
    chain: fc.constantFrom("a", "b", "__proto__"),
    atMs: fc.oneof(fc.integer({ min: -100, max: 5000 }), fc.nat(1_500_000)),
    deadlineMs: fc.option(fc.nat(20_000), { nil: undefined }),
    calls: fc.oneof( // a few; or more than are kept one by one
      { weight: 9, arbitrary: fc.array(call, { maxLength: 5 }) },
      { weight: 1, arbitrary: fc.array(call, { minLength: 20, maxLength: 60 }) },
    ),
    outcome: fc.constantFrom("completed", "completed", "failed", "cancelled", "dropped", "shed", undefined),
    reason: fc.constantFrom("ttl", "no answer within 5 ms", "no answer within 6 ms", undefined),
    idealMs: fc.option(fc.nat(5000), { nil: undefined }),
    /** Whether the instance before it called it. */
    isCalled: fc.constantFrom(false, false, true),
    tenant: fc.constantFrom("x", "y", undefined),
  } as const,
);

type SeenInstance = typeof instance extends fc.Arbitrary<infer T> ? T : never;

/** A chain with the time that it would have taken had nothing waited. */
function ideal(idealMs: number, calls: SeenInstance["calls"] = []): SeenInstance {
  return {
    chain: "a",
    atMs: 0,
    deadlineMs: undefined,
    calls,
    outcome: "completed",
    reason: undefined,
    idealMs,
    isCalled: false,
    tenant: undefined,
  };
}

const BRIEF: SeenInstance["calls"][number] = {
  ...{
    afterMs: 0,
    queuedMs: 0,
    runMs: 1,
    providerQueuedMs: 0,
    outcome: "ok",
    cold: false,
    function: "f",
    again: false,
    item: undefined,
    generation: undefined,
  },
};

/** Slowdowns of 0 and of 1/1025, which is below what a histogram tells from 0. */
const BELOW_THE_FLOOR = [ideal(1), ideal(1, [BRIEF]), ideal(1025, [BRIEF])];

/** Callers of chains end after them: here they complete, or do not end. */
function mayCall(caller: SeenInstance | undefined, atMs: number): boolean {
  return caller !== undefined && caller.atMs <= atMs && (caller.outcome ?? "completed") === "completed";
}

/** @param isByTenant whether weights differ by tenant, instead of by chain */
function eventsOf(instances: readonly SeenInstance[], isByTenant: boolean) {
  return instances.flatMap(
    ({ chain, atMs, deadlineMs, calls, outcome, reason, idealMs, isCalled, tenant }, i): RunEvent[] => {
      const id = `i${i}`;
      const events: RunEvent[] = [
        submit(id, atMs, {
          chain,
          weight: (isByTenant ? tenant === "x" : chain === "a") ? 1 : 3,
          ...(deadlineMs === undefined ? {} : { deadlineMs }),
          labels: tenant === undefined ? {} : { tenant },
          ...isCalled && mayCall(instances[i - 1], atMs) && { parent: `i${i - 1}` },
        }),
      ];
      let nowMs = Math.max(0, atMs), node = 0, number = 1, name = "f", part = {};
      const names: string[] = [];
      calls.forEach(({ afterMs, runMs, again, item, generation, ...more }, c) => {
        if (again !== false && c > 0) number = again === "anew" ? 1 : number + 1;
        else {
          [node, number] = [c % 3, 1];
          name = names[node] ??= more.function;
          part = { ...item !== undefined && { item }, ...generation !== undefined && { generation } };
        }
        nowMs += afterMs;
        const settled = (calls[c + 1]?.again ?? false) === false;
        events.push(
          attempt(id, nowMs, runMs, {
            ...more,
            ...part,
            ...{ chain, function: name, node: `n${node}`, attempt: number, settled },
          }),
        );
        nowMs += runMs;
      });
      const ideal = { ...idealMs !== undefined && { idealMs }, ...reason !== undefined && { reason } };
      return outcome === undefined ? events : [...events, end(id, nowMs, outcome, { chain, ...ideal })];
    },
  );
}

/** The options of the policy, and a label that the report is asked for. */
const shared = fc.constantFrom(
  [{}, undefined],
  [{}, "tenant"],
  [{ by: "tenant" }, undefined],
  [{ share: "calls", weight: [["a", 5]] }, undefined],
  [{ by: "tenant", share: "calls" }, undefined],
) as fc.Arbitrary<readonly [JsonObject, string | undefined]>;

Deno.test("RunningReport agrees with buildReport() on any run", async () => {
  let played = 0, unfair = 0, merged = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(instance, { maxLength: 40 }), shared, async (instances, [scheduling, by]) => {
      const events = [
        { ...run(), scheduling } as RunEvent,
        ...eventsOf(instances, (by ?? scheduling.by) === "tenant"),
      ];
      const options = by === undefined ? {} : { by };
      const expected = await buildReport(events, options);
      assertAgrees(comparable(runningReport(events, options).report()), comparable(expected));
      played++;
      if (expected.fairness.jain! < 1) unfair++;
      if (expected.run.durationMs > 400_000) merged++;
    }),
    { numRuns: 200, examples: [[BELOW_THE_FLOOR, [{}, undefined]]] },
  );
  assert(
    Math.min(unfair, merged) > 0.1 * played,
    `of ${played} runs, ${unfair} were unfair and ${merged} long`,
  );
});

Deno.test("RunningReport agrees with buildReport() on the runs of a platform, also long ones", async () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    for (const [instances, ratePerS] of [[100, 8], [2000, 2.5]] as const) {
      const events = [
        ...simulated({ seed, instances, limit: 3, ratePerS, throttled: 0.1, fair: seed % 2 === 0 }),
      ];
      const expected = await buildReport(events);
      assert(expected.fairness.jain! < 1 && expected.chains.unfinished > 0);
      assertAgrees(comparable(runningReport(events).report()), comparable(expected));
    }
  }
});

Deno.test("InOrder tells a log of the order of ends within its bound, and what comes too late as well", async () => {
  const events = [...simulated({ seed: 3, instances: 2000, limit: 3, ratePerS: 2.5, throttled: 0.1 })];
  const asWritten = [events[0]!, ...events.slice(1).toSorted((a, b) => writtenAtMs(a) - writtenAtMs(b))];
  const expected = await buildReport(events);
  assertAgrees(comparable(runningReport(asWritten, {}, 1000).report()), comparable(expected));
  const { concurrency, chains, functions, queueing_ms } = runningReport(asWritten, {}, 1).report();
  assertAgrees([chains, functions, queueing_ms.mean], [
    expected.chains,
    expected.functions,
    expected.queueing_ms.mean,
  ]);
  assert(concurrency.max <= expected.concurrency.max, "nothing counts twice");
});

/** When a program writes an event into its log. */
function writtenAtMs(event: RunEvent): number {
  if (event.type === "attempt") return event.startedAtMs + event.runMs;
  if (event.type === "end") return event.endedAtMs;
  return event.type === "submit" ? event.submittedAtMs : 0;
}

Deno.test("RunningReport knows what called chains, late calls and retries have wasted", async () => {
  const events = [
    run(),
    submit("a1", 0),
    attempt("a1", 0, 1000),
    submit("b1", 0, { parent: "a1" }),
    attempt("b1", 0, 500),
    submit("c1", 0, { parent: "b1" }),
    attempt("c1", 0, 200),
    end("c1", 200),
    end("b1", 500),
    end("a1", 1000, "failed", { reason: "node f: answered with status 500" }),
    attempt("a1", 500, 1500, { node: "g", outcome: "cancelled" }),
    submit("a1", 3000),
    attempt("a1", 3000, 1000),
    submit("b2", 3000, { parent: "a1" }),
    attempt("b2", 3000, 300, { outcome: "failed" }),
    end("b2", 3500, "failed"),
    end("a1", 4000),
  ];
  const expected = await buildReport(events);
  assertEquals([expected.waste.calls, expected.waste.seconds], [5, 3.5]);
  const { waste, failures, byChain: { a, b } } = runningReport(events).report();
  assertAgrees([waste, failures, a!.waste, b!.waste], [
    expected.waste,
    expected.failures,
    expected.byChain.a!.waste,
    expected.byChain.b!.waste,
  ]);
});

Deno.test("RunningReport may be asked while the run goes on", () => {
  const events = [...simulated({ seed: 1, instances: 100, limit: 3, ratePerS: 8, throttled: 0.1 })];
  const info = events[0] as RunInfo, report = new RunningReport(info);
  const told = new InOrder(report, info, 20);
  for (const [i, event] of events.entries()) {
    told.add(event);
    if (i === events.length >> 1) assert(report.report().chains.unfinished > 0);
  }
  told.end();
  assertEquals(report.report(), report.report());
  assertAgrees(comparable(report.report()), comparable(runningReport(events).report()));
});

Deno.test("RunningReport tells 2,000 chains and functions apart, and counts the others together", () => {
  const info = run() as RunInfo, report = new RunningReport(info);
  for (let i = 0; i < 2500; i++) {
    const chain = `c${i}`, name = `f${i}`;
    report.submit(submit(`i${i}`, i, { chain }));
    report.started(name, chain, info.startedAtMs + i, `i${i}`);
    report.attempt(attempt(`i${i}`, i, 10, { chain, function: name }));
    report.end(end(`i${i}`, i + 10, "completed", { chain }));
  }
  const { byChain, byFunction, chains } = report.report();
  assertEquals([Object.keys(byChain).length, Object.keys(byFunction).length], [2001, 2001]);
  assertEquals(byChain["(others)"]!.chains.completed, 500);
  assertEquals([byFunction["(others)"]!.functions.attempts, chains.completed], [500, 2500]);
});

/** The time for which calls ran and waited, in milliseconds. */
function areas({ bands, bucketMs, buckets }: Series, durationMs: number) {
  const area = (means: readonly number[]) =>
    means.reduce((sum, mean, b) => sum + mean * Math.min(bucketMs, durationMs - b * bucketMs), 0);
  assertEquals(bands.every(({ running }) => running.length === buckets), true);
  return bands.map(({ name, running, waiting }: Band) => [name, area(running), area(waiting)]);
}

Deno.test("RunningReport has the charts of buildRunView(), in buckets of its own", async () => {
  for (const [instances, ratePerS] of [[100, 8], [2000, 2.5]] as const) {
    const events = [...simulated({ seed: 1, instances, limit: 3, ratePerS, throttled: 0.1 })];
    events.push(submit("etl99999", 1000)); // never attempted: it waits to the end
    const running = runningReport(events).view("a"), exact = await buildRunView("a", events);
    const { durationMs } = exact.report.run;
    assertAgrees(areas(running.series, durationMs), areas(exact.series, durationMs));
    assert(running.series.buckets <= 400 && running.series.buckets >= 200);
    for (const name of ["queueing", "chainTime"] as const) {
      const parts = running.series[name], expected = exact.series[name];
      assertEquals(parts.map(({ part }) => part), expected.map(({ part }) => part));
      parts.forEach(({ ms }, i) => assertAlmostEquals(ms, expected[i]!.ms, 0.001 * expected[i]!.ms + 0.001));
    }
    const { queueingCounts: counts } = exact.series, total = counts.reduce((a, b) => a + b);
    // A bound of a class may lie within a bucket of the histogram.
    running.series.queueingCounts.forEach((n, i) => assertAlmostEquals(n, counts[i]!, 0.002 * total));
    assertEquals(running.series.queueingCounts.reduce((a, b) => a + b), total);
    assertEquals(new Set(running.series.limit), new Set([3]));
  }
});

Deno.test("RunningReport decides an unfinished deadline at the last counter", () => {
  const report = new RunningReport(run() as RunInfo);
  report.submit(submit("a1", 0, { deadlineMs: 1000 }));
  assertEquals(report.report().deadlines, { met: 0, missed: 0 });
  report.counter({ atMs: START_MS + 2000, ready: 1, running: 0, limit: 1, throttled: 0 });
  assertEquals(report.report().deadlines, { met: 0, missed: 1 });
});

Deno.test("RunningReport shows a limit that was recorded before anything happened", () => {
  const report = new RunningReport(run() as RunInfo);
  report.counter({ atMs: START_MS, ready: 0, running: 0, limit: 7, throttled: 0 });
  report.submit(submit("a1", 10));
  assertEquals(report.view("a").series.limit, [7]);
});

Deno.test("RunningReport of nothing is that of buildRunView()", async () => {
  assertEquals(runningReport([run()]).view("a").report, (await buildRunView("a", [run()])).report);
  assertEquals(runningReport([run()]).view("a").series.bands, []);
});

Deno.test("RunningReport refuses attempts that have not started", () => {
  const report = new RunningReport(run() as RunInfo);
  report.started("g", "a", START_MS, "a1");
  assertThrows(() => report.attempt(attempt("a1", 0, 1)), Error, "Call started()");
});

/** Tells of the attempts from number `from` to `to`, a thousand a second, four at once. */
function tellMany(report: RunningReport, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const id = `${"abcd"[i % 4]}${i}`, chain = id[0]!, runMs = 1 + (i * 7) % 3, fn = `f${i % 10}`;
    report.submit(submit(id, i));
    report.started(fn, chain, START_MS + i + 0.5, id);
    report.attempt(attempt(id, i + 0.5, runMs, { queuedMs: (i * 13) % 500, function: fn }));
    report.end(end(id, i + runMs, "completed", { idealMs: 1 }));
  }
}

Deno.test("RunningReport takes no more memory for a longer run", () => {
  const report = new RunningReport(run() as RunInfo);
  tellMany(report, 0, 100_000);
  const { bytes } = report;
  // The blocks of time that intervals come from: at most 40, of five quantities over ten octaves each.
  const blocks = 40 * 5 * 10 * 1024;
  assert(bytes < 4 * 5200 + (4 * 10 * 2 + 4 * 2) * 20_480 + blocks, `${bytes}`);
  tellMany(report, 100_000, 1_000_000);
  assert(Math.abs(report.bytes - bytes) < blocks / 2, `${report.bytes} ${bytes}`);
  assertEquals(report.open, 0);
  assertEquals(report.report().functions.invocations, 1_000_000);
});
