import { difference } from "./_difference.ts";
import { suffix } from "./_words.ts";
import { AssertionError } from "./assertion_error.ts";
import { equal } from "./equal.ts";

/** Holds if the values are deeply equal. @throws {AssertionError} that says line by line what differs */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  throw new AssertionError(
    `Values are not equal${suffix(msg)}${difference(actual, expected)}`,
  );
}
