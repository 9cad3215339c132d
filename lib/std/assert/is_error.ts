import { plain } from "./_style.ts";
import { suffix } from "./_words.ts";
import { AssertionError } from "./assertion_error.ts";

/**
 * Holds if the value is an error, of the class, and its message has the text or matches.
 *
 * @throws {AssertionError}
 */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  // deno-lint-ignore no-explicit-any -- as in the real package: a class of any arguments
  ErrorClass?: abstract new (...args: any[]) => E,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof Error)) {
    throw new AssertionError(
      `Expected "error" to be an Error object${suffix(msg)}`,
    );
  }
  if (ErrorClass && !(error instanceof ErrorClass)) {
    const was = error.constructor?.name;
    throw new AssertionError(
      `Expected error to be instance of "${ErrorClass.name}", but was "${was}"${suffix(msg)}`,
    );
  }
  if (!msgMatches || says(error, msgMatches)) return;
  const wanted = typeof msgMatches === "string" ? JSON.stringify(msgMatches) : msgMatches;
  throw new AssertionError(
    `Expected error message to include ${wanted}, but got ${JSON.stringify(error.message)}${suffix(msg)}`,
  );
}

function says({ message }: Error, wanted: string | RegExp): boolean {
  return typeof wanted === "string" ? plain(message).includes(plain(wanted)) : wanted.test(plain(message));
}
