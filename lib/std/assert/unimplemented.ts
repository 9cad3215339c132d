import { suffix } from "./_words.ts";
import { AssertionError } from "./assertion_error.ts";

/** Marks what is still to be written. @throws {AssertionError} always */
export function unimplemented(msg?: string): never {
  throw new AssertionError(`Unimplemented${suffix(msg)}`);
}
