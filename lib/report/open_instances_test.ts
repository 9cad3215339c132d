import { assertEquals } from "@std/assert";
import { OpenInstances } from "./open_instances.ts";
import { end, submit } from "./testing.ts";

Deno.test("OpenInstances pairs a submission and an end, in whatever order they come", () => {
  const open = new OpenInstances(), numbers = { chain: 3, group: 2 };
  const first = submit("a1", 0), last = end("a1", 5), whole = { ...numbers, submit: first, end: last };
  assertEquals(open.submit(first, numbers), undefined);
  assertEquals(open.end(last, 3), whole);
  assertEquals(open.end(last, 3), undefined, "an end of another run");
  assertEquals(open.submit(first, numbers), whole, "its group is that of the submission");
  assertEquals([...open.halves()], []);
});

Deno.test("OpenInstances counts the first of several submissions, or ends", () => {
  const open = new OpenInstances(), numbers = { chain: 0, group: 0 };
  const first = submit("a1", 0), last = end("b1", 5);
  open.submit(first, numbers);
  open.submit(submit("a1", 1), numbers);
  open.end(last, 1);
  open.end(end("b1", 6), 1);
  assertEquals([...open.halves()].map(({ submit, end }) => [submit, end]), [[first, undefined], [
    undefined,
    last,
  ]]);
});

Deno.test("OpenInstances knows which have begun, also before their submission came", () => {
  const open = new OpenInstances(), numbers = { chain: 0, group: 0 };
  open.began("a1");
  for (const id of ["a1", "a2", "a3"]) open.submit(submit(id, 0), numbers);
  open.began("a2");
  assertEquals([...open.halves()].map(({ hasBegun }) => hasBegun), [true, true, false]);
});
