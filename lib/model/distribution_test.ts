import { assert, assertStrictEquals } from "@std/assert";
import {
  checkDistribution,
  constant,
  type Distribution,
  exponential,
  lognormal,
  meanMs,
  quantiles,
  sampleMs,
  uniform,
} from "./distribution.ts";
import { seededRandom } from "./random.ts";
import { assertFails } from "./testing.ts";

const COUNT = 100_000;

function samples(d: Distribution): number[] {
  const random = seededRandom(JSON.stringify(d));
  return Array.from({ length: COUNT }, () => sampleMs(d, random)).sort((a, b) => a - b);
}

function assertNear(actual: number, expected: number, what: string): void {
  assert(Math.abs(actual - expected) <= expected * 0.02, `${what}: ${actual}, expected ${expected}`);
}

/** Quantiles in closed form. */
const forms: [Distribution, (p: number) => number][] = [
  [constant("5ms"), () => 5],
  [uniform("10ms", "30ms"), (p) => 10 + 20 * p],
  [exponential("40ms"), (p) => -40 * Math.log(1 - p)],
  [quantiles({ 0: "10ms", 100: "1s" }), (p) => 10 * 100 ** p],
  [quantiles({ 100: "50ms", 0: 0, 50: "20ms" }), (p) => p < 0.5 ? 40 * p : 20 * 2.5 ** (2 * p - 1)],
];

Deno.test("sampleMs() draws from the distribution that it is given", () => {
  for (const [d, quantile] of forms) {
    const values = samples(d);
    assertNear(values.reduce((a, b) => a + b) / COUNT, meanMs(d), `mean of ${d.kind}`);
    for (const p of [0.1, 0.5, 0.9, 0.99]) {
      assertNear(values[COUNT * p]!, quantile(p), `quantile ${p} of ${d.kind}`);
    }
  }
});

Deno.test("sampleMs() of lognormal() has the median and the 99th percentile that it was given", () => {
  const d = lognormal("900ms", "1400ms");
  const values = samples(d);
  assertNear(values[COUNT / 2]!, 900, "median");
  assertNear(values[COUNT * 0.99]!, 1400, "99th percentile");
  assertNear(values.reduce((a, b) => a + b) / COUNT, meanMs(d), "mean");
});

Deno.test("meanMs() is the mean in closed form", () => {
  assertStrictEquals(meanMs(constant(7)), 7);
  assertStrictEquals(meanMs(uniform(10, 30)), 20);
  assertStrictEquals(meanMs(exponential("2s")), 2000);
  const sigma = Math.log(1.4 / 0.9) / 2.3263478740408408;
  assertNear(meanMs(lognormal("0.9s", "1.4s")), 900 * Math.exp(sigma * sigma / 2), "lognormal");
});

Deno.test("meanMs() and sampleMs() take times of 0 and without spread", () => {
  const random = seededRandom(1);
  for (
    const d of [constant(0), uniform(0, 0), exponential(0), lognormal(0, 0), quantiles({ 0: 0, 100: 0 })]
  ) {
    assertStrictEquals(meanMs(d), 0);
    assertStrictEquals(Math.abs(sampleMs(d, random)), 0);
  }
  assertStrictEquals(meanMs(lognormal("5ms", "5ms")), 5);
  assertStrictEquals(sampleMs(lognormal("5ms", "5ms"), random), 5);
});

Deno.test("checkDistribution() refuses bounds in the wrong order", () => {
  assertFails(() => uniform("2s", "1s"), {
    name: "RangeError",
    message: "Cannot use uniform(min, max) with 2s and 1s: the second must not be less",
  });
  assertFails(() => lognormal("2s", "1s"), {
    name: "RangeError",
    message: "Cannot use lognormal(median, p99) with 2s and 1s: the second must not be less",
  });
});

Deno.test("checkDistribution() refuses numbers that nothing can be expected of", () => {
  assertFails(() => lognormal(0, 1), {
    message: /Cannot use lognormal\(0, p99\): the median must be above 0/,
  });
  assertFails(
    () => lognormal(5e-324, 1000),
    { message: "Cannot use lognormal(median, p99): its mean is over a year. Write a smaller p99" },
  );
  assertFails(() => lognormal("1ms", "365d"), { name: "RangeError" });
  for (const bad of [-1, NaN, Infinity, 1e99]) {
    assertFails(() => constant(bad), { name: "RangeError" });
    assertFails(() => exponential(bad), { name: "RangeError" });
    assertFails(() => uniform(0, bad), { name: "RangeError" });
    assertFails(() => lognormal(1, bad), { name: "RangeError" });
  }
});

Deno.test("checkDistribution() says what to write for what is none", () => {
  const how =
    "Write constant(t), uniform(min, max), exponential(mean), lognormal(median, p99) or quantiles({ … })";
  for (const [value, shown] of [[5, "5"], [null, "null"], ["5s", '"5s"'], [[1], "[1]"]] as const) {
    assertFails(() => checkDistribution(value), {
      name: "TypeError",
      message: `Cannot use ${shown} as a time. ${how}`,
    });
  }
  assertFails(() => checkDistribution({ kind: "gamma" }), {
    name: "TypeError",
    message: `Cannot use a time of kind "gamma". ${how}`,
  });
  for (const ms of [undefined, "5s", null]) {
    assertFails(() => checkDistribution({ kind: "constant", ms }), {
      name: "TypeError",
      message: `Cannot use ${JSON.stringify(ms)} as a number of milliseconds. ${how}`,
    });
    assertFails(() => checkDistribution({ kind: "uniform", minMs: 1, maxMs: ms }), { name: "TypeError" });
  }
});

Deno.test("checkDistribution() refuses quantiles that are no distribution", () => {
  const form = "quantiles({ 0: …, 50: …, 100: … })";
  const table: [Parameters<typeof quantiles>[0], string][] = [
    [{}, "0 and 100, the bounds, are not both there"],
    [{ 0: "1s", 99: "2s" }, "0 and 100, the bounds, are not both there"],
    [{ [-1]: 0, 0: 0, 100: 1 }, "0 and 100, the bounds, are not both there"],
    [{ 0: "1s", 50: "0.5s", 100: "2s" }, "the time of 50 is less than the one before it"],
  ];
  for (const [given, why] of table) {
    assertFails(() => quantiles(given), { name: "RangeError", message: `Cannot use ${form}: ${why}` });
  }
  const many = Object.fromEntries(Array.from({ length: 102 }, (_, i) => [i * 100 / 101, i]));
  assertFails(() => quantiles(many), { message: /there are more than 101/ });
  const twice = [[0, 1], [0.5, 1], [0.5, 1], [1, 1]];
  assertFails(() => checkDistribution({ kind: "quantiles", quantiles: twice }), {
    message: /in their order/,
  });
  for (const bad of [undefined, [[0, "1s"], [1, 2]], [0, 1], [[0], [1]]]) {
    assertFails(() => checkDistribution({ kind: "quantiles", quantiles: bad }), { name: "TypeError" });
  }
});
