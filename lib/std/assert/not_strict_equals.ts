import { format, suffix } from "./_words.ts";
import { AssertionError } from "./assertion_error.ts";

/** Holds if the values are not the same, by `Object.is`. @throws {AssertionError} */
export function assertNotStrictEquals<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (!Object.is(actual, expected)) return;
  throw new AssertionError(
    `Expected "actual" to not be strictly equal to: ${format(actual)}${suffix(msg)}\n`,
  );
}
