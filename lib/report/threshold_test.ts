import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parseFigure } from "./figure.ts";
import { buildReport } from "./report.ts";
import { attempt, end, run, simulated, submit } from "./testing.ts";
import { checkThresholds, parseThreshold } from "./threshold.ts";

const report = await buildReport([
  run(),
  submit("a.b1", 0),
  attempt("a.b1", 250, 100, { queuedMs: 250 }),
  end("a.b1", 350),
  submit("x1", 0),
  end("x1", 10, "dropped"),
]);

function fails(text: string): boolean {
  return checkThresholds(report, [parseThreshold(text)])[0]!.failed;
}

Deno.test("checkThresholds() compares with every operator", () => {
  const cases: [string, boolean][] = [
    ["queueing_ms.p99 > 200", true],
    ["queueing_ms.p99 > 250", false],
    ["queueing_ms.p99>=250", true],
    ["queueing_ms.p99 < 250", false],
    ["queueing_ms.p99 <= 250", true],
    ["queueing_ms.p99 == 250", true],
    ["queueing_ms.p99 != 250", false],
    ["  chains.dropped   >   0  ", true],
    ["queueing_ms.p99 > 0.2s", true],
    ["run.durationMs > 5m", false],
    ["fairness.jain < 0.9", false],
  ];
  for (const [text, expected] of cases) assertEquals([text, fails(text)], [text, expected]);
});

Deno.test("checkThresholds() takes never for more than any number", () => {
  const cases: [string, boolean][] = [
    ["chain_ms.p99 > 99h", true],
    ["chain_ms.p99 < 99h", false],
    ["chain_ms.mean >= 5", true],
    ["chain_ms.p50 > 350", false],
    ["completed_chain_ms.max > 350", false],
  ];
  for (const [text, expected] of cases) assertEquals([text, fails(text)], [text, expected]);
  const [result] = checkThresholds(report, [parseThreshold("chain_ms.p99 > 1")]);
  assertEquals(result!.actual, "never");
});

Deno.test("checkThresholds() looks at one chain or function, even if its name has dots", () => {
  assertEquals(fails("byChain.a.b.queueing_ms.p99 > 200"), true);
  assertEquals(fails("byChain.x.chains.dropped > 0"), true);
  assertEquals(fails("byFunction.f.run_ms.max > 100"), false);
  const error = assertThrows(() => fails("byChain.c.chains.dropped > 0"), RangeError);
  assertStringIncludes(error.message, 'the run has no chain "c". It has a.b, x');
});

Deno.test("checkThresholds() does not miss what there is no data for", () => {
  const [result] = checkThresholds(report, [parseThreshold("slowdown.p99 > 0")]);
  assertEquals([result!.actual, result!.failed], [null, false]);
});

Deno.test("checkThresholds() takes changes from a baseline", async () => {
  const slower = await buildReport([run(), attempt("a.b1", 400, 110, { queuedMs: 300 })]);
  const check = (text: string, of = slower, from = report) =>
    checkThresholds(of, [parseThreshold(text)], from)[0]!;
  const cases: [string, boolean][] = [
    ["queueing_ms.p99 +19%", true],
    ["queueing_ms.p99 + 20%", false],
    ["queueing_ms.p99 -1%", false],
    ["byChain.a.b.run_ms.p50 +9.5%", true],
    ["chains.dropped -50%", true],
    ["slowdown.p50 +5%", false],
  ];
  for (const [text, expected] of cases) assertEquals([text, check(text).failed], [text, expected]);
  const { actual, baseline } = check("queueing_ms.p99 +19%");
  assertEquals([actual, baseline], [300, 250]);
  assertEquals(check("chain_ms.p99 +5%", report, report).failed, false, "never is not above never");
  assertEquals(checkThresholds(slower, [parseThreshold("queueing_ms.p99 +5%")])[0]!.failed, false);
});

