import { type Duration, formatDuration, parseDuration } from "./durations.ts";
import { isObject } from "./json.ts";
import { checkQuantiles, meanOfQuantiles, type Quantile, quantileMs } from "./quantiles.ts";
import { type Random, standardNormal } from "./random.ts";

/** A duration, as plain data: it crosses queues and can be drawn from with any {@linkcode Random}. */
export type Distribution =
  | { readonly kind: "constant"; readonly ms: number }
  | { readonly kind: "uniform"; readonly minMs: number; readonly maxMs: number }
  | { readonly kind: "exponential"; readonly meanMs: number }
  | { readonly kind: "lognormal"; readonly medianMs: number; readonly p99Ms: number }
  | { readonly kind: "quantiles"; readonly quantiles: readonly Quantile[] };

/** The standard normal's 99th percentile. */
const Z99 = 2.3263478740408408;

/** Always the same time. */
export function constant(time: Duration): Distribution {
  return { kind: "constant", ms: parseDuration(time) };
}

/** Every time between two bounds is as likely. */
export function uniform(min: Duration, max: Duration): Distribution {
  return checkDistribution({ kind: "uniform", minMs: parseDuration(min), maxMs: parseDuration(max) });
}

/** Memoryless times, as queueing theory's M: the standard deviation equals the mean. */
export function exponential(mean: Duration): Distribution {
  return { kind: "exponential", meanMs: parseDuration(mean) };
}

/**
 * A log-normal time, the usual shape of run times of functions, by two figures anybody can read off a dashboard.
 *
 * @param median half of the times are shorter
 * @param p99 one time in a hundred is longer; at least the median
 *
 * @example
 * ```ts
 * import { lognormal } from "sequoia";
 * lognormal("0.9s", "1.4s");
 * ```
 */
export function lognormal(median: Duration, p99: Duration): Distribution {
  return checkDistribution({ kind: "lognormal", medianMs: parseDuration(median), p99Ms: parseDuration(p99) });
}

/**
 * Times by their percentiles, as monitoring and public traces have them. Between two of them the logarithm of the
 * time grows evenly (the time itself, from 0): run times spread over orders of magnitude, and of log-normal ones with 7
 * percentiles known (σ = 1, 10,000 times) the mean came out 24 % too long, against 45 % with even times.
 *
 * @param percentiles times by percent; 0 and 100, the shortest and the longest, must be there
 *
 * @example
 * ```ts
 * import { quantiles } from "sequoia";
 * quantiles({ 0: "1ms", 50: "20ms", 99: "400ms", 100: "2s" });
 * ```
 */
export function quantiles(percentiles: Readonly<Record<number, Duration>>): Distribution {
  const pairs = Object.entries(percentiles).map(([percent, time]): Quantile => [
    Number(percent) / 100,
    parseDuration(time),
  ]).sort(([a], [b]) => a - b);
  return checkDistribution({ kind: "quantiles", quantiles: pairs });
}

/**
 * Checks a distribution that was written by hand or came out of a message.
 *
 * @throws {TypeError} if it is no distribution
 * @throws {RangeError} if its numbers make no sense
 */
export function checkDistribution(value: unknown): Distribution {
  if (!isObject(value)) throw new TypeError(`Cannot use ${JSON.stringify(value)} as a time. ${HOW}`);
  const d = value as unknown as Distribution;
  switch (d.kind) {
    case "constant":
      checkMs(d.ms);
      break;
    case "exponential":
      checkMs(d.meanMs);
      break;
    case "uniform":
      checkOrder(d.minMs, d.maxMs, "uniform(min, max)");
      break;
    case "lognormal":
      checkOrder(d.medianMs, d.p99Ms, "lognormal(median, p99)");
      if (d.medianMs === 0 && d.p99Ms > 0) {
        throw new RangeError("Cannot use lognormal(0, p99): the median must be above 0");
      }
      asMean(d);
      break;
    case "quantiles":
      checkQuantiles(d.quantiles);
      break;
    default:
      throw new TypeError(
        `Cannot use a time of kind ${JSON.stringify((d as { kind?: unknown }).kind)}. ${HOW}`,
      );
  }
  return d;
}

/** The tail of a log-normal can be such that its mean is over a year: nothing could be expected of it. */
function asMean(d: Distribution): void {
  try {
    parseDuration(meanMs(d));
  } catch (cause) {
    throw new RangeError("Cannot use lognormal(median, p99): its mean is over a year. Write a smaller p99", {
      cause,
    });
  }
}

const HOW =
  "Write constant(t), uniform(min, max), exponential(mean), lognormal(median, p99) or quantiles({ … })";

/** In data, times are numbers: "5s" is for the builders, which turn it into one. */
function checkMs(ms: unknown): number {
  if (typeof ms === "number") return parseDuration(ms);
  throw new TypeError(`Cannot use ${JSON.stringify(ms)} as a number of milliseconds. ${HOW}`);
}

function checkOrder(lowMs: number, highMs: number, form: string): void {
  if (checkMs(lowMs) > checkMs(highMs)) {
    throw new RangeError(
      `Cannot use ${form} with ${formatDuration(lowMs)} and ${
        formatDuration(highMs)
      }: the second must not be less`,
    );
  }
}

/** The mean of a distribution, in milliseconds. */
export function meanMs(d: Distribution): number {
  switch (d.kind) {
    case "constant":
      return d.ms;
    case "uniform":
      return (d.minMs + d.maxMs) / 2;
    case "exponential":
      return d.meanMs;
    case "lognormal":
      return d.medianMs === 0 ? 0 : d.medianMs * Math.exp(sigma(d) ** 2 / 2);
    case "quantiles":
      return meanOfQuantiles(d.quantiles);
  }
}

/** Draws one time from a distribution, in milliseconds. */
export function sampleMs(d: Distribution, random: Random): number {
  return samplerOf(d)(random);
}

/** Draws a time, in milliseconds. */
export type Sampler = (random: Random) => number;

/** Prepares to draw many times from a distribution. */
export function samplerOf(d: Distribution): Sampler {
  switch (d.kind) {
    case "constant":
      return () => d.ms;
    case "uniform":
      return (random) => d.minMs + (d.maxMs - d.minMs) * random.next();
    case "exponential":
      return (random) => -d.meanMs * Math.log(1 - random.next());
    case "lognormal": {
      if (d.medianMs === 0) return () => 0;
      const ofLogarithm = sigma(d);
      return (random) => d.medianMs * Math.exp(ofLogarithm * standardNormal(random));
    }
    case "quantiles":
      return (random) => quantileMs(d.quantiles, random.next());
  }
}

function sigma(d: { medianMs: number; p99Ms: number }): number {
  return Math.log(d.p99Ms / d.medianMs) / Z99;
}
