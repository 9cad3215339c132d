import { assert, assertEquals, assertRejects } from "@std/assert";
import { pause, TestCollector, timingOf } from "../../tests/wrap/test_collector.ts";
import { sequoia } from "./lambda.ts";

Deno.test("sequoia() of lambda tells of a call what its event says, and leaves its result alone", async () => {
  await using collector = new TestCollector();
  const handler = sequoia(async ({ args }: ReturnType<TestCollector["event"]>, _context: unknown) => {
    await pause(20);
    return { words: args.text.split(" ").length };
  });
  assertEquals(await handler(collector.event("01J/count"), {}), { words: 2 });
  const { who, ms } = await collector.runOf("01J/count");
  assertEquals(who, "functionSide");
  assert(ms >= 19, `it ran for ${ms} ms`);
  assertEquals(collector.connections, 1, "one connection a call");
});

Deno.test("sequoia() of lambda says how long it took to what answers HTTP, in whose request it finds the event", async () => {
  await using collector = new TestCollector();
  const handler = sequoia(async (_event: unknown) => {
    await pause(5);
    return { statusCode: 200, headers: { "Server-Timing": "db;dur=1" }, body: "ok" };
  });
  const body = JSON.stringify(collector.event("01J/a"));
  for (
    const request of [
      { body },
      { body: btoa(body), isBase64Encoded: true },
      { headers: { "Idempotency-Key": "01J/b", "X-Sequoia-Collector": collector.address }, body: "no JSON" },
    ]
  ) {
    const { headers, body } = await handler(request);
    assert(timingOf(headers["Server-Timing"]) >= 4, headers["Server-Timing"]);
    assertEquals(body, "ok");
  }
  await collector.runOf("01J/a");
  await collector.runOf("01J/b");
});

Deno.test("sequoia() of lambda tells of handlers that fail, and fails as they do", async () => {
  await using collector = new TestCollector();
  const rejects = sequoia(async (_event: unknown) => {
    await pause(1);
    throw new RangeError("no");
  });
  await assertRejects(() => rejects(collector.event("01J/late")), RangeError, "no");
  await collector.runOf("01J/late");
  const throws = sequoia((_event: unknown) => {
    throw new RangeError("at once");
  });
  try {
    throws(collector.event("01J/once"));
    assert(false);
  } catch (error) {
    assertEquals((error as Error).message, "at once");
  }
  await collector.runOf("01J/once");
});

Deno.test("sequoia() of lambda tells of handlers that answer by a callback, and of those that stream", async () => {
  await using collector = new TestCollector();
  type Callback = (error: unknown, result?: unknown) => void;
  const called = sequoia((_event: unknown, _context: unknown, callback: Callback) => {
    setTimeout(() => callback(null, { statusCode: 200 }), 10);
  });
  assertEquals(called.length, 3, "runtimes look at it");
  const result = await new Promise<{ headers: Record<string, string> }>((resolve) =>
    called(collector.event("01J/callback"), {}, (_error, result) => resolve(result as never))
  );
  assert(timingOf(result.headers["server-timing"]) >= 9);
  await collector.runOf("01J/callback");
  const written: string[] = [];
  const streams = sequoia(
    async (_event: unknown, stream: { write(text: string): void }, _context: unknown) => {
      for (const text of ["a", "b"]) {
        await pause(5);
        stream.write(text);
      }
    },
  );
  await streams(collector.event("01J/stream"), { write: (text) => void written.push(text) }, {});
  assertEquals(written, ["a", "b"]);
  const { ms } = await collector.runOf("01J/stream");
  assert(ms >= 9);
});
