import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import {
  formatDuration,
  parseCount,
  parseDuration,
  parsePositiveDuration,
  parseRate,
  parseRateWindow,
} from "./durations.ts";
import { assertFails } from "./testing.ts";

Deno.test("parseDuration() reads each unit", () => {
  const table: [string | number, number][] = [
    ["250ms", 250],
    ["5s", 5000],
    ["1.5s", 1500],
    [".5s", 500],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["1d", 86_400_000],
    ["365d", 31_536_000_000],
    ["0ms", 0],
    [" 5s ", 5000],
    [7, 7],
    [0.25, 0.25],
  ];
  for (const [text, ms] of table) assertStrictEquals(parseDuration(text), ms, String(text));
});

Deno.test("parseDuration() says what to write instead", () => {
  for (
    const text of [
      "",
      "5",
      "s",
      "5 s",
      "5S",
      "5min",
      "1e3s",
      "-5s",
      "+5s",
      "5s5s",
      "5.s",
      "Infinity",
      "NaN",
      "0x5s",
    ]
  ) {
    assertFails(() => parseDuration(text), {
      name: "SyntaxError",
      message: `Cannot read "${text}" as a duration. Write a number with a unit: 250ms, 5s, 2m or 1h`,
    });
  }
});

Deno.test("parseDuration() refuses what is negative, over a year or no number", () => {
  for (const value of [-1, -0.001, NaN, Infinity, -Infinity, 1e99, "366d", "9".repeat(400) + "s"]) {
    assertFails(() => parseDuration(value), {
      name: "RangeError",
      message: `Cannot use the duration "${value}": it is not between 0 and 365d`,
    });
  }
});

Deno.test("parsePositiveDuration() refuses 0", () => {
  assertStrictEquals(parsePositiveDuration("1ms"), 1);
  for (const zero of ["0s", 0]) {
    assertFails(() => parsePositiveDuration(zero), {
      name: "RangeError",
      message: `Cannot use the duration "${zero}": it must be longer than 0`,
    });
  }
});

Deno.test("parseRate() reads rates per second, minute and hour", () => {
  const table: [string | number, number][] = [["5", 5], ["5/s", 5], ["300/m", 5], ["3600/h", 1], [0.5, 0.5], [
    ".5",
    0.5,
  ]];
  for (const [text, perS] of table) assertStrictEquals(parseRate(text), perS, String(text));
});

Deno.test("parseRateWindow() keeps the window that a rate names", () => {
  assertEquals(parseRateWindow(50), { count: 50, perMs: 1000 });
  assertEquals(parseRateWindow("300/m"), { count: 300, perMs: 60_000 });
  assertEquals(parseRateWindow("10/h"), { count: 10, perMs: 3_600_000 });
});

Deno.test("parseRate() refuses 0, negative, NaN, too large and unreadable rates", () => {
  for (const value of [0, -1, NaN, Infinity, 1e99, "0", "0/m", "10000001"]) {
    assertFails(() => parseRate(value), {
      name: "RangeError",
      message: `Cannot use the rate "${value}": it is not above 0 and at most 10000000 per second`,
    });
  }
  for (const text of ["", "fast", "-5", "1e99", "5/d", "5/ms", "5 /s", "NaN"]) {
    assertFails(() => parseRate(text), {
      name: "SyntaxError",
      message: `Cannot read "${text}" as a rate. Write a number per second (5) or with a unit (300/m)`,
    });
  }
});

Deno.test("parseCount() reads whole numbers from 1", () => {
  assertStrictEquals(parseCount("100"), 100);
  assertStrictEquals(parseCount(1_000_000_000), 1_000_000_000);
  for (const value of [0, -1, 1.5, NaN, Infinity, "0", "1000000001", 1e99]) {
    assertFails(() => parseCount(value), {
      name: "RangeError",
      message: /^Cannot use the count .+ 1 and 1000000000$/,
    });
  }
  for (const text of ["", "-1", "1.5", "1e3", "many", "0x10"]) {
    assertFails(() => parseCount(text), {
      name: "SyntaxError",
      message: `Cannot read "${text}" as a count. Write a whole number, for example 100`,
    });
  }
});

Deno.test("formatDuration() writes three digits and a unit", () => {
  const table: [number, string][] = [
    [0, "0ms"],
    [0.001, "0ms"],
    [0.01, "0.01ms"],
    [0.5, "0.50ms"],
    [1, "1ms"],
    [8.214, "8.21ms"],
    [82.14, "82.1ms"],
    [100, "100ms"],
    [821.4, "821ms"],
    [999.4, "999ms"],
    [999.5, "1s"],
    [1000, "1s"],
    [1250, "1.25s"],
    [10_000, "10s"],
    [12_500, "12.5s"],
    [59_949, "59.9s"],
    [59_950, "1m"],
    [60_000, "1m"],
    [125_000, "2m 5s"],
    [3_599_400, "59m 59s"],
    [3_600_000, "1h"],
    [3_780_000, "1h 3m"],
    [86_400_000, "24h"],
    [259_140_000, "71h 59m"],
    [259_200_000, "3d"],
    [273_600_000, "3d 4h"],
    [365 * 86_400_000, "365d"],
    [-1500, "-1.50s"],
    [Infinity, "–"],
    [NaN, "–"],
  ];
  for (const [ms, text] of table) assertStrictEquals(formatDuration(ms), text, String(ms));
});

Deno.test("formatDuration() stays within one in a hundred of what it formats", () => {
  const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  fc.assert(fc.property(fc.double({ min: 0.5, max: 1e11, noNaN: true }), (ms) => {
    const read = formatDuration(ms).split(" ").map((part) => {
      const unit = part.replace(/[\d.]+/, "") as keyof typeof unitMs;
      return parseFloat(part) * unitMs[unit];
    }).reduce((a, b) => a + b);
    assert(Math.abs(read - ms) <= ms / 100, `${ms} → ${formatDuration(ms)}`);
  }));
});
