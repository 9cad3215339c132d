import { format, suffix } from "./_words.ts";
import { AssertionError } from "./assertion_error.ts";
import { equal } from "./equal.ts";

/** A list of any kind, but no text. */
export type ArrayLikeArg<T> = ArrayLike<T> & object;

/**
 * Holds if a list has items equal to all expected ones.
 *
 * @throws {AssertionError} that names the missing ones
 */
export function assertArrayIncludes<T>(
  actual: ArrayLikeArg<T>,
  expected: ArrayLikeArg<T>,
  msg?: string,
): void {
  const items = Array.from(actual);
  const missing = Array.from(expected).filter((item) => !items.some((other) => equal(item, other)));
  if (missing.length === 0) return;
  throw new AssertionError(
    `Expected actual: "${format(actual)}" to include: "${format(expected)}"${suffix(msg)}\n` +
      `missing: ${format(missing)}`,
  );
}
