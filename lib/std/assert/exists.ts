import { suffix } from "./_words.ts";
import { AssertionError } from "./assertion_error.ts";

/** Holds if the value is neither null nor undefined. @throws {AssertionError} */
export function assertExists<T>(
  actual: T,
  msg?: string,
): asserts actual is NonNullable<T> {
  if (actual !== undefined && actual !== null) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to not be null or undefined${suffix(msg)}`,
  );
}
