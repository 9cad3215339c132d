/** Samples of the distributions of gaps between arrivals, with scale 1. */
import { type Random, standardNormal } from "./random.ts";

/**
 * A sample of the gamma distribution of a shape: by Marsaglia and Tsang ("A simple method for generating gamma variables",
 * 2000), who take shapes below 1 from the next one.
 */
export function sampleGamma(shape: number, random: Random): number {
  if (shape < 1) return sampleGamma(shape + 1, random) * (1 - random.next()) ** (1 / shape);
  const d = shape - 1 / 3, c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = standardNormal(random), v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.next()) < x * x / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** A sample of the Weibull distribution of a shape, by the inverse of its distribution function. */
export function sampleWeibull(shape: number, random: Random): number {
  return (-Math.log(1 - random.next())) ** (1 / shape);
}

const LANCZOS = [
  0.99999999999980993,
  676.5203681218851,
  -1259.1392167224028,
  771.32342877765313,
  -176.61502916214059,
  12.507343278686905,
  -0.13857109526572012,
  9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/** The gamma function above 0.5, by Lanczos (1964) with g = 7 and nine terms: to 15 digits. */
export function gammaFunction(x: number): number {
  const t = x + 6.5;
  const sum = LANCZOS.reduce((sum, term, i) => i === 0 ? term : sum + term / (x - 1 + i), 0);
  return Math.sqrt(2 * Math.PI) * t ** (x - 0.5) * Math.exp(-t) * sum;
}
