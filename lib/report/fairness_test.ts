import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import type { JsonObject } from "../model/mod.ts";
import type { AttemptEvent, RunEvent, RunInfo } from "./events.ts";
import { buildDrawnRun, pageRun } from "./html/mod.ts";
import { buildReport } from "./report.ts";
import { RunningReport } from "./running_report.ts";
import { attempt, run, submit } from "./testing.ts";

/** Two seconds: a runs all the time, three calls at once; b waits, and has one call at a time. Both want more all the time. */
const THREE_TO_ONE: RunEvent[] = [
  run(),
  ...[0, 1, 2].map((i) => attempt(`a${i}`, 0, 2000)),
  attempt("a3", 2000, 0, { queuedMs: 2000 }),
  attempt("b0", 0, 1000),
  attempt("b1", 1000, 1000, { queuedMs: 1000 }),
  attempt("b2", 2000, 0, { queuedMs: 2000 }),
];

Deno.test("sharesOf() is Jain's index of what two wanting chains received", async () => {
  const { fairness, byChain } = await buildReport(THREE_TO_ONE);
  // in both windows x = (3000, 1000): 4000² ÷ (2 × (3000² + 1000²)) = 16 ÷ 20; the fair share is 2000
  assertAlmostEquals(fairness.jain!, 0.8);
  assertAlmostEquals(fairness.minShare!, 0.5);
  assertAlmostEquals(fairness.maxShare!, 1.5);
  assertAlmostEquals(byChain.a!.share!, 1.5);
  assertAlmostEquals(byChain.b!.share!, 0.5);
});

Deno.test("jainOverTime() has the index of each window, as the log says it and while the run goes on", async () => {
  const later = attempt("a4", 5000, 10), events = [...THREE_TO_ONE, later];
  const { jain } = pageRun(await buildDrawnRun("a", events)).picture;
  assertEquals([jain.windowMs, jain.values.length], [1000, 6]);
  assertAlmostEquals(jain.values[0]!, 0.8);
  assertAlmostEquals(jain.values[1]!, 0.8);
  assertEquals(jain.values.slice(2), [null, null, null, null]);
  const running = new RunningReport(run() as RunInfo);
  for (const event of events) {
    if (event.type !== "attempt") continue;
    running.started(event.function, event.chain, event.startedAtMs, event.instance);
    running.attempt(event);
  }
  assertEquals(running.jainOverTime(), jain);
});

Deno.test("sharesOf() divides by the weights", async () => {
  const weighted = [...THREE_TO_ONE, submit("a9", 0, { weight: 3 }), submit("b9", 0)];
  assertEquals((await buildReport(weighted)).fairness, { by: null, jain: 1, minShare: 1, maxShare: 1 });
});

Deno.test("sharesOf() counts only windows in which two chains want more, by their length", async () => {
  // 0–1 s: both want, x = (1000, 0): jain 1/2. 1–2 s: only b wants. 2–2.5 s: both want, x = (500, 500): jain 1.
  const { fairness, byChain } = await buildReport([
    run(),
    attempt("a1", 0, 1000),
    attempt("a2", 2000, 500),
    attempt("a3", 500, 0, { queuedMs: 500 }),
    attempt("a4", 2500, 0, { queuedMs: 300 }),
    attempt("b1", 1000, 1000, { queuedMs: 900 }),
    attempt("b2", 2000, 500, { queuedMs: 500 }),
    attempt("b3", 2400, 0, { queuedMs: 300 }),
  ]);
  assertAlmostEquals(fairness.jain!, (0.5 * 1 + 1 * 0.5) / 1.5);
  // a: 1500 of 500 + 500; b: 500 of 500 + 500
  assertAlmostEquals(byChain.a!.share!, 1.5);
  assertAlmostEquals(byChain.b!.share!, 0.5);
});

Deno.test("sharesOf() does not take a chain for wanting that waits less than half of the time", async () => {
  const { byChain } = await buildReport([
    run(),
    attempt("a1", 0, 1000),
    attempt("a2", 1000, 0, { queuedMs: 1000 }),
    attempt("b1", 440, 10, { queuedMs: 440 }),
  ]);
  assertEquals(byChain.a!.share, null);
});

Deno.test("sharesOf() does not take the cost of scheduling for a want", async () => {
  const { fairness, byChain } = await buildReport([
    run(),
    attempt("a1", 10, 1000, { queuedMs: 2 }),
    attempt("b1", 10, 10, { queuedMs: 2 }),
  ]);
  assertEquals(fairness, { by: null, jain: null, minShare: null, maxShare: null });
  assertEquals(byChain.a!.share, null);
});

