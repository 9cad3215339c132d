import { suffix } from "./_words.ts";
import { AssertionError } from "./assertion_error.ts";

/** Holds if a text matches. @throws {AssertionError} */
export function assertMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  if (expected.test(actual)) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to match: "${expected}"${suffix(msg)}`,
  );
}
