import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { constant, type Outcome, realClock, writeJson } from "../../model/mod.ts";
import { parseUrlPattern } from "../guard/url_pattern.ts";
import { PlatformError } from "../platform.ts";
import { callOf, never, rawServer, serve, writeAll } from "../testing.ts";

Deno.test("HttpPlatform.invoke() sends the event, and takes JSON for the output", async () => {
  const seen: { headers: Headers; body: unknown; method: string }[] = [];
  await using at = serve(async (request) => {
    seen.push({ headers: request.headers, body: await request.json(), method: request.method });
    return Response.json({ files: [1, 2] }, { headers: { "x-sequoia-cold": "1" } });
  }, { collector: { ip: "127.0.0.1", port: 10000 } });
  const call = callOf({ url: at.url, headers: { "x-key": "k" } }, {
    attempt: 2,
    inputs: { before: writeJson({ a: 1 }) },
  });
  const beforeMs = realClock.nowMs();
  const { sentAtMs, ...answer } = await at.platform.invoke(call, never);
  assertEquals(answer, {
    outcome: { kind: "ok", output: writeJson({ files: [1, 2] }) },
    status: 200,
    cold: true,
  });
  assert(sentAtMs! >= beforeMs && sentAtMs! <= realClock.nowMs());
  const { id } = call.instance;
  assertEquals(seen[0]!.method, "POST");
  assertEquals(seen[0]!.body, {
    id: `${id}/n`,
    name: "functionSide",
    ip: "127.0.0.1",
    port: 10000,
    chain: "single",
    instance: id,
    node: "n",
    attempt: 2,
    args: { size: 3 },
    inputs: { before: { a: 1 } },
  });
  const { headers } = seen[0]!;
  assertEquals(headers.get("idempotency-key"), `${id}/n`);
  assertEquals(headers.get("x-sequoia-attempt"), "2");
  assertEquals(headers.get("x-key"), "k");
  assertMatch(headers.get("traceparent")!, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
});

Deno.test("HttpPlatform.invoke() says by itself of which kind a function is, whatever headers are added", async () => {
  const kindAndMore = ({ headers }: Request) =>
    Response.json([headers.get("x-sequoia-kind"), headers.get("x-a")]);
  await using at = serve(kindAndMore);
  const headers = { "X-Sequoia-Kind": "modelled", "x-a": "1" };
  const { outcome } = await at.platform.invoke(callOf({ url: at.url, headers }), never);
  assertEquals(outcome, { kind: "ok", output: writeJson([null, "1"]) });
  await using load = serve(kindAndMore, { modelsUrls: true });
  const loaded = await load.platform.invoke(callOf({ url: load.url }), never);
  assertEquals(loaded.outcome, { kind: "ok", output: writeJson(["modelled", null]) });
});

Deno.test("HttpPlatform.invoke() gives every attempt of an instance one trace and its own span", async () => {
  const parents: string[] = [];
  await using at = serve((request) => {
    parents.push(request.headers.get("traceparent")!);
    return Response.json(null);
  });
  for (const attempt of [1, 2]) await at.platform.invoke(callOf({ url: at.url }, { attempt }), never);
  const [first, second] = parents.map((parent) => parent.split("-"));
  assertEquals(first![1], second![1]);
  assert(first![2] !== second![2]);
});

Deno.test("HttpPlatform.invoke() goes on with the trace of its instance, in the span that the call is given", async () => {
  const seen: (string | null)[][] = [];
  await using at = serve(({ headers }) => {
    seen.push([headers.get("traceparent"), headers.get("tracestate")]);
    return Response.json(null);
  });
  const call = callOf({ url: at.url }), trace = "4b".repeat(16);
  const given = { traceparent: `00-${trace}-${"a0".repeat(8)}-00`, tracestate: "a=1" };
  const traced = { ...call, instance: { ...call.instance, ...given } };
  const own = `00-${trace}-${"b1".repeat(8)}-00`;
  await at.platform.invoke(traced, never);
  await at.platform.invoke({ ...traced, traceparent: own }, never);
  assertMatch(seen[0]![0]!, new RegExp(`^00-${trace}-(?!${"a0".repeat(8)})[0-9a-f]{16}-00$`));
  assertEquals([seen[0]![1], seen[1]], ["a=1", [own, "a=1"]]);
});

Deno.test("HttpPlatform.invoke() puts the id into the query of a GET", async () => {
  await using at = serve((request) => Response.json(request.method + new URL(request.url).search));
  const call = callOf({ url: `${at.url}?a=1`, method: "GET" });
  const { outcome } = await at.platform.invoke(call, never);
  assertEquals(outcome, {
    kind: "ok",
    output: writeJson(`GET?a=1&id=${encodeURIComponent(`${call.instance.id}/n`)}`),
  });
});

Deno.test("HttpPlatform.invoke() calls a function without URL on the local platform and says how long it runs", async () => {
  await using at = serve((request) =>
    Response.json([new URL(request.url).pathname, request.headers.get("x-sequoia-time")])
  );
  const { outcome } = await at.platform.invoke(callOf({ time: constant(5) }), never);
  assertEquals(outcome, { kind: "ok", output: writeJson(["/local", '{"kind":"constant","ms":5}']) });
});

Deno.test("HttpPlatform.invoke() takes no answer that is too long, announced or not, and does not try it again", async () => {
  const long = "x".repeat(2000);
  await using at = serve(
    (request) =>
      request.url.endsWith("/announced") ? new Response(long) : new Response(new Blob([long]).stream()),
    { maxAnswerBytes: 1999 },
  );
  for (const path of ["/announced", "/streamed"]) {
    const { outcome } = await at.platform.invoke(callOf({ url: at.url + path }), never);
    assertEquals(outcome, {
      kind: "failed",
      reason: "output-too-large: its answer is longer than 1999 bytes",
      retryable: false,
    });
  }
});

Deno.test("HttpPlatform.invoke() does not follow redirects, and says where they lead", async () => {
  let calls = 0;
  const targets = ["/elsewhere", "http://169.254.169.254/latest?token=secret", "no url at all://"];
  await using at = serve(
    () => new Response(null, { status: 302, headers: { location: targets[calls++]! } }),
  );
  const { host } = new URL(at.url);
  for (const [i, where] of [host, "169.254.169.254", host].entries()) {
    const { outcome, status } = await at.platform.invoke(callOf({ url: at.url }), never);
    assertEquals([calls, status], [i + 1, 302]);
    assertEquals(outcome, {
      kind: "failed",
      reason: `answered with status 302: it redirects to ${where}, which is not followed. ` +
        "Give the function the URL that it leads to",
      retryable: false,
    });
  }
});

Deno.test("HttpPlatform.invoke() rejects if there can be no local platform, and says that it is unserved if nobody listens there", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  let lost = 0;
  const local = {
    resolve: () => `http://127.0.0.1:${port}/`,
    lost: () => void lost++,
    words: () => "start it",
  };
  await using at = serve(() => new Response(), { local });
  const { outcome, status } = await at.platform.invoke(callOf({}), never);
  assertEquals([outcome, status], [{ kind: "unserved", reason: "start it" } as Outcome, 0]);
  assertEquals(lost, 2, "it looks once whether somebody else is there");
  const none = { resolve: () => Promise.reject(new PlatformError("cannot-listen", "no place")), lost() {} };
  await using nowhere = serve(() => new Response(), { local: none, clock: realClock });
  await assertRejects(() => nowhere.platform.invoke(callOf({}), never), PlatformError, "no place");
});

