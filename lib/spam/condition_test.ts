import { assertEquals, assertThrows } from "@std/assert";
import { isRising, isTrue, parseCondition, valueOf } from "./condition.ts";

const FIGURES = {
  calls: 200,
  throttled: 10,
  failed: 1,
  latency_ms: { mean: 100, p50: 90, p90: 200, p95: 300, p99: 700, max: 900 },
};

Deno.test("parseCondition() reads figures, times with units and shares in percent", () => {
  const table: [string, number, number, boolean][] = [
    ["latency_ms.p99 > 500", 500, 700, true],
    ["latency_ms.p99>0.7s", 700, 700, false],
    [" latency_ms.mean >= 100ms ", 100, 100, true],
    ["throttledShare > 5%", 0.05, 0.05, false],
    ["throttledShare >= 5 %", 0.05, 0.05, true], // as reports write it
    ["failedShare < 0.01", 0.01, 0.005, true],
  ];
  for (const [text, value, actual, expected] of table) {
    const condition = parseCondition(text);
    assertEquals([condition.value, valueOf(condition, FIGURES)], [value, actual]);
    assertEquals(isTrue(condition, actual), expected, text);
    assertEquals(isTrue(condition, null), false);
    assertEquals(isRising(condition), !text.includes("<"));
  }
});

Deno.test("parseCondition() says what to write", () => {
  const table: [string, string][] = [
    ["latency_ms.p99", 'Cannot read "latency_ms.p99" as a condition. Write a figure'],
    ["latency.p99 > 5", 'there is no figure "latency.p99"; did you mean "latency_ms.p99"?'],
    [
      "latency_ms.p99 > 5%",
      'Cannot read "5%" in the condition "latency_ms.p99 > 5%". Write 500 (milliseconds) or 1.5s',
    ],
    ["failedShare > 5", 'Cannot use "5" in the condition "failedShare > 5": a share is at most 1, or 100%'],
    ["throttledShare > 150%", "a share is at most 1, or 100%. Write 0.05 or 5%"],
    ["failedShare > 5s", 'Cannot read "5s" in the condition "failedShare > 5s". Write 0.05 or 5%'],
  ];
  for (const [text, message] of table) assertThrows(() => parseCondition(text), SyntaxError, message);
});
