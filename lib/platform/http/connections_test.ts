import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { VirtualClock } from "../../../tests/programs/virtual_clock.ts";
import { realClock } from "../../model/mod.ts";
import { Connections } from "./connections.ts";
import { callOf, never, serve } from "../testing.ts";
import { UrlRefusedError } from "../guard/url_guard.ts";
import { parseUrlPattern } from "../guard/url_pattern.ts";

const init = { signal: never };

/** A name server that gives one answer after the other, and the last one for ever; and how often it was asked. */
function answering(...answers: (readonly string[] | Error)[]) {
  const server = {
    asked: [] as string[],
    resolve: (name: string): Promise<readonly string[]> => {
      server.asked.push(name);
      const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
  return server;
}

/** A server that says which host it was asked for. */
function hostServer() {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => new Response(request.headers.get("host")),
  );
  return { port: server.addr.port, [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test("Connections.send() goes to the address that was checked, under the name of the URL", async () => {
  await using server = hostServer();
  const names = answering(["127.0.0.1"]);
  using connections = new Connections({ clock: realClock, ...names });
  const url = `http://functions.test:${server.port}/f`;
  const answers = await Promise.all([1, 2, 3].map(() => connections.send(url, init)));
  for (const answer of answers) assertEquals(await answer.text(), `functions.test:${server.port}`);
  assertEquals(names.asked, ["functions.test"], "it asks once for all calls");
});

Deno.test("Connections.send() speaks TLS over https, under the name of the URL", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const hello = listener.accept().then(async (connection) => {
    const bytes = new Uint8Array(4096);
    const length = await connection.read(bytes);
    connection.close();
    return new TextDecoder("latin1").decode(bytes.subarray(0, length ?? 0));
  });
  using connections = new Connections({ clock: realClock });
  await assertRejects(() => connections.send(`https://localhost:${port}/secret`, init), TypeError);
  const said = await hello;
  assertEquals(said.charCodeAt(0), 22, "it begins with a handshake (RFC 8446, section 5.1)");
  assertStringIncludes(said, "localhost");
  assert(!said.includes("secret"), "it says nothing in the clear");
});

Deno.test("Connections.send() refuses a name if one of its addresses is never called", async () => {
  for (const address of ["169.254.169.254", "fe80::1%eth0", "::ffff:100.100.100.200", "fd00:ec2::254"]) {
    using connections = new Connections({ clock: realClock, ...answering(["127.0.0.1", address]) });
    for (const url of ["http://rebind.test/", "https://rebind.test/"]) {
      await assertRejects(() => connections.send(url, init), UrlRefusedError, address);
    }
  }
});

Deno.test("Connections.send() is not fooled by a name that changes between the look and the call", async () => {
  await using server = hostServer();
  const clock = new VirtualClock();
  const names = answering(["127.0.0.1"], ["169.254.169.254"]);
  using connections = new Connections({ clock, ...names });
  const url = `http://rebind.test:${server.port}/`;
  await (await connections.send(url, init)).text();
  await clock.pass(29_999);
  await (await connections.send(url, init)).text();
  assertEquals(names.asked.length, 1);
  await clock.pass(1);
  await (await connections.send(url, init)).text(); // to the address that was checked, while it asks again
  assertEquals(names.asked.length, 2);
  await clock.pass(30_000);
  await assertRejects(() => connections.send(url, init), UrlRefusedError);
});

Deno.test("Connections.send() lives through an outage of the name server", async () => {
  await using server = hostServer();
  const clock = new VirtualClock();
  const names = answering(["127.0.0.1"], new Error("SERVFAIL"));
  using connections = new Connections({ clock, ...names });
  const url = `http://functions.test:${server.port}/`;
  for (let i = 0; i < 10; i++) {
    await (await connections.send(url, init)).text();
    await clock.pass(29_000);
  }
  await clock.pass(30_000);
  const error = await assertRejects(() => connections.send(url, init), TypeError);
  assertEquals(error.message, "cannot find the address of functions.test: SERVFAIL");
});

Deno.test("Connections.send() goes to the next address when nobody listens at one", async () => {
  await using server = hostServer();
  using connections = new Connections({ clock: realClock, ...answering(["127.0.0.2", "::1", "127.0.0.1"]) });
  const url = `http://functions.test:${server.port}/`;
  for (let i = 0; i < 3; i++) assertEquals((await connections.send(url, init)).status, 200);
  using nowhere = new Connections({ clock: realClock, ...answering(["127.0.0.2", "127.0.0.3"]) });
  await assertRejects(() => nowhere.send(url, init), TypeError);
});

Deno.test("Connections.send() waits no longer for a name than its signal says", async () => {
  const controller = new AbortController();
  using connections = new Connections({
    clock: realClock,
    resolve: () => (controller.abort(new Error("too late")), new Promise(() => {})),
  });
  await assertRejects(
    () => connections.send("http://slow.test/", { signal: controller.signal }),
    Error,
    "too late",
  );
});

Deno.test("Connections.send() resolves real names, and says which cannot be", async () => {
  await using server = hostServer();
  using connections = new Connections({ clock: realClock });
  const answer = await connections.send(`http://localhost:${server.port}/`, init);
  assertEquals(await answer.text(), `localhost:${server.port}`);
  const error = await assertRejects(() => connections.send("http://no.such.invalid/", init), TypeError);
  assertStringIncludes(error.message, "cannot find the address of no.such.invalid: ");
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

Deno.test("Connections.send() checks names also behind a proxy, but leaves it to the proxy what only it knows", async () => {
  await using server = hostServer();
  const url = `http://localhost:${server.port}/`;
  using refused = new Connections({ clock: realClock, behindProxy: true, ...answering(["169.254.169.254"]) });
  await assertRejects(() => refused.send(url, init), UrlRefusedError);
  using unknown = new Connections({
    clock: realClock,
    behindProxy: true,
    ...answering(new Error("ENOTFOUND")),
  });
  assertEquals((await unknown.send(url, init)).status, 200);
});
