import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { buildReport } from "./report.ts";
import { attempt, end, run, submit } from "./testing.ts";
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

Deno.test("parseThreshold() names the nearest valid spelling", () => {
  const message = (text: string) => assertThrows(() => parseThreshold(text), SyntaxError).message;
  assertStringIncludes(message("queuing_ms.p99 > 200"), "Did you mean queueing_ms.p99?");
  assertStringIncludes(message("byChain.fan7.chian_ms.max > 1"), "Did you mean byChain.fan7.chain_ms.max?");
  assertStringIncludes(message("nonsense > 1"), "for example");
  assertStringIncludes(message("queueing_ms.p99 = 200"), "Write a figure, <, <=");
  assertStringIncludes(message("queueing_ms.p99"), "Write a figure, <, <=");
  assertStringIncludes(message(""), "Write a figure");
  assertStringIncludes(message("queueing_ms.p99 > fast"), 'Cannot read "fast"');
  assertStringIncludes(message("chains.dropped > 5s"), "Write a number");
});