Deno.test("checkThresholds() takes a change within chance for none", async () => {
  const load = { instances: 1500, limit: 12, ratePerS: 6 };
  const [base, same, slow] = await Promise.all([
    buildReport(simulated({ ...load, seed: 1 })),
    buildReport(simulated({ ...load, seed: 2 })),
    buildReport(simulated({ ...load, seed: 3, limit: 7 })),
  ]);
  const check = (of: typeof report, text: string) => {
    const { failed, isChance } = checkThresholds(of, [parseThreshold(text)], base)[0]!;
    return [failed, isChance];
  };
  const change = same!.queueing_ms.p90! / base!.queueing_ms.p90! - 1;
  assert(Math.abs(change) > 0.01, `${change}`);
  assertEquals(check(same!, `queueing_ms.p90 ${change > 0 ? "+" : "-"}1%`), [false, true]);
  assertEquals(check(slow!, "queueing_ms.p90 +5%"), [true, false]);
  assertEquals(check(slow!, "queueing_ms.p90 +90000%"), [false, false]);
  assertEquals(check(slow!, "byFunction.etl_0.run_ms.p50 +5%"), [false, undefined]);
});

Deno.test("checkThresholds() takes a change of a chain, a function, a share or the cost within chance for none", async () => {
  const texts = [
    "byChain.image.chain_ms.p50 +1%",
    "byChain.etl.share -1%",
    "byFunction.etl_1.queueing_ms.p90 +1%",
    "byFunction.etl_1.run_ms.p50 +1%",
    "cost.total +1%",
  ];
  const thresholds = texts.map(parseThreshold), load = { instances: 1500, limit: 12, ratePerS: 6 };
  const priced = (seed: number, limit = 12) =>
    buildReport(
      [...simulated({ ...load, seed, limit })].map((event) =>
        event.type === "attempt" ? { ...event, cost: event.runMs / 1000 } : event
      ),
      { intervalsOf: thresholds },
    );
  const base = await priced(1), same = await priced(2), slow = await priced(3, 7);
  const checked = (of: typeof report) =>
    checkThresholds(of, thresholds, base).map(({ failed, isChance }) => [failed, isChance]);
  const chance = [false, true], worse = [true, false];
  assertEquals(checked(same), [chance, chance, chance, chance, chance]);
  assertEquals(checked(slow), [worse, worse, worse, chance, chance]);
});

Deno.test("buildReport() has intervals of values of labels, and none of what is not in the run", async () => {
  const events = [...simulated({ seed: 1, instances: 400, limit: 12, ratePerS: 6 })].map((event) =>
    event.type === "submit" ? { ...event, labels: { tier: event.chain === "etl" ? "a.b" : "c" } } : event
  );
  const paths = ["byLabel.tier.c.chain_ms.p50", "byLabel.tier.c.share", "byLabel.tier.d.chain_ms.p50"];
  const intervalsOf = [...paths, "byChain.d.run_ms.p50", "byFunction.d.run_ms.p50"].map(parseFigure);
  const figures = async (by?: string) => {
    const report = await buildReport(events, { intervalsOf, ...by !== undefined && { by } });
    return Object.keys(report.intervals!.figures).filter((path) => path.startsWith("by"));
  };
  assertEquals(await figures("tier"), paths.slice(0, 2).toReversed());
  assertEquals(await figures(), []);
});

Deno.test("parseThreshold() names the nearest valid spelling", () => {
  const message = (text: string) => assertThrows(() => parseThreshold(text), SyntaxError).message;
  assertStringIncludes(message("queuing_ms.p99 > 200"), "Did you mean queueing_ms.p99?");
  assertStringIncludes(message("byChain.fan7.chian_ms.max > 1"), "Did you mean byChain.fan7.chain_ms.max?");
  assertStringIncludes(message("nonsense > 1"), "for example");
  assertStringIncludes(message("queuing_ms.p99 +5%"), "Did you mean queueing_ms.p99?");
  assertStringIncludes(message("queueing_ms.p99 +5"), "chain_ms.p95 +5%");
  assertStringIncludes(message("queueing_ms.p99 = 200"), "Write a figure, <, <=");
  assertStringIncludes(message("queueing_ms.p99"), "Write a figure, <, <=");
  assertStringIncludes(message(""), "Write a figure");
  assertStringIncludes(message("queueing_ms.p99 > fast"), 'Cannot read "fast"');
  assertStringIncludes(message("chains.dropped > 5s"), "Write a number");
});
