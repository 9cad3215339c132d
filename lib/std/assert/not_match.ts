import { suffix } from "./_words.ts";
import { AssertionError } from "./assertion_error.ts";

/** Holds if a text does not match. @throws {AssertionError} */
export function assertNotMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  if (!expected.test(actual)) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to not match: "${expected}"${suffix(msg)}`,
  );
}
