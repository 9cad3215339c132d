import { logGamma } from "./log_gamma.ts";

/** More steps than the continued fraction takes for any degrees of freedom that occur. */
const MOST_STEPS = 300;
/** The greatest t that quantiles are looked for below. */
const GREATEST_T = 1e6;

/**
 * The probability that a variable of Student's t distribution is at least as far from 0 as `t`: the p-value of a two-sided
 * test. It is I(ν ÷ (ν + t²); ν ÷ 2, ½), with the regularized incomplete beta function by its continued fraction (NIST
 * Digital Library of Mathematical Functions, 8.17.22).
 *
 * @param degrees the degrees of freedom ν, above 0, fractions included; Infinity: the normal distribution
 */
export function studentTails(t: number, degrees: number): number {
  if (!Number.isFinite(t)) return 0;
  if (degrees > 1e7) degrees = 1e7; // as normal as can be told
  const x = degrees / (degrees + t * t), a = degrees / 2, b = 0.5;
  if (x >= 1) return 1;
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a));
  return x < (a + 1) / (a + b + 2) ? front * fraction(x, a, b) / a : 1 - front * fraction(1 - x, b, a) / b;
}

/** The t that such a variable exceeds in absolute value with a probability. @param tails above 0 and below 1 */
export function studentQuantile(tails: number, degrees: number): number {
  let low = 0, high = GREATEST_T;
  for (let i = 0; i < 200 && high - low > 1e-12 * high; i++) {
    const middle = high > 10 * low + 1 ? Math.sqrt((low + 1e-9) * high) : (low + high) / 2;
    if (studentTails(middle, degrees) > tails) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** By the method of Lentz. */
function fraction(x: number, a: number, b: number): number {
  const kept = (value: number) => Math.abs(value) < 1e-300 ? 1e-300 : value;
  let c = 1, d = 1 / kept(1 - (a + b) * x / (a + 1)), product = d;
  for (let m = 1; m <= MOST_STEPS; m++) {
    const even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / kept(1 + even * d);
    c = kept(1 + even / c);
    product *= c * d;
    const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / kept(1 + odd * d);
    c = kept(1 + odd / c);
    product *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return product;
}

/** The logarithm of B(a, ½). */
function logBeta(a: number): number {
  return logGamma(a) + 0.5 * Math.log(Math.PI) - logGamma(a + 0.5);
}
