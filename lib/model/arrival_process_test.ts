import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { type Arrivals, arrivalTimes, isEndless } from "./arrivals.ts";
import { bursts, daily, gamma, highestRatePerS, ramp, steps, weibull } from "./arrival_process.ts";
import { gammaFunction } from "./gaps.ts";
import { seededRandom } from "./random.ts";

const COUNT = 20_000;

function times(arrivals: Arrivals, bounds = { count: COUNT }): number[] {
  return [...arrivalTimes(arrivals, seededRandom("seed"), bounds)];
}

const gapsOf = (atMs: readonly number[]) => atMs.map((ms, i) => ms - (atMs[i - 1] ?? 0));

/** Kolmogorov–Smirnov: the greatest distance to the distribution function is under 1.63 ÷ √n in 99 of 100 samples. */
function assertDistributed(samples: readonly number[], below: (x: number) => number): void {
  const sorted = samples.toSorted((a, b) => a - b), n = sorted.length;
  const distance = Math.max(...sorted.map((x, i) => Math.max(below(x) - i / n, (i + 1) / n - below(x))));
  assert(distance < 1.63 / Math.sqrt(n), `distance ${distance} of ${1.63 / Math.sqrt(n)}`);
}

/** Whether arrivals are Poisson's of a changing rate: their gaps in expected arrivals are exponential with mean 1. */
function assertPoisson(atMs: readonly number[], expected: (ms: number) => number): void {
  assertDistributed(gapsOf(atMs.map(expected)), (x) => 1 - Math.exp(-x));
}

/** The error function, by its series: Abramowitz and Stegun, 7.1.5. */
function erf(x: number): number {
  let sum = 0, term = x;
  for (let n = 0; n < 200; n++) {
    sum += term / (2 * n + 1);
    term *= -x * x / (n + 1);
  }
  return Math.min(1, 2 / Math.sqrt(Math.PI) * sum);
}

Deno.test("gamma() has gaps of a gamma distribution, with the mean of the rate", () => {
  const meanMs = 1000 / 50;
  // Shape 2: an Erlang distribution. Shape 0.5: half a squared normal variable. Beyond 5 the series for it is not exact.
  assertDistributed(gapsOf(times(gamma(50, { cv: Math.SQRT1_2 }))), (gap) => {
    const x = 2 * gap / meanMs;
    return 1 - Math.exp(-x) * (1 + x);
  });
  assertDistributed(gapsOf(times(gamma(50, { cv: Math.SQRT2 }))), (gap) => {
    const root = Math.sqrt(gap / meanMs / 2);
    return root > 5 ? 1 : erf(root);
  });
});

Deno.test("weibull() has gaps of a Weibull distribution, with the mean of the rate", () => {
  for (const shape of [0.5, 1, 3]) {
    const scaleMs = 1000 / 50 / gammaFunction(1 + 1 / shape);
    const gaps = gapsOf(times(weibull("3000/m", { shape })));
    assertDistributed(gaps, (gap) => 1 - Math.exp(-((gap / scaleMs) ** shape)));
  }
});

Deno.test("ramp(), steps() and daily() are Poisson processes of their rates", () => {
  assertPoisson(times(ramp(10, { to: 90, over: "60s" })), (ms) => {
    const s = ms / 1000;
    return s <= 60 ? 10 * s + 80 / 60 * s * s / 2 : 3000 + 90 * (s - 60);
  });
  assertPoisson(times(ramp(90, { to: 10, over: "60s" })), (ms) => {
    const s = ms / 1000;
    return s <= 60 ? 90 * s - 80 / 60 * s * s / 2 : 3000 + 10 * (s - 60);
  });
  assertPoisson(times(daily(5, { high: 45, period: "100s" })), (ms) => {
    const s = ms / 1000;
    return 25 * s - 20 * 100 / (2 * Math.PI) * Math.sin(2 * Math.PI * s / 100);
  });
  assertPoisson(times(steps(["50", "100s"], ["0", "50s"], ["10", "100s"])), (ms) => {
    const s = ms / 1000;
    return s < 125 ? 50 * Math.min(s, 100) : 5000 + 10 * (s - 150);
  });
});

Deno.test("steps() end with the last step, rest at a rate of 0, and only they end by themselves", () => {
  const load = steps(["100", "10s"], ["0", "5s"], ["20", "10s"]);
  const atMs = times(load, { count: Infinity });
  const within = (from: number, to: number) => atMs.filter((ms) => ms >= from && ms < to).length;
  assert(Math.abs(within(0, 10_000) - 1000) < 4 * Math.sqrt(1000));
  assertEquals(within(10_000, 15_000), 0);
  assert(Math.abs(within(15_000, 25_000) - 200) < 4 * Math.sqrt(200));
  assertEquals(within(25_000, Infinity), 0);
  assertEquals([isEndless(load), isEndless(gamma(1, { cv: 1 })), isEndless(ramp(1, { to: 2, over: "1s" }))], [
    false,
    true,
    true,
  ]);
});

Deno.test("bursts() have the mean and the dispersion of a Markov-modulated Poisson process", () => {
  const [low, high, everyS, forS] = [2, 50, 20, 5] as const, hours = 40, windowS = 1000;
  const atMs = times(
    bursts(low, { to: high, every: "20s", for: "5s" }),
    { count: Infinity, forMs: hours * 3.6e6 } as never,
  );
  const mean = (low * everyS + high * forS) / (everyS + forS);
  const counts = new Array<number>(hours * 3600 / windowS).fill(0);
  for (const ms of atMs) counts[Math.min(counts.length - 1, Math.floor(ms / 1000 / windowS))]!++;
  const seen = counts.reduce((a, b) => a + b) / counts.length;
  const variance = counts.reduce((sum, n) => sum + (n - seen) ** 2, 0) / counts.length;
  // Fischer and Meier-Hellstern 1993: 1 + 2 σ1 σ2 (λ1 − λ2)² ÷ ((σ1 + σ2)² (λ1 σ2 + λ2 σ1)), of long windows.
  const [leave, back] = [1 / everyS, 1 / forS];
  const dispersion = 1 +
    2 * leave * back * (low - high) ** 2 / ((leave + back) ** 2 * (low * back + high * leave));
  const deviation = Math.sqrt(dispersion * mean * windowS / counts.length);
  assert(Math.abs(seen - mean * windowS) < 4 * deviation, `${seen} a window, ${mean * windowS} expected`);
  assertAlmostEquals(variance / seen / dispersion, 1, 4 * Math.sqrt(2 / counts.length));
});

Deno.test("the processes refuse what makes no sense", () => {
  assertThrows(
    () => gamma(5, { cv: 0 }),
    RangeError,
    "Cannot use the cv 0: the shape must be from 0.05 to 10000",
  );
  assertThrows(() => weibull(5, { shape: 0 }), RangeError, "Cannot use the shape 0");
  assertThrows(() => steps(), RangeError, "Cannot use steps() without any");
  assertThrows(() => daily(9, { high: 3 }), RangeError, "Cannot use daily() from 9 to 3");
});

Deno.test("highestRatePerS() is the greatest rate of a process", () => {
  const all = [
    gamma(7, { cv: 2 }),
    bursts(2, { to: 50, every: 1, for: 1 }),
    daily(1, { high: 20 }),
    ramp(9, { to: 3, over: 1 }),
    steps(["0", 1], ["4", 1]),
  ];
  assertEquals(all.map(highestRatePerS), [7, 50, 20, 9, 4]);
});