Deno.test("HttpPlatform.invoke() sends each header once, whatever its case, and leaves how the body is framed to the client", async () => {
  const heads: string[] = [];
  await using server = rawServer((connection, asked) => {
    heads.push(asked);
    return writeAll(connection, "HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\n1");
  });
  await using at = serve(() => new Response());
  const headers = {
    "Content-Type": "application/cloudevents+json",
    "Idempotency-Key": "mine",
    "Transfer-Encoding": "chunked",
    "CONTENT-LENGTH": "7",
    "X-Key": " a ",
    "x-key": "b",
  };
  const call = callOf({ url: `http://localhost:${server.port}/x?y`, headers });
  assertEquals((await at.platform.invoke(call, never)).outcome.kind, "ok");
  const [head = "", body = ""] = heads[0]!.split("\r\n\r\n");
  const [line, ...lines] = head.split("\r\n");
  const sent = lines.map((line) => line.split(": ") as [string, string]);
  assertEquals(line, "POST /x?y HTTP/1.1", "the origin form, which servers route by");
  assertEquals(sent.map(([name]) => name), [...new Set(sent.map(([name]) => name.toLowerCase()))]);
  const { host, ...named } = Object.fromEntries(sent);
  assertEquals(host, `localhost:${server.port}`);
  assertEquals(named["content-type"], "application/cloudevents+json");
  assertEquals(named["idempotency-key"], `${call.instance.id}/n`);
  assertEquals([named["x-key"], named["content-length"]], ["b", String(body.length)]);
  assertEquals("transfer-encoding" in named, false);
});

