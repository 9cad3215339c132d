import { AssertionError, suffix } from "./assertion_error.ts";
import { equal } from "./equal.ts";
import { diff, format } from "./format.ts";

/** Holds if a text matches. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (!expected.test(actual)) {
    throw new AssertionError(`Expected actual: "${actual}" to match: "${expected}"${suffix(msg)}`);
  }
}

/** Holds if a text does not match. */
export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void {
  if (expected.test(actual)) {
    throw new AssertionError(`Expected actual: "${actual}" to not match: "${expected}"${suffix(msg)}`);
  }
}

/** Holds if a text contains another. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (!actual.includes(expected)) {
    throw new AssertionError(`Expected actual: "${actual}" to contain: "${expected}"${suffix(msg)}`);
  }
}

/** Holds if a list has items equal to all expected ones. */
export function assertArrayIncludes<T>(actual: ArrayLike<T>, expected: ArrayLike<T>, msg?: string): void {
  const has = Array.from(actual);
  const missing = Array.from(expected).filter((item) => !has.some((other) => equal(item, other)));
  if (missing.length === 0) return;
  throw new AssertionError(
    `Expected actual: "${format(has)}" to include: "${format(Array.from(expected))}"${
      suffix(msg)
    }\nmissing: ${format(missing)}`,
  );
}

/** Holds if an object has all expected properties, deeply; it may have more. */
export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any -- as in the real package: any object may be compared
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  const part = partOf(actual, expected, new WeakSet());
  if (!equal(part, expected)) {
    throw new AssertionError(`Values are not equal${suffix(msg)}${diff(part, expected)}`);
  }
}

/** What of a value is spoken of in another. */
function partOf(actual: unknown, expected: unknown, seen: WeakSet<object>): unknown {
  if (typeof actual !== "object" || actual === null || typeof expected !== "object" || expected === null) {
    return actual;
  }
  if (Array.isArray(expected)) {
    return Array.isArray(actual) ? actual.map((item, i) => partOf(item, expected[i], seen)) : actual;
  }
  if (![null, Object.prototype].includes(Object.getPrototypeOf(expected)) || seen.has(expected)) {
    return actual;
  }
  seen.add(expected);
  const spoken = Reflect.ownKeys(expected).filter((key) => key in actual);
  return Object.fromEntries(
    spoken.map((key) => [
      key,
      partOf(
        (actual as Record<PropertyKey, unknown>)[key],
        (expected as Record<PropertyKey, unknown>)[key],
        seen,
      ),
    ]),
  );
}
