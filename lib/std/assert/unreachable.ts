import { suffix } from "./_words.ts";
import { AssertionError } from "./assertion_error.ts";

/** Marks what is never reached. @throws {AssertionError} always */
export function unreachable(msg?: string): never {
  throw new AssertionError(`Unreachable${suffix(msg)}`);
}
