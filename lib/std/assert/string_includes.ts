import { suffix } from "./_words.ts";
import { AssertionError } from "./assertion_error.ts";

/** Holds if a text contains another. @throws {AssertionError} */
export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
): void {
  if (actual.includes(expected)) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to contain: "${expected}"${suffix(msg)}`,
  );
}
