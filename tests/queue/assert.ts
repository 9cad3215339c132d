import { deepStrictEqual, ok, rejects } from "node:assert/strict";

export function assert(value: unknown, message?: string): asserts value {
  ok(value, message);
}

export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  deepStrictEqual(actual, expected, message);
}

export async function assertRejects<E extends Error>(
  run: () => Promise<unknown>,
  // deno-lint-ignore no-explicit-any
  kind: new (...args: any[]) => E,
  text?: string,
): Promise<E> {
  let caught: unknown;
  await rejects(run, (error) => {
    caught = error;
    return error instanceof kind && (text === undefined || error.message.includes(text));
  });
  return caught as E;
}
