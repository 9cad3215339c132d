import { assertEquals, assertRejects } from "@std/assert";
import { QueueError, type QueueErrorCode } from "../../lib/queue/mod.ts";
import { exitCodeOf, inOrder, jsonLineOf, messageOf, UsageError } from "./errors.ts";

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

Deno.test("the error that came first is told, whatever fails when things are closed after it", async () => {
  const failing = (words: string) => ({ [Symbol.asyncDispose]: () => Promise.reject(new Error(words)) });
  const work = async () => {
    await using _last = failing("third");
    await using stack = new AsyncDisposableStack();
    stack.use(failing("second"));
    throw new Error("first");
  };
  const error = await assertRejects(work);
  assertEquals(inOrder(error).map((each) => (each as Error).message), ["first", "second", "third"]);
  assertEquals(inOrder("plain"), ["plain"]);
});

Deno.test("a JSON log ends with the error's message and stable code", () => {
  assertEquals(JSON.parse(jsonLineOf(new QueueError("busy", "Cannot: locked"), 5)), {
    time: "1970-01-01T00:00:00.005Z",
    level: "ERROR",
    message: "Cannot: locked",
    event: "failed",
    code: "busy",
  });
  assertEquals(JSON.parse(jsonLineOf(new UsageError("no"), 5)), {
    time: "1970-01-01T00:00:00.005Z",
    level: "ERROR",
    message: "no",
    event: "failed",
  });
});
