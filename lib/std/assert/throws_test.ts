import { AssertionError, assertIsError, assertRejects, assertThrows } from "@std/assert";
import { strictEqual } from "node:assert/strict";
import { message, plain } from "./testing.ts";

function fails(error: unknown): () => never {
  return () => {
    throw error;
  };
}

const tooFar = new RangeError("too far");

Deno.test("assertThrows() gives what was thrown", () => {
  strictEqual(assertThrows(fails("text")), "text");
  const error: RangeError = assertThrows(fails(tooFar), RangeError, "far");
  strictEqual(error, tooFar);
  strictEqual(assertThrows(fails(tooFar), Error), tooFar);
});

const THROWS: readonly [run: () => unknown, message: string][] = [
  [() => assertThrows(() => {}), "Expected function to throw."],
  [() => assertThrows(() => {}, "told"), "Expected function to throw: told"],
  [() => assertThrows(() => {}, Error, "x", "told"), "Expected function to throw: told"],
  [() => assertThrows(fails("text"), Error), "A non-Error object was thrown."],
  [
    () => assertThrows(fails(tooFar), TypeError, "x", "told"),
    'Expected error to be instance of "TypeError", but was "RangeError": told',
  ],
  [
    () => assertThrows(fails(tooFar), RangeError, "near"),
    'Expected error message to include "near", but got "too far".',
  ],
  [() => assertIsError("x", Error, "x", "told"), 'Expected "error" to be an Error object: told'],
  [
    () => assertIsError(tooFar, TypeError),
    'Expected error to be instance of "TypeError", but was "RangeError".',
  ],
  [
    () => assertIsError(tooFar, Error, /near/),
    'Expected error message to include /near/, but got "too far".',
  ],
];

for (const [run, expected] of THROWS) {
  Deno.test(`assertThrows() and assertIsError() say: ${expected}`, () => strictEqual(message(run), expected));
}

Deno.test("assertIsError() holds, whatever the colours of the message", () => {
  assertIsError(tooFar);
  assertIsError(tooFar, RangeError, "far");
  assertIsError(tooFar, undefined, /^too/);
  assertIsError(new Error("\x1b[31mtoo\x1b[39m far"), Error, "too far");
});

Deno.test("assertRejects() gives what the promise was rejected with", async () => {
  strictEqual(await assertRejects(() => Promise.reject("text")), "text");
  const error: RangeError = await assertRejects(() => Promise.reject(tooFar), RangeError, "far");
  strictEqual(error, tooFar);
});

const REJECTS: readonly [run: () => Promise<unknown>, message: string][] = [
  [() => assertRejects(() => Promise.resolve()), "Expected function to reject."],
  [() => assertRejects(() => Promise.resolve(), "told"), "Expected function to reject: told"],
  [() => assertRejects(fails(tooFar)), "Function throws when expected to reject."],
  [() => assertRejects((() => 7) as never), "Function throws when expected to reject."],
  [() => assertRejects(() => Promise.reject("text"), Error), "A non-Error object was rejected."],
  [
    () => assertRejects(() => Promise.reject(tooFar), TypeError),
    'Expected error to be instance of "TypeError", but was "RangeError".',
  ],
  [
    () => assertRejects(() => Promise.reject(tooFar), RangeError, "near", "told"),
    'Expected error message to include "near", but got "too far": told',
  ],
];

for (const [run, expected] of REJECTS) {
  Deno.test(`assertRejects() says: ${expected}`, async () => {
    const error = await run().then(() => undefined, (error) => error);
    strictEqual(error instanceof AssertionError, true);
    strictEqual(plain(error.message), expected);
  });
}
