import { assert, assertEquals, assertRejects } from "@std/assert";
import { pause, TestCollector, timingOf } from "../../tests/wrap/test_collector.ts";
import { sequoia, type WrapOptions } from "./fetch.ts";

type Handler = (request: Request) => Response | Promise<Response>;

/** A handler behind a real server. */
function served(handler: Handler, options: WrapOptions = {}) {
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen() {},
    onError: () => new Response("it failed", { status: 500 }),
  }, sequoia(handler, options));
  return { url: `http://127.0.0.1:${server.addr.port}/`, [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test("sequoia() of fetch tells of a call, and says in the answer how long it took", async () => {
  await using collector = new TestCollector();
  await using server = served(async (request) => {
    const { args } = await request.json();
    await pause(10);
    return Response.json(args, { status: 201, headers: { "x-own": "1", "server-timing": "db;dur=3" } });
  });
  const call = (id: string, headers: Record<string, string>) =>
    fetch(server.url, {
      method: "POST",
      body: JSON.stringify(collector.event(id)),
      headers: { "content-type": "application/json", ...headers },
    });
  const response = await call("01J/a", collector.headers("01J/a"));
  assertEquals([response.status, response.headers.get("x-own")], [201, "1"]);
  assert(timingOf(response.headers.get("server-timing")) >= 9);
  assertEquals(await response.json(), { text: "a b" });
  assert((await collector.runOf("01J/a")).ms >= 9);
  await (await call("by its body", {})).body?.cancel(); // as the original's consumer calls
  await collector.runOf("by its body");
});

Deno.test("sequoia() of fetch tells of the end when a streamed answer has been sent, or nobody reads it", async () => {
  await using collector = new TestCollector();
  await using server = served(() => {
    let left = 3;
    return new Response(
      new ReadableStream({
        async pull(controller) {
          await pause(20);
          if (left-- > 0) controller.enqueue(new TextEncoder().encode("part "));
          else controller.close();
        },
      }),
    );
  });
  const response = await fetch(server.url, { headers: collector.headers("01J/stream") });
  const headMs = timingOf(response.headers.get("server-timing"));
  assertEquals(await response.text(), "part part part ");
  const { ms } = await collector.runOf("01J/stream");
  assert(ms >= 75 && ms - headMs >= 50, `it ran for ${ms} ms, of which the head tells ${headMs} ms`);
  const endless = sequoia(() =>
    new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(10)) }))
  );
  const unread = await endless(new Request(server.url, { headers: collector.headers("01J/unread") }));
  await unread.body!.cancel();
  await collector.runOf("01J/unread");
});

Deno.test("sequoia() of fetch tells of failures, of answers without a body, and of broken streams", async () => {
  await using collector = new TestCollector();
  const request = (id: string) => new Request("http://localhost/", { headers: collector.headers(id) });
  const fails = sequoia(() => {
    throw new RangeError("no");
  });
  await assertRejects(() => fails(request("01J/fails")), RangeError, "no");
  await collector.runOf("01J/fails");
  const redirects = await sequoia(() => Response.redirect("http://localhost/other"))(request("01J/redirect"));
  assertEquals([redirects.status, redirects.headers.get("location")], [302, "http://localhost/other"]);
  await collector.runOf("01J/redirect");
  const broken = sequoia(() =>
    new Response(new ReadableStream({ pull: () => Promise.reject(new RangeError("cut")) }))
  );
  const response = await broken(request("01J/broken"));
  await assertRejects(() => response.text(), RangeError, "cut");
  await collector.runOf("01J/broken");
});

/** Events with parts that throw where code takes them for texts or numbers. */
const HOSTILE: readonly string[] = ["ip", "port", "id", "name"].map((field) =>
  JSON.stringify({ id: "x", ip: "127.0.0.1", port: 9, [field]: { toString: 1, valueOf: 1 } })
);

Deno.test("sequoia() of fetch fails no function over what callers send, or over a body that was read before", async () => {
  let strays = 0;
  const count = (event: Event) => (event.preventDefault(), strays++);
  addEventListener("unhandledrejection", count);
  try {
    const handler = sequoia(() => new Response("done"));
    const request = (body: string) =>
      new Request("http://localhost/", {
        method: "POST",
        body,
        headers: { "content-type": "application/json", "content-length": `${body.length}` },
      });
    for (const event of [...HOSTILE, "no JSON", "null"]) {
      assertEquals(await (await handler(request(event))).text(), "done", event);
    }
    const read = request("{}");
    await read.text();
    assertEquals(await (await handler(read)).text(), "done");
    await pause(0);
    assertEquals(strays, 0);
  } finally {
    removeEventListener("unhandledrejection", count);
  }
});
