/** A stand-in for `jsr:@std/assert`: the same names, types and behaviour for what the project uses. */
export { AssertionError } from "./assertion_error.ts";
export * from "./basic.ts";
export * from "./contain.ts";
export { equal } from "./equal.ts";
export * from "./throws.ts";
