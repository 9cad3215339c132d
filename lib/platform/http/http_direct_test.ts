/** Calls over connections of our own, against real servers, some of which misbehave. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { realClock } from "../../model/mod.ts";
import { HttpPlatform } from "./http.ts";
import { callOf, never, serve } from "../testing.ts";

/** A server that is told each connection's number and first bytes, and writes what it is told to. */
function rawServer(answer: (connection: number, request: string, conn: Deno.Conn) => Promise<void>) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  let count = 0;
  const accepting = (async () => {
    for await (const conn of listener) {
      open.add(conn);
      void talk(conn, ++count);
    }
  })();
  async function talk(conn: Deno.Conn, number: number): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      for (let size = await conn.read(buffer); size !== null; size = await conn.read(buffer)) {
        await answer(number, new TextDecoder().decode(buffer.subarray(0, size)), conn);
      }
    } catch {
      // it was closed
    }
  }
  return {
    url: `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/f`,
    get connections() {
      return count;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      for (const conn of open) {
        try {
          conn.close();
        } catch {
          // it was closed before
        }
      }
    },
  };
}

const direct = (maxAnswerBytes = 1000) =>
  new HttpPlatform({ clock: realClock, local: { resolve: () => "" }, direct: true, maxAnswerBytes });

const write = async (conn: Deno.Conn, text: string) => void await conn.write(new TextEncoder().encode(text));
const OK = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnull";

Deno.test("HttpPlatform of direct calls sends what fetch would send, and says when it had left", async () => {
  const seen: unknown[] = [];
  await using at = serve(async (request) => {
    const { method, url, headers } = request;
    const named = ["content-type", "idempotency-key", "traceparent", "x-sequoia-attempt", "x-key"];
    seen.push({ method, url, headers: named.map((name) => headers.get(name)), body: await request.text() });
    return Response.json({ size: "ü" }, { headers: { "x-sequoia-cold": "1" } });
  });
  await using platform = direct();
  for (const method of ["POST", "GET"] as const) {
    const call = callOf({ url: `${at.url}?a=1`, method, headers: { "x-key": "k" } }, { args: { name: "ä" } });
    const byFetch = await at.platform.invoke(call, never);
    const before = realClock.nowMs();
    const { sentAtMs, ...answer } = await platform.invoke(call, never);
    assertEquals(answer, byFetch);
    assert(sentAtMs! >= before && sentAtMs! <= realClock.nowMs());
    assertEquals(seen[1], seen[0]);
    seen.length = 0;
  }
});

Deno.test("HttpPlatform of direct calls uses connections again, and those that were opened beforehand", async () => {
  await using server = rawServer((_n, _request, conn) => write(conn, OK));
  await using platform = direct();
  const call = callOf({ url: server.url });
  await platform.prepare(call.spec, 100, never);
  assertEquals(server.connections, 100);
  await platform.prepare(call.spec, 50, never);
  const answers = await Promise.all(Array.from({ length: 100 }, () => platform.invoke(call, never)));
  for (let i = 0; i < 10; i++) answers.push(await platform.invoke(call, never));
  assertEquals([answers.filter(({ status }) => status === 200).length, server.connections], [110, 100]);
});

Deno.test("HttpPlatform of direct calls sends again what met a connection that was being closed", async () => {
  const keys: string[] = [];
  await using server = rawServer(async (connection, request, conn) => {
    keys.push(/idempotency-key: (\S+)/.exec(request)![1]!);
    if (keys.length === 2 && connection === 1) conn.close();
    else await write(conn, OK);
  });
  await using platform = direct();
  const call = callOf({ url: server.url });
  for (let i = 0; i < 2; i++) assertEquals((await platform.invoke(call, never)).status, 200);
  assertEquals([keys.length, new Set(keys).size, server.connections], [3, 1, 2]);
});

const BAD: readonly [name: string, answer: string, reason: string][] = [
  [
    "breaks off",
    "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf",
    "closed before the answer was complete",
  ],
  ["is no HTTP", "220 smtp.example.org ready\r\n\r\n", "not HTTP/1.1"],
  ["is too long", `HTTP/1.1 200 OK\r\n\r\n${"x".repeat(2000)}`, "longer than 1000 bytes"],
  ["is longer than it says it may be", `HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n`, "longer than 1000"],
];

for (const [name, text, reason] of BAD) {
  Deno.test(`HttpPlatform of direct calls fails a call whose answer ${name}`, async () => {
    await using server = rawServer(async (_n, _request, conn) => {
      await write(conn, text + (text.includes("5000") ? "x".repeat(5000) : ""));
      conn.closeWrite();
    });
    await using platform = direct();
    const { outcome } = await platform.invoke(callOf({ url: server.url }), never);
    assert(outcome.kind === "failed");
    assertStringIncludes(outcome.reason, reason);
  });
}

Deno.test("HttpPlatform of direct calls ends a call that nobody answers, and closes its connection", async () => {
  const closed = Promise.withResolvers<void>();
  await using server = rawServer(async (_n, _request, conn) => {
    if (await conn.read(new Uint8Array(1)) === null) closed.resolve();
  });
  await using platform = direct();
  const { outcome } = await platform.invoke(callOf({ url: server.url, timeout: "50ms" }), never);
  assert(outcome.kind === "failed" && outcome.retryable);
  assertStringIncludes(outcome.reason, "no answer within 50 ms");
  await closed.promise;
});

Deno.test("HttpPlatform of direct calls says that nobody listens", async () => {
  await using platform = direct();
  const call = callOf({ url: "http://127.0.0.1:1/f" });
  await platform.prepare(call.spec, 10, never);
  const { outcome } = await platform.invoke(call, never);
  assert(outcome.kind === "failed" && outcome.cause === "network");
  assertStringIncludes(outcome.reason, "refused");
});
