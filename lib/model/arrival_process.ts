/** Random arrivals that are not as even as Poisson's: by their gaps, or by a rate that changes. */
import { type Duration, parsePositiveDuration, parseRate } from "./durations.ts";
import type { Random } from "./random.ts";
import { gammaFunction, sampleGamma, sampleWeibull } from "./gaps.ts";

/** A random process of arrivals, as plain data. */
export type ArrivalProcess =
  | { readonly kind: "gamma" | "weibull"; readonly ratePerS: number; readonly shape: number }
  | {
    readonly kind: "bursts";
    readonly ratePerS: number;
    readonly burstPerS: number;
    readonly everyMs: number;
    readonly forMs: number;
  }
  | { readonly kind: "daily"; readonly lowPerS: number; readonly highPerS: number; readonly periodMs: number }
  | { readonly kind: "ramp"; readonly fromPerS: number; readonly toPerS: number; readonly overMs: number }
  | {
    readonly kind: "steps";
    readonly steps: readonly { readonly ratePerS: number; readonly forMs: number }[];
  };

/** Shapes beyond these give gaps that no clock can tell from 0, or from each other. */
const SHAPES = { least: 0.05, most: 10_000 };

/**
 * Gaps of a gamma distribution: more irregular than Poisson's for a coefficient of variation `cv` (standard deviation ÷ mean)
 * above 1, more even below it. Shape 1 ÷ cv², mean gap 1 ÷ rate.
 *
 * @example
 * ```ts
 * import { gamma } from "sequoia";
 * gamma(5, { cv: 2 }); // five a second in the mean, in clusters
 * ```
 */
export function gamma(rate: string | number, { cv }: { readonly cv: number }): ArrivalProcess {
  return { kind: "gamma", ratePerS: parseRate(rate), shape: checkShape(1 / cv ** 2, "cv", cv) };
}

/** Gaps of a Weibull distribution of a shape: below 1 in clusters, 1 as Poisson's, above 1 more even. Mean gap 1 ÷ rate. */
export function weibull(rate: string | number, { shape }: { readonly shape: number }): ArrivalProcess {
  return { kind: "weibull", ratePerS: parseRate(rate), shape: checkShape(shape, "shape", shape) };
}

/**
 * Bursts on a background: Poisson arrivals whose rate switches between `rate` and `to`, a Markov-modulated Poisson process of
 * two states (Fischer and Meier-Hellstern, "The Markov-modulated Poisson process cookbook", 1993). The time until the next burst
 * and the length of a burst are exponential, with the means `every` and `for`.
 */
export function bursts(
  rate: string | number,
  { to, every, for: length }: {
    readonly to: string | number;
    readonly every: Duration;
    readonly for: Duration;
  },
): ArrivalProcess {
  const everyMs = parsePositiveDuration(every), forMs = parsePositiveDuration(length);
  return { kind: "bursts", ratePerS: parseRate(rate), burstPerS: parseRate(to), everyMs, forMs };
}

/** Poisson arrivals whose rate goes from `low` to `high` and back in each period, as a cosine does; it begins at `low`. */
export function daily(
  low: string | number,
  { high, period = "1d" }: { readonly high: string | number; readonly period?: Duration },
): ArrivalProcess {
  const [lowPerS, highPerS] = [parseRate(low), parseRate(high)];
  if (highPerS >= lowPerS) {
    return { kind: "daily", lowPerS, highPerS, periodMs: parsePositiveDuration(period) };
  }
  throw new RangeError(`Cannot use daily() from ${low} to ${high}: the second rate must not be less`);
}

/** Poisson arrivals whose rate goes evenly from one to another, and stays there. */
export function ramp(
  from: string | number,
  { to, over }: { readonly to: string | number; readonly over: Duration },
): ArrivalProcess {
  const [fromPerS, toPerS] = [parseRate(from), parseRate(to)];
  return { kind: "ramp", fromPerS, toPerS, overMs: parsePositiveDuration(over) };
}

/** Poisson arrivals at one rate after another, each for a time; with the last the load ends. A rate of 0 is a rest. */
export function steps(
  ...list: readonly (readonly [rate: string | number, time: Duration])[]
): ArrivalProcess {
  if (list.length === 0) throw new RangeError('Cannot use steps() without any. Write steps(["5", "1m"], …)');
  return {
    kind: "steps",
    steps: list.map(([rate, time]) => ({
      ratePerS: String(rate).trim() === "0" ? 0 : parseRate(rate),
      forMs: parsePositiveDuration(time),
    })),
  };
}

function checkShape(shape: number, name: string, given: number): number {
  if (shape >= SHAPES.least && shape <= SHAPES.most) return shape;
  throw new RangeError(
    `Cannot use the ${name} ${given}: the shape must be from ${SHAPES.least} to ${SHAPES.most}, and is ${shape}`,
  );
}

