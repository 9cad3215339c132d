import { suffix } from "./_words.ts";
import { AssertionError } from "./assertion_error.ts";
import { assertIsError } from "./is_error.ts";

// deno-lint-ignore no-explicit-any -- as in the real package: a class of any arguments
export type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** Which error an assertion expects, from the arguments of its two forms. */
export class ExpectedError<E extends Error> {
  readonly #class: ErrorClass<E> | undefined;
  readonly #text: string | undefined;
  /** The message of the caller. */
  readonly message: string | undefined;

  constructor(
    classOrMsg?: ErrorClass<E> | string,
    msgIncludes?: string,
    msg?: string,
  ) {
    const isMessage = typeof classOrMsg === "string";
    this.#class = isMessage ? undefined : classOrMsg;
    this.#text = msgIncludes;
    this.message = isMessage ? classOrMsg : msg;
  }

  /** @throws {AssertionError} if it is not the error */
  check(error: unknown, how: "thrown" | "rejected"): void {
    if (!this.#class) return;
    if (!(error instanceof Error)) {
      throw new AssertionError(
        `A non-Error object was ${how}${suffix(this.message)}`,
      );
    }
    assertIsError(error, this.#class, this.#text, this.message);
  }
}
