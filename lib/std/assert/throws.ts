import { type ErrorClass, ExpectedError } from "./_expected_error.ts";
import { suffix } from "./_words.ts";
import { AssertionError } from "./assertion_error.ts";

/** Holds if the function throws; gives what it threw. @throws {AssertionError} */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/**
 * Holds if the function throws an error of the class, with the text in its message; gives the error.
 *
 * @throws {AssertionError}
 */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  classOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  const expected = new ExpectedError(classOrMsg, msgIncludes, msg);
  try {
    fn();
  } catch (error) {
    expected.check(error, "thrown");
    return error;
  }
  throw new AssertionError(
    `Expected function to throw${suffix(expected.message)}`,
  );
}
