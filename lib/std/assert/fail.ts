import { suffix } from "./_words.ts";
import { AssertionError } from "./assertion_error.ts";

/** Makes a test fail. @throws {AssertionError} always */
export function fail(msg?: string): never {
  throw new AssertionError(`Failed assertion${suffix(msg)}`);
}
