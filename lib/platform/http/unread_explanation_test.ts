/** Answers of 503 whose explanation cannot be read: nobody knows that they say nothing. */
import { gzipSync } from "node:zlib";
import { assert, assertEquals } from "@std/assert";
import { callOf, never, rawServer, serve, writeAll } from "../testing.ts";

async function outcomeOf(body: Uint8Array<ArrayBuffer> | string, headers: Record<string, string>) {
  await using at = serve(() => new Response(body, { status: 503, headers }));
  return (await at.platform.invoke(callOf({ url: at.url }), never)).outcome;
}

Deno.test("HttpPlatform.invoke() takes no 503 for a refusal because its compression is not known", async () => {
  const outcome = await outcomeOf("not to be read", { "content-encoding": "zstd" });
  assert(outcome.kind === "failed" && outcome.retryable && outcome.cause === "server-error");
});

Deno.test("HttpPlatform.invoke() takes no 503 for a refusal because its explanation is long", async () => {
  const explanation = gzipSync(JSON.stringify({ error: "charged, and then ".repeat(1000) }));
  const outcome = await outcomeOf(new Uint8Array(explanation), { "content-encoding": "gzip" });
  assert(outcome.kind === "failed" && outcome.retryable && outcome.cause === "server-error");
});

Deno.test("HttpPlatform.invoke() takes no 503 for a refusal because its explanation has not come", async () => {
  await using server = rawServer(async (connection) => {
    await writeAll(connection, "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 200\r\n\r\n");
    connection.close();
  });
  await using at = serve(() => new Response());
  const { outcome } = await at.platform.invoke(callOf({ url: `http://127.0.0.1:${server.port}/` }), never);
  assert(outcome.kind === "failed" && outcome.retryable && outcome.cause === "server-error");
});

Deno.test("HttpPlatform.invoke() takes a 503 without an explanation for a refusal, compressed or not", async () => {
  assertEquals((await outcomeOf("", {})).kind, "throttled");
  const page = gzipSync("<html><body><h1>503 Service Unavailable</h1></body></html>");
  assertEquals((await outcomeOf(new Uint8Array(page), { "content-encoding": "gzip" })).kind, "throttled");
});
