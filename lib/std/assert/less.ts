import { format } from "./_words.ts";
import { AssertionError } from "./assertion_error.ts";

/** Holds if `actual < expected`. @throws {AssertionError} */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (actual < expected) return;
  throw new AssertionError(
    msg ?? `Expect ${format(actual)} < ${format(expected)}`,
  );
}
