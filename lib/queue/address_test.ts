import { assertEquals, assertThrows } from "@std/assert";
import { parseQueueAddress } from "./address.ts";
import { QueueError } from "./queue.ts";

Deno.test("parseQueueAddress() reads the kinds of queue", () => {
  assertEquals(parseQueueAddress("memory:"), { kind: "memory" });
  assertEquals(parseQueueAddress(" sqlite:.sequoia/queue.db "), {
    kind: "sqlite",
    path: ".sequoia/queue.db",
    options: {},
  });
  assertEquals(parseQueueAddress("SQLITE:C:\\a b\\q.db?keep=2h&lease=500ms"), {
    kind: "sqlite",
    path: "C:\\a b\\q.db",
    options: { leaseMs: 500, keepMs: 7_200_000 },
  });
  assertEquals(parseQueueAddress("sqlite:/q?keep=0ms"), {
    kind: "sqlite",
    path: "/q",
    options: { keepMs: 0 },
  });
});

Deno.test("parseQueueAddress() says what is wrong, and what to write", () => {
  const wrong: Readonly<Record<string, string>> = {
    "": "does not say of which kind",
    "queue.db": "sqlite:PATH",
    "redis://localhost": 'no queues of the kind "redis"',
    "kafka://localhost:9092": "not available in this version",
    "memory:x": "Write memory:",
    "sqlite:": "names no file",
    "sqlite:?lease=5s": "names no file",
    "sqlite::memory:": "Write memory:",
    "sqlite:q.db?leese=5s": "Did you mean lease?",
    "sqlite:q.db?x=1": "lease and keep",
    "sqlite:q.db?lease=5": "250ms, 5s",
    "sqlite:q.db?lease=1ms": "too short",
    "sqlite:q.db?keep=-1s": "keep is no duration",
    "sqlite:q\0.db": "no file can have this name",
  };
  for (const [text, part] of Object.entries(wrong)) {
    const error = assertThrows(() => parseQueueAddress(text), QueueError, part);
    assertEquals(error.code, "bad-address");
  }
});
