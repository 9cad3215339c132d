import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { RunEvent } from "./events.ts";
import { buildReport } from "./report.ts";
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
  assertAlmostEquals(fairness.jain, 0.8);
  assertAlmostEquals(fairness.minShare, 0.5);
  assertAlmostEquals(fairness.maxShare, 1.5);
  assertAlmostEquals(byChain.a!.share!, 1.5);
  assertAlmostEquals(byChain.b!.share!, 0.5);
});

Deno.test("sharesOf() divides by the weights", async () => {
  const weighted = [...THREE_TO_ONE, submit("a9", 0, { weight: 3 }), submit("b9", 0)];
  assertEquals((await buildReport(weighted)).fairness, { jain: 1, minShare: 1, maxShare: 1 });
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
  assertAlmostEquals(fairness.jain, (0.5 * 1 + 1 * 0.5) / 1.5);
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
  assertEquals(fairness, { jain: 1, minShare: 1, maxShare: 1 });
  assertEquals(byChain.a!.share, null);
});

Deno.test("sharesOf() takes throttles for a want, and not for work", async () => {
  const { fairness } = await buildReport([
    run(),
    attempt("a1", 0, 1000),
    attempt("a2", 900, 0, { queuedMs: 500 }),
    attempt("b1", 0, 1000, { outcome: "throttled", settled: false }),
  ]);
  assertEquals(fairness, { jain: 0.5, minShare: 0, maxShare: 2 });
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
  assertEquals(fairness, { jain: 0.5, minShare: 0, maxShare: 2 });
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
  assertAlmostEquals(jain, 0.8, 1e-9);
});
