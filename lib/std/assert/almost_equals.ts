import { suffix } from "./_words.ts";
import { AssertionError } from "./assertion_error.ts";

/**
 * Holds if two numbers differ by at most the tolerance (default: 1e-7 of the expected one).
 *
 * @throws {AssertionError}
 */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void {
  if (Object.is(actual, expected)) return;
  const allowed = tolerance ??
    (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  const delta = Math.abs(expected - actual);
  if (delta <= allowed) return;
  throw new AssertionError(
    `Expected actual: ${quoted(actual)} to be close to ${quoted(expected)}: ` +
      `delta ${quoted(delta)} is greater than ${quoted(allowed)}${suffix(msg)}`,
  );
}

function quoted(number: number): string {
  return `"${Number.isInteger(number) ? number : number.toExponential()}"`;
}
