/** A mean over replications, and how far the true one may be from it. */
export interface Estimate {
  readonly mean: number;
  /** Half the width of the 95 % confidence interval; Infinity for fewer than two values. */
  readonly halfWidth: number;
  readonly replications: number;
}

/** Fewer replications may agree by chance. */
const LEAST_REPLICATIONS = 5;

/**
 * The mean of independent replications with its 95 % confidence interval, by Student's t (Law, Simulation Modeling and
 * Analysis, 5th ed., section 9.4.1).
 */
export function estimate(values: readonly number[]): Estimate {
  const replications = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / replications;
  if (replications < 2) return { mean, halfWidth: Infinity, replications };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (replications - 1));
  return { mean, halfWidth: studentT(replications - 1) * deviation / Math.sqrt(replications), replications };
}

/** Whether the interval is within a part of the mean. */
export function isConfident({ mean, halfWidth, replications }: Estimate, within: number): boolean {
  return replications >= LEAST_REPLICATIONS && halfWidth <= within * Math.abs(mean);
}

/** The 0.975 quantile of the standard normal distribution. */
const Z = 1.959963984540054;
/** Exact for few degrees of freedom, where the expansion is not close enough. */
const T_975 = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281];

/**
 * The 0.975 quantile of Student's t: tabled up to 10 degrees of freedom, beyond by the expansion of Abramowitz and Stegun,
 * Handbook of Mathematical Functions, 26.7.5, to four digits.
 */
export function studentT(degrees: number): number {
  const tabled = T_975[degrees - 1];
  if (tabled !== undefined) return tabled;
  const g1 = (Z ** 3 + Z) / 4;
  const g2 = (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96;
  const g3 = (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384;
  return Z + g1 / degrees + g2 / degrees ** 2 + g3 / degrees ** 3;
}
