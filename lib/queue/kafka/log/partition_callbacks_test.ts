import { assertEquals } from "@std/assert";
import { PartitionCallbacks } from "./partition_callbacks.ts";

/** Callbacks of ends at the offsets 10, 20 and 30, of one record each. */
function some(): PartitionCallbacks {
  const callbacks = new PartitionCallbacks("pending 0"), run = 0;
  for (const offset of [10, 20, 30]) {
    const place = { atMs: 0, offset, isCalled: false };
    const end = { state: "failed", place, run, endedAtMs: offset, callback: "https://a.example" } as const;
    callbacks.ended(`i${offset}`, { ...end, offset, parts: 1 });
  }
  return callbacks;
}

Deno.test("PartitionCallbacks.from goes back to an end whose callback was given up and is to be delivered after all", () => {
  const callbacks = some();
  assertEquals(callbacks.from, 10);
  for (const  of of[10, 20]) callbacks.mark({ of, state: "given-up", attempts: 3, atMs: 100, failure: "no" });
  assertEquals(callbacks.from, 30);
  for (const  of of[20, 10]) {
    callbacks.mark({ of, state: "waiting", attempts: 0, atMs: 200, sinceMs: 200 });
    assertEquals(callbacks.from, of);
  }
  assertEquals([...callbacks.open()].map(({ offset, sinceMs }) => [offset, sinceMs]), [[10, 200], [20, 200], [
    30,
    30,
  ]]);
  callbacks.mark({ of: 10, state: "delivered", attempts: 1, atMs: 300 });
  assertEquals(callbacks.from, 20);
});

Deno.test("PartitionCallbacks.mark() takes up nothing that was delivered, or is not known", () => {
  const callbacks = some();
  callbacks.mark({ of: 20, state: "delivered", attempts: 1, atMs: 100 });
  for (const  of of[20, 25]) callbacks.mark({ of, state: "waiting", attempts: 0, atMs: 200, sinceMs: 200 });
  assertEquals([...callbacks.open()].map(({ offset }) => offset), [10, 30]);
});
