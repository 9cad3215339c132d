import { AssertionError, suffix } from "./assertion_error.ts";

// deno-lint-ignore no-explicit-any -- as in the real package: constructors of any arguments
type Constructor<T> = abstract new (...args: any[]) => T;

/** Holds if the value is an instance of the class. */
export function assertInstanceOf<T>(
  actual: unknown,
  expectedType: Constructor<T>,
  msg = "",
): asserts actual is T {
  if (actual instanceof expectedType) return;
  const kind = typeof actual === "object" && actual !== null
    ? `"${actual.constructor?.name ?? "Object"}"`
    : `"${actual === null ? "null" : typeof actual}"`;
  throw new AssertionError(
    `Expected object to be an instance of "${expectedType.name}" but was ${kind}${suffix(msg)}`,
  );
}

/** Holds if the value is an error, of the class, with the text in its message. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  ErrorClass?: Constructor<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof Error)) {
    throw new AssertionError(`Expected "error" to be an Error object${suffix(msg)}`);
  }
  if (ErrorClass && !(error instanceof ErrorClass)) {
    throw new AssertionError(
      `Expected error to be instance of "${ErrorClass.name}", but was "${error.constructor.name}"${
        suffix(msg)
      }`,
    );
  }
  const matches = msgMatches === undefined ||
    (typeof msgMatches === "string" ? error.message.includes(msgMatches) : msgMatches.test(error.message));
  if (!matches) {
    const wanted = msgMatches instanceof RegExp
      ? `match ${msgMatches}`
      : `include ${JSON.stringify(msgMatches)}`;
    throw new AssertionError(
      `Expected error message to ${wanted}, but got ${JSON.stringify(error.message)}${suffix(msg)}`,
    );
  }
}

interface Expected<E extends Error> {
  readonly ErrorClass: Constructor<E> | undefined;
  readonly msgIncludes: string | undefined;
  readonly msg: string | undefined;
}

function expectedOf<E extends Error>(
  classOrMsg: Constructor<E> | string | undefined,
  includesOrMsg: string | undefined,
  msg: string | undefined,
): Expected<E> {
  if (typeof classOrMsg === "string") {
    return { ErrorClass: undefined, msgIncludes: undefined, msg: classOrMsg };
  }
  return classOrMsg === undefined
    ? { ErrorClass: undefined, msgIncludes: undefined, msg: includesOrMsg }
    : { ErrorClass: classOrMsg, msgIncludes: includesOrMsg, msg };
}

function check<E extends Error>(error: unknown, { ErrorClass, msgIncludes, msg }: Expected<E>): void {
  if (ErrorClass === undefined) return;
  if (!(error instanceof Error)) {
    throw new AssertionError(`A non-Error object was thrown or rejected${suffix(msg)}`);
  }
  assertIsError(error, ErrorClass, msgIncludes, msg);
}

/** Holds if the function throws; gives what was thrown. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Holds if the function throws an error of the class, with the text in its message; gives the error. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: Constructor<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  classOrMsg?: Constructor<E> | string,
  includesOrMsg?: string,
  msg?: string,
): unknown {
  const expected = expectedOf(classOrMsg, includesOrMsg, msg);
  try {
    fn();
  } catch (error) {
    check(error, expected);
    return error;
  }
  throw new AssertionError(`Expected function to throw${suffix(expected.msg)}`);
}

/** Holds if the promise is rejected; gives what with. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Holds if the promise is rejected with an error of the class, with the text in its message; gives the error. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: Constructor<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: Constructor<E> | string,
  includesOrMsg?: string,
  msg?: string,
): Promise<unknown> {
  const expected = expectedOf(classOrMsg, includesOrMsg, msg);
  let promise: PromiseLike<unknown> | undefined;
  try {
    promise = fn();
    await promise;
  } catch (error) {
    if (promise === undefined) {
      throw new AssertionError(`Function throws when expected to reject${suffix(expected.msg)}`);
    }
    check(error, expected);
    return error;
  }
  throw new AssertionError(`Expected function to reject${suffix(expected.msg)}`);
}