Deno.test("sharesOf() takes refusals for good for a want, and not for work", async () => {
  const { fairness } = await buildReport([
    run(),
    attempt("a1", 0, 1000),
    attempt("a2", 900, 0, { queuedMs: 500 }),
    attempt("b1", 0, 1000, { outcome: "throttled" }),
  ]);
  assertEquals(fairness, { by: null, jain: 0.5, minShare: 0, maxShare: 2 });
});

Deno.test("sharesOf() sees a chain that was never served", async () => {
  const { fairness } = await buildReport([
    run(),
    submit("b1", 0),
    submit("a2", 0),
    attempt("a2", 1000, 1000, { queuedMs: 1000 }),
    attempt("a1", 0, 1000),
    attempt("a3", 2000, 0, { queuedMs: 1500 }),
  ]);
  assertEquals(fairness, { by: null, jain: 0.5, minShare: 0, maxShare: 2 });
});

Deno.test("sharesOf() widens the windows of a long run", async () => {
  // 1000 s in 250 windows of 4 s: what is unfair within a window evens out
  const events: RunEvent[] = [run()];
  for (let second = 0; second < 1000; second++) {
    const [served, waiting] = second % 4 === 3 ? ["b", "a"] : ["a", "b"];
    events.push(attempt(`${served}${second}`, second * 1000, 1000, { queuedMs: 3900 }));
    events.push(attempt(`${waiting}x${second}`, second * 1000 + 999, 0, { queuedMs: 900, chain: waiting! }));
  }
  const { jain } = (await buildReport(events)).fairness;
  // each window has 3 s of one and 1 s of the other: 16 ÷ (2 × 10)
  assertAlmostEquals(jain!, 0.8, 1e-9);
});

Deno.test("sharesOf() does not take a chain for wanting that was refused once and then served", async () => {
  const { fairness } = await buildReport([
    run(),
    attempt("a1", 0, 1000),
    attempt("a2", 1000, 0, { queuedMs: 1000 }),
    attempt("b1", 0, 5, { outcome: "throttled", settled: false }),
    attempt("b1", 20, 980, { queuedMs: 20 }),
  ]);
  assertEquals(fairness.jain, null);
});

Deno.test("sharesOf() sees whether a chain waits for half of a window exactly", async () => {
  const waits = async (ms: number) => {
    const both = ["a", "b"].flatMap((chain) => [
      attempt(`${chain}1`, 0, 1000),
      attempt(`${chain}2`, ms / 2, 0, { queuedMs: ms / 2 }),
      attempt(`${chain}3`, 700, 0, { queuedMs: ms / 2 }),
    ]);
    return (await buildReport([run(), ...both])).fairness.jain;
  };
  assertEquals([await waits(499.9), await waits(500)], [null, 1]);
});

/** Two tenants, each with calls of both chains, who receive 3 : 1. */
function tenants(scheduling: JsonObject): RunEvent[] {
  const info = { ...run(), scheduling } as RunEvent;
  const calls = THREE_TO_ONE.slice(1).map((event) => {
    const { instance, chain } = event as AttemptEvent;
    return { ...event, chain: "ab"[Number(instance.slice(-1)) % 2]!, instance: `${chain}:${instance}` };
  });
  const submissions = ["a", "b"].flatMap((tenant) =>
    [0, 1, 2, 3].map((i) => submit(`${tenant}:${tenant}${i}`, 0, { chain: "ab"[i % 2]!, labels: { tenant } }))
  );
  return [info, ...submissions, ...calls as RunEvent[]];
}

Deno.test("sharesOf() judges by the label that the policy shared by, or the one that is asked for", async () => {
  for (const [scheduling, options] of [[{ by: "tenant" }, {}], [{}, { by: "tenant" }]] as const) {
    const { fairness, byChain, byLabel } = await buildReport(tenants(scheduling), options);
    assertEquals(fairness.by, "tenant");
    assertAlmostEquals(fairness.jain!, 0.8);
    assertAlmostEquals(byLabel!.tenant!.a!.share!, 1.5);
    assertAlmostEquals(byLabel!.tenant!.b!.share!, 0.5);
    assertEquals([byLabel!.tenant!.a!.functions.attempts, byLabel!.tenant!.a!.chains.submitted], [4, 4]);
    assertEquals(byChain.a!.share, null);
  }
  const { fairness, byLabel } = await buildReport(tenants({}));
  assertEquals([fairness.by, byLabel], [null, undefined]);
});

