/**
 * The logarithm of Γ(x), for x above 0: by Stirling's series, above 10; below by recurrence (NIST Digital Library of Mathematical
 * Functions, 5.11.1 and 5.5.1).
 */
export function logGamma(x: number): number {
  let shift = 0;
  for (; x < 10; x++) shift += Math.log(x);
  const inverse = 1 / (x * x);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
