import { AssertionError } from "./assertion_error.ts";

/** Holds if the expression is truthy. @throws {AssertionError} */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}