Deno.test("sharesOf() judges by the weights that were given to chains, and by calls where these are shared", async () => {
  const [info, ...calls] = THREE_TO_ONE;
  const of = async (scheduling: JsonObject, policy = "weighted") =>
    (await buildReport([{ ...info, policy, scheduling } as RunEvent, ...calls])).fairness;
  const fair = { by: null, jain: 1, minShare: 1, maxShare: 1 };
  assertEquals(await of({ weight: [["a", 3]] }), fair);
  assertEquals(await of({ weight: [["a", 3]], by: "tenant" }), fair, "--by is not for weighted");
  // in the first second a starts three calls and b one, in the second only b starts one
  const { jain, minShare } = await of({ share: "calls" }, "fair-share");
  assertAlmostEquals(jain!, (16 / 20 + 1 / 2) / 2);
  assertAlmostEquals(minShare!, 2 / 2.5);
});

const wait = fc.record({
  chain: fc.constantFrom("a", "b", "c"),
  atMs: fc.nat(4000),
  queuedMs: fc.nat(3000),
  runMs: fc.nat(2000),
  outcome: fc.constantFrom("ok", "failed", "throttled"),
  settled: fc.boolean(),
});

Deno.test("sharesOf() has the index and the shares that follow from their definitions", async () => {
  await fc.assert(fc.asyncProperty(fc.array(wait, { minLength: 1, maxLength: 30 }), async (calls) => {
    const events = calls.map(({ chain, atMs, runMs, ...more }, i) =>
      attempt(`${chain}${i}`, atMs, runMs, { chain, ...more } as Partial<AttemptEvent>)
    );
    const { fairness, byChain } = await buildReport([run(), ...events]);
    const expected = slowShares(calls);
    const [jain, shares] = [
      fairness.jain,
      Object.fromEntries(Object.entries(byChain).map(([k, v]) => [k, v.share])),
    ];
    if (expected.jain === null) assertEquals(jain, null);
    else assertAlmostEquals(jain!, expected.jain, 1e-9);
    for (const [chain, share] of Object.entries(shares)) {
      const should = expected.shares.get(chain) ?? null;
      if (should === null) assertEquals(share, null);
      else assertAlmostEquals(share!, should, 1e-9);
    }
  }));
});

type Wait = typeof wait extends fc.Arbitrary<infer T> ? T : never;

/** By the millisecond, as all times here are whole ones: slow, and short. */
function slowShares(calls: readonly Wait[]): { jain: number | null; shares: Map<string, number> } {
  const first = Math.min(...calls.map(({ atMs }) => atMs));
  const last = Math.max(...calls.map(({ atMs, runMs }) => atMs + runMs));
  const names = [...new Set(calls.map(({ chain }) => chain))];
  const received = new Map<string, number>(), fair = new Map<string, number>();
  let sum = 0, time = 0;
  for (let from = first; from < last; from += 1000) {
    const to = Math.min(last, from + 1000);
    const instants = Array.from({ length: to - from }, (_, i) => from + i);
    const of = (name: string) => calls.filter(({ chain }) => chain === name);
    const isWanting = (name: string) =>
      of(name).some(({ outcome, settled, atMs }) =>
        outcome === "throttled" && settled && from <= atMs && atMs < from + 1000
      ) ||
      2 *
            instants.filter((at) => of(name).some(({ atMs, queuedMs }) => atMs - queuedMs <= at && at < atMs))
              .length >= to - from;
    const worked = (name: string) =>
      of(name).filter(({ outcome }) => outcome !== "throttled").reduce(
        (ms, { atMs, runMs }) => ms + Math.max(0, Math.min(to, atMs + runMs) - Math.max(from, atMs)),
        0,
      );
    const wanting = names.filter(isWanting), x = wanting.map(worked), all = x.reduce((a, b) => a + b, 0);
    if (wanting.length < 2 || all === 0) continue;
    sum += (to - from) * all * all / (wanting.length * x.reduce((a, b) => a + b * b, 0));
    time += to - from;
    wanting.forEach((name, i) => {
      received.set(name, (received.get(name) ?? 0) + x[i]!);
      fair.set(name, (fair.get(name) ?? 0) + all / wanting.length);
    });
  }
  const shares = new Map([...fair].map(([name, share]) => [name, received.get(name)! / share]));
  return { jain: time > 0 ? sum / time : null, shares };
}