/** The times of the arrivals, in milliseconds, without an end but for `steps`. */
export function* processTimes(process: ArrivalProcess, random: Random): Generator<number> {
  switch (process.kind) {
    case "gamma": {
      const scaleMs = 1000 / (process.ratePerS * process.shape);
      return yield* summed(() => sampleGamma(process.shape, random) * scaleMs);
    }
    case "weibull": {
      const scaleMs = 1000 / (process.ratePerS * gammaFunction(1 + 1 / process.shape));
      return yield* summed(() => sampleWeibull(process.shape, random) * scaleMs);
    }
    case "bursts":
      return yield* burstTimes(process, random);
    case "daily":
      return yield* dailyTimes(process, random);
    case "ramp":
      return yield* rescaled(random, (expected) => rampTime(process, expected));
    case "steps":
      return yield* rescaled(random, (expected) => stepTime(process.steps, expected));
  }
}

function* summed(gapMs: () => number): Generator<number> {
  for (let atMs = 0;;) yield atMs += gapMs();
}

const exponential = (random: Random) => -Math.log(1 - random.next());

/** As gaps and times in a state are memoryless, a gap that ends behind the state is drawn again from there. */
function* burstTimes(
  { ratePerS, burstPerS, everyMs, forMs }: ArrivalProcess & { readonly kind: "bursts" },
  random: Random,
): Generator<number> {
  let atMs = 0;
  for (let isBurst = false;; isBurst = !isBurst) {
    const untilMs = atMs + exponential(random) * (isBurst ? forMs : everyMs);
    const meanMs = 1000 / (isBurst ? burstPerS : ratePerS);
    for (;;) {
      atMs += exponential(random) * meanMs;
      if (atMs >= untilMs) break;
      yield atMs;
    }
    atMs = untilMs;
  }
}

/** By thinning (Lewis and Shedler, 1979): draws arrivals at the highest rate, and keeps each in proportion to the rate then. */
function* dailyTimes(
  { lowPerS, highPerS, periodMs }: ArrivalProcess & { readonly kind: "daily" },
  random: Random,
): Generator<number> {
  const mean = (lowPerS + highPerS) / 2, swing = (highPerS - lowPerS) / 2;
  for (let atMs = 0;;) {
    atMs += exponential(random) * 1000 / highPerS;
    const ratePerS = mean - swing * Math.cos(2 * Math.PI * atMs / periodMs);
    if (random.next() * highPerS < ratePerS) yield atMs;
  }
}

/**
 * By the inverse of the expected number of arrivals: between arrivals it grows by exponential amounts of mean 1 (Brown et al.,
 * "The time-rescaling theorem", 2002).
 *
 * @param timeOf the time at which this number of arrivals is expected, in milliseconds; undefined: never
 */
function* rescaled(random: Random, timeOf: (expected: number) => number | undefined): Generator<number> {
  for (let expected = 0;;) {
    expected += exponential(random);
    const atMs = timeOf(expected);
    if (atMs === undefined) return;
    yield atMs;
  }
}

function rampTime(
  { fromPerS, toPerS, overMs }: ArrivalProcess & { readonly kind: "ramp" },
  expected: number,
): number {
  const overS = overMs / 1000, onRamp = (fromPerS + toPerS) / 2 * overS;
  if (expected > onRamp) return overMs + (expected - onRamp) * 1000 / toPerS;
  const growth = (toPerS - fromPerS) / overS; // a t + growth t² ÷ 2 = expected, solved without cancellation
  return 2000 * expected / (fromPerS + Math.sqrt(Math.max(0, fromPerS ** 2 + 2 * growth * expected)));
}

function stepTime(
  list: (ArrivalProcess & { readonly kind: "steps" })["steps"],
  expected: number,
): number | undefined {
  let fromMs = 0, left = expected;
  for (const { ratePerS, forMs } of list) {
    const inStep = ratePerS * forMs / 1000;
    if (left <= inStep) return fromMs + left * 1000 / ratePerS;
    left -= inStep;
    fromMs += forMs;
  }
  return undefined;
}

/** The highest rate of a process, per second; of irregular gaps, the mean rate. */
export function highestRatePerS(process: ArrivalProcess): number {
  switch (process.kind) {
    case "gamma":
    case "weibull":
      return process.ratePerS;
    case "bursts":
      return Math.max(process.ratePerS, process.burstPerS);
    case "daily":
      return process.highPerS;
    case "ramp":
      return Math.max(process.fromPerS, process.toPerS);
    case "steps":
      return Math.max(...process.steps.map(({ ratePerS }) => ratePerS));
  }
}
