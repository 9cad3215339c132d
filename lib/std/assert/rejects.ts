import { type ErrorClass, ExpectedError } from "./_expected_error.ts";
import { suffix } from "./_words.ts";
import { AssertionError } from "./assertion_error.ts";

/** Holds if the promise is rejected; gives what with. @throws {AssertionError} */
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
/**
 * Holds if the promise is rejected with an error of the class, with the text in its message; gives the error.
 *
 * @throws {AssertionError}
 */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const expected = new ExpectedError(classOrMsg, msgIncludes, msg);
  const promise = promiseOf(fn);
  if (!promise) {
    throw new AssertionError(
      `Function throws when expected to reject${suffix(expected.message)}`,
    );
  }
  try {
    await promise;
  } catch (error) {
    expected.check(error, "rejected");
    return error;
  }
  throw new AssertionError(
    `Expected function to reject${suffix(expected.message)}`,
  );
}

/** Nothing if the function throws at once, or gives no promise. */
function promiseOf(
  fn: () => PromiseLike<unknown>,
): PromiseLike<unknown> | undefined {
  try {
    const promise = fn();
    return typeof promise?.then === "function" ? promise : undefined;
  } catch {
    return undefined;
  }
}
