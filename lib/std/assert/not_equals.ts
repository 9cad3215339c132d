import { format, suffix } from "./_words.ts";
import { AssertionError } from "./assertion_error.ts";
import { equal } from "./equal.ts";

/** Holds if the values are not deeply equal. @throws {AssertionError} */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) return;
  throw new AssertionError(
    `Expected actual: ${format(actual)} not to be: ${format(expected)}${suffix(msg)}`,
  );
}
