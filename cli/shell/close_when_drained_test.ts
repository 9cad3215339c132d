import { assertEquals } from "@std/assert";
import { closeWhenDrained } from "./close_when_drained.ts";

function counted() {
  let closed = 0;
  return {
    closed: () => closed,
    resource: {
      [Symbol.asyncDispose]() {
        closed++;
        return Promise.reject(new Error("it was told to whoever opened it"));
      },
    },
  };
}

Deno.test("closeWhenDrained() closes when the program is to end, also if that was before", () => {
  for (const isBefore of [true, false]) {
    const { resource, closed } = counted(), drain = new AbortController();
    if (isBefore) drain.abort();
    using _closing = closeWhenDrained(resource, drain.signal);
    drain.abort();
    assertEquals(closed(), 1);
  }
});

Deno.test("closeWhenDrained() closes nothing any more when it is disposed", () => {
  const { resource, closed } = counted(), drain = new AbortController();
  closeWhenDrained(resource, drain.signal)[Symbol.dispose]();
  drain.abort();
  assertEquals(closed(), 0);
});
