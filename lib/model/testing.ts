/** The helpers that the tests of the model share. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { WorkloadError, type WorkloadErrorCode } from "./errors.ts";
import type { JsonText } from "./json_text.ts";

/** The expectation of an error: its class's name, its code, its message in full or in part. */
export interface ExpectedError {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string | RegExp;
}

/** Fails unless `run` throws an error as expected. */
export function assertFails(run: () => unknown, expected: ExpectedError): void {
  const error = thrownBy(run);
  assert(error instanceof Error, `it throws ${error}`);
  if (expected.name !== undefined) assertEquals(error.name, expected.name, error.message);
  if (expected.code !== undefined) {
    assertEquals((error as { code?: string }).code, expected.code, error.message);
  }
  if (typeof expected.message === "string") assertEquals(error.message, expected.message);
  else if (expected.message) assertMatch(error.message, expected.message);
}

/** Fails unless `run` throws a WorkloadError of this code and message. */
export function assertRefused(run: () => unknown, code: WorkloadErrorCode, message: string | RegExp): void {
  assert(thrownBy(run) instanceof WorkloadError, "it throws a WorkloadError");
  assertFails(run, { name: "WorkloadError", code, message });
}

/** Returns the error that `run` throws; fails if it throws none. */
export function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("it throws nothing");
}

const space = fc.constantFrom("", "", "", " ", "\n", "\t\r\n ");
const number = fc.oneof(
  fc.constantFrom("1.0", "-0", "0e5", "1e400", "-1E+400", "1e-400", "12345678901234567890", "0.1000"),
  fc.bigInt().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
);
/** Texts as one may write them: escaped without need, halves of surrogate pairs, names that are special in JavaScript. */
const string = fc.oneof(
  fc.constantFrom(
    '""',
    '"a"',
    '"__proto__"',
    '"\\u0061"',
    '"\\ud800"',
    '"\\"\\\\"',
    '"\\/"',
    '"\u2028ü🌲"',
    '"]},{["',
  ),
  fc.string({ unit: "binary", maxLength: 8 }).map((value) => JSON.stringify(value)),
);

function around(part: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(space, part, space).map((parts) => parts.join(""));
}

const { value: jsonValue, object: jsonObject } = fc.letrec<{ value: string; object: string; list: string }>((
  tie,
) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(number, string, fc.constantFrom("null", "true", "false")),
    tie("object"),
    tie("list"),
  ),
  object: fc.array(fc.tuple(around(string), around(tie("value"))), { maxLength: 4 })
    .chain((members) =>
      space.map((inner) => `{${members.map((each) => each.join(":")).join(",") || inner}}`)
    ),
  list: fc.array(around(tie("value")), { maxLength: 4 })
    .chain((items) => space.map((inner) => `[${items.join(",") || inner}]`)),
}));

/** Any JSON, as others may write it: numbers that JavaScript has not, doubled names, needless spaces and escapes. */
export const jsonTexts = jsonValue as fc.Arbitrary<JsonText>;

/** Objects of {@linkcode jsonTexts}. */
export const objectTexts = jsonObject as fc.Arbitrary<JsonText>;
