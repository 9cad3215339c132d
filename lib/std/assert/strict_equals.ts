import { difference } from "./_difference.ts";
import { red } from "./_style.ts";
import { format, suffix } from "./_words.ts";
import { AssertionError } from "./assertion_error.ts";

/** Holds if the values are the same, by `Object.is`. @throws {AssertionError} that says what differs */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  const text = format(actual);
  throw new AssertionError(
    text === format(expected)
      ? `Values have the same structure but are not reference-equal${suffix(msg)}\n\n${
        red(text.replaceAll(/^/gm, "    "))
      }\n`
      : `Values are not strictly equal${suffix(msg)}${difference(actual, expected)}`,
  );
}