Deno.test("HttpPlatform.prepare() waits no longer for connections than a call would", async () => {
  await using server = rawServer((connection) => connection.read(new Uint8Array(1)));
  await using at = serve(() => new Response());
  const { spec } = callOf({ url: `https://127.0.0.1:${server.port}/f`, timeout: 30 });
  await at.platform.prepare(spec, 5, never);
});

Deno.test("HttpPlatform.invoke() fails for good, and says why, where nothing is called", async () => {
  await using at = serve(() => new Response(), {
    resolve: () => Promise.resolve(["169.254.169.254"]),
    allowed: [parseUrlPattern("http://*.test"), parseUrlPattern("http://127.0.0.1:*/f")],
  });
  const reasons: [string, string][] = [
    [
      "http://rebind.test/",
      "url-refused: rebind.test, at 169.254.169.254, is a link-local address, where clouds keep credentials: it is " +
      "never called. Write another URL",
    ],
    [
      "http://[::ffff:a9fe:a9fe]/latest/meta-data",
      "url-refused: [::ffff:a9fe:a9fe] is a link-local address, where clouds keep credentials: it is never called. " +
      "Write another URL",
    ],
    [
      "https://user:secret@evil.example/x?token=secret",
      "url-refused: https://evil.example/x matches no --allow-url (or SEQUOIA_ALLOW_URLS). If it is to be called, add " +
      "--allow-url https://evil.example",
    ],
  ];
  for (const [url, reason] of reasons) {
    const answer = await at.platform.invoke(callOf({ url }), never);
    assertEquals(answer, { outcome: { kind: "failed", reason, retryable: false }, status: 0, cold: false });
  }
  const { outcome } = await at.platform.invoke(callOf({ url: at.url }), never);
  assertEquals(outcome.kind, "ok");
  const local = await at.platform.invoke(callOf({}), never);
  assertEquals(local.outcome.kind, "ok", "what the operator has set up needs no pattern");
});

Deno.test("HttpPlatform.invoke() names the host that refuses connections, and nothing else of its URL", async () => {
  const gone = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const host = `127.0.0.1:${gone.addr.port}`;
  gone.close();
  await using at = serve(() => new Response());
  const { outcome } = await at.platform.invoke(callOf({ url: `http://${host}/f?code=1` }), never);
  assert(outcome.kind === "failed");
  assert(outcome.reason.startsWith(`cannot connect to ${host}: `), outcome.reason);
  assertEquals([outcome.reason.includes("code"), outcome.retryable, outcome.cause], [false, true, "network"]);
});

Deno.test("HttpPlatform.invoke() may be tried again when a name cannot be resolved", async () => {
  await using at = serve(() => new Response(), { resolve: () => Promise.reject(new Error("ENOTFOUND")) });
  const { outcome } = await at.platform.invoke(callOf({ url: "http://gone.test/" }), never);
  assert(outcome.kind === "failed");
  assertEquals(outcome, {
    kind: "failed",
    reason: "cannot find the address of gone.test: ENOTFOUND",
    retryable: true,
    cause: "network",
  });
});
