import { assertEquals } from "@std/assert";
import { QueueError, type QueueErrorCode } from "../lib/queue/mod.ts";
import { exitCodeOf, messageOf, UsageError } from "./errors.ts";

Deno.test("a queue that does not do what it should ends the program with 1 and its message", () => {
  const codes: QueueErrorCode[] = ["unreachable", "unauthorized", "bad-topic", "too-large", "cannot-open"];
  for (const code of codes) {
    const error = new QueueError(code, "Cannot do it:\n no.");
    assertEquals([exitCodeOf(error), messageOf(error)], [1, "Cannot do it: no."]);
  }
});

Deno.test("what must be written otherwise ends the program with 2", () => {
  assertEquals(exitCodeOf(new UsageError("no")), 2);
  assertEquals(exitCodeOf(new QueueError("bad-address", "no")), 2);
});

Deno.test("an error that nobody expects is said to be one", () => {
  assertEquals(
    messageOf(new TypeError("no")),
    "Unexpected: no (TypeError). Run again with --log-level debug to see where",
  );
  assertEquals(exitCodeOf(new TypeError("no")), 1);
});
