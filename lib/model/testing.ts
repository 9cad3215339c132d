/** What the tests of the model share. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { WorkloadError, type WorkloadErrorCode } from "./errors.ts";

/** What is expected of an error: its class's name, its code, its message in full or in part. */
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

/** What `run` throws; fails if it throws nothing. */
export function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("it throws nothing");
}
