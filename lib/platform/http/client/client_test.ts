import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { idle, VirtualClock } from "../../../../tests/programs/virtual_clock.ts";
import { realClock, Stop } from "../../../model/mod.ts";
import { UrlRefusedError } from "../../guard/url_guard.ts";
import { HttpClient } from "./client.ts";
import { answer, answering, requestOf, talkingServer, textOf, write } from "./testing.ts";

const never = new AbortController().signal;

/** A server that answers with the host that it was asked for. */
const hostServer = () =>
  talkingServer((_n, request, conn) => write(conn, answer(/^host: (\S+)/m.exec(request)![1]!)));

Deno.test("HttpClient.send() sends a request as RFC 9112 has it: origin form, host, length", async () => {
  const seen: string[] = [];
  await using server = talkingServer((_n, request, conn) => (seen.push(request), write(conn, answer("ok"))));
  using client = new HttpClient({ clock: realClock });
  const headers = { "x-key": "k" };
  const { status, headers: said, body } = await client.send(
    requestOf(`http://user:p%40ss@localhost:${server.port}/a/b?c=d#e`, { headers, body: '{"ä":1}' }),
  );
  assertEquals([status, said.get("content-length"), textOf({ body })], [200, "2", "ok"]);
  assertEquals(
    seen[0],
    `POST /a/b?c=d HTTP/1.1\r\nhost: localhost:${server.port}\r\nuser-agent: sequoia\r\naccept: */*\r\n` +
      `authorization: Basic ${btoa("user:p@ss")}\r\nx-key: k\r\ncontent-length: 8\r\n\r\n{"ä":1}`,
  );
  await client.send(requestOf(server.url, { headers: { host: "other", "user-agent": "mine" } }));
  assertStringIncludes(seen[1]!, "HTTP/1.1\r\naccept: */*\r\nhost: other\r\nuser-agent: mine\r\n");
  await assertRejects(
    () => client.send(requestOf(server.url, { headers: { a: "b\r\nc: d" } })),
    TypeError,
    "line break",
  );
});

Deno.test("HttpClient.send() says when the last byte of a request has left", async () => {
  await using server = talkingServer((_n, _request, conn) => write(conn, answer("ok")));
  using client = new HttpClient({ clock: realClock });
  let sent = 0;
  for (let i = 0; i < 2; i++) await client.send(requestOf(server.url, { sent: () => sent++ }));
  assertEquals(sent, 2);
});

Deno.test("HttpClient.send() uses connections again, and those that were opened beforehand", async () => {
  await using server = talkingServer((_n, _request, conn) => write(conn, answer("ok")));
  using client = new HttpClient({ clock: realClock });
  await client.open(server.url, 100, never);
  assertEquals(server.connections, 100);
  await client.open(server.url, 50, never);
  await Promise.all(Array.from({ length: 100 }, () => client.send(requestOf(server.url))));
  for (let i = 0; i < 10; i++) await client.send(requestOf(server.url));
  assertEquals(server.connections, 100);
});

Deno.test("HttpClient.send() sends once more over a fresh connection what died on an idle one, and counts that for nothing", async () => {
  // As behind a balancer that forgets flows: every connection dies at its second request.
  const used = new Set<number>();
  await using server = talkingServer((connection, _request, conn) => {
    if (used.has(connection)) return conn.close();
    used.add(connection);
    return write(conn, answer("ok"));
  });
  using client = new HttpClient({ clock: realClock });
  await Promise.all(Array.from({ length: 20 }, () => client.send(requestOf(server.url))));
  for (let i = 0; i < 20; i++) assertEquals((await client.send(requestOf(server.url))).status, 200);
});

Deno.test("HttpClient.send() takes a 408 on an idle connection that is closed for no answer to its request", async () => {
  const used = new Set<number>();
  await using server = talkingServer((connection, _request, conn) => {
    if (!used.has(connection)) return (used.add(connection), write(conn, answer("ok")));
    return write(conn, answer("", "HTTP/1.1 408 Request Time-out\r\nconnection: close\r\n"));
  });
  using client = new HttpClient({ clock: realClock });
  for (let i = 0; i < 2; i++) assertEquals((await client.send(requestOf(server.url))).status, 200);
  assertEquals(server.connections, 2);
});

Deno.test("HttpClient.send() sends nothing twice that died on a fresh connection, or after the answer had begun", async () => {
  let requests = 0;
  await using server = talkingServer(async (connection, _request, conn) => {
    if (++requests === 2) return write(conn, answer("ok"));
    if (connection === 2 && requests === 3) await write(conn, "HTTP/1.1");
    conn.close();
  });
  using client = new HttpClient({ clock: realClock });
  await assertRejects(
    () => client.send(requestOf(server.url)),
    Error,
    "closed before the answer was complete",
  );
  await client.send(requestOf(server.url));
  await assertRejects(
    () => client.send(requestOf(server.url)),
    Error,
    "closed before the answer was complete",
  );
  assertEquals([requests, server.connections], [3, 2]);
});

Deno.test("HttpClient.send() sends what may be sent once over fresh connections only, and never twice", async () => {
  const keys: string[] = [];
  await using server = talkingServer((_n, request, conn) => {
    const key = /x-key: (\S+)/.exec(request)?.[1];
    if (key === undefined) return write(conn, answer("ok"));
    keys.push(key);
    conn.close(); // the function has run, then its process died
  });
  using client = new HttpClient({ clock: realClock });
  for (let i = 0; i < 20; i++) {
    await client.send(requestOf(server.url)); // leaves an idle connection
    await assertRejects(() =>
      client.send(requestOf(server.url, { once: true, headers: { "x-key": String(i) } }))
    );
  }
  assertEquals(keys, Array.from({ length: 20 }, (_, i) => String(i)));
});

Deno.test("HttpClient.send() takes an answer that comes before the request has left, and uses its connection no more", async () => {
  const over = Promise.withResolvers<void>();
  await using server = talkingServer(async (_n, _request, conn) => {
    await write(conn, answer("too large", "HTTP/1.1 413 Too Large\r\n"));
    await over.promise; // it reads nothing more
  });
  using _over = { [Symbol.dispose]: () => over.resolve() };
  using client = new HttpClient({ clock: realClock });
  const large = "x".repeat(20_000_000);
  for (let i = 0; i < 2; i++) {
    const { status, body } = await client.send(requestOf(server.url, { body: large }));
    assertEquals([status, textOf({ body })], [413, "too large"]);
  }
  assertEquals(server.connections, 2);
});

Deno.test("HttpClient.send() ends at once when it is stopped: before, while it dials, while it waits", async () => {
  const asked = Promise.withResolvers<void>();
  await using server = talkingServer(() => asked.resolve());
  using client = new HttpClient({ clock: realClock, resolve: () => new Promise(() => {}) });
  const stopped = new Stop();
  stopped.abort();
  await assertRejects(() => client.send(requestOf(server.url, { stop: stopped })), Error, "it was stopped");
  const dialling = new Stop();
  const unresolved = client.send(requestOf("http://slow.test/", { stop: dialling }));
  dialling.abort();
  await assertRejects(() => unresolved, Error, "it was stopped");
  const waiting = new Stop();
  const unanswered = client.send(requestOf(server.url, { stop: waiting }));
  await asked.promise;
  waiting.abort();
  await assertRejects(() => unanswered, Error, "it was stopped");
});

Deno.test("HttpClient.send() ends a handshake of TLS that nobody answers when it is stopped", async () => {
  const begun = Promise.withResolvers<void>();
  await using server = talkingServer(() => begun.resolve());
  using client = new HttpClient({ clock: realClock });
  const stop = new Stop();
  const unanswered = client.send(requestOf(`https://localhost:${server.port}/`, { stop }));
  await begun.promise;
  stop.abort();
  await assertRejects(() => unanswered, Error, "it was stopped");
});

Deno.test("HttpClient.open() ends when its signal is aborted, whatever the other side does", async () => {
  const begun = Promise.withResolvers<void>();
  await using server = talkingServer(() => begun.resolve());
  using client = new HttpClient({ clock: realClock });
  const controller = new AbortController();
  const opening = client.open(`https://localhost:${server.port}/`, 5, controller.signal);
  await begun.promise;
  controller.abort();
  await opening;
});

Deno.test("HttpClient.send() takes what an error has said within a second, and waits no longer", async () => {
  const clock = new VirtualClock();
  await using server = talkingServer((_n, _request, conn) =>
    write(conn, "HTTP/1.1 500 No\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n")
  );
  using client = new HttpClient({ clock });
  const sent = client.send(requestOf(server.url));
  while (clock.timers === 0) await idle(); // it has read the beginning
  const { status, body, isCut } = await clock.run(sent);
  assertEquals([status, textOf({ body }), isCut], [500, "first", true]);
});

Deno.test("HttpClient closes connections that nobody uses: after 30 s, or before the server would", async () => {
  const clock = new VirtualClock();
  let head = "HTTP/1.1 200 OK\r\n";
  await using server = talkingServer((_n, _request, conn) => write(conn, answer("ok", head)));
  using client = new HttpClient({ clock });
  const connectionsAfter = async (ms: number) => {
    await client.send(requestOf(server.url));
    await clock.pass(ms);
    await client.send(requestOf(server.url));
    return server.connections;
  };
  assertEquals(await connectionsAfter(29_000), 1);
  assertEquals(await connectionsAfter(30_000), 2);
  head = "HTTP/1.1 200 OK\r\nkeep-alive: timeout=5, max=100\r\n";
  assertEquals(await connectionsAfter(3000), 2);
  assertEquals(await connectionsAfter(4000), 3);
});

Deno.test("HttpClient.send() goes to the address that was checked, under the name of the URL, looked up once", async () => {
  await using server = hostServer();
  const names = answering(["127.0.0.1"]);
  using client = new HttpClient({ clock: realClock, ...names });
  const url = `http://functions.test:${server.port}/f`;
  const answers = await Promise.all([1, 2, 3].map(() => client.send(requestOf(url))));
  assertEquals(answers.map(textOf), Array(3).fill(`functions.test:${server.port}`));
  assertEquals(names.asked, ["functions.test"]);
});

Deno.test("HttpClient.send() speaks TLS over https to the address that was checked, under the name of the URL", async () => {
  const hello = Promise.withResolvers<Uint8Array>();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  void listener.accept().then(async (conn) => {
    const bytes = new Uint8Array(4096);
    const length = await conn.read(bytes);
    conn.close();
    hello.resolve(bytes.subarray(0, length ?? 0));
  });
  const names = answering(["127.0.0.1"]);
  using client = new HttpClient({ clock: realClock, ...names });
  await assertRejects(() => client.send(requestOf(`https://functions.test:${port}/secret`)));
  const bytes = await hello.promise, said = new TextDecoder("latin1").decode(bytes);
  assertEquals(bytes[0], 22, "it begins with a handshake (RFC 8446, section 5.1)");
  assertStringIncludes(said, "functions.test");
  assertEquals([said.includes("secret"), names.asked], [false, ["functions.test"]]);
});

Deno.test("HttpClient.send() refuses a name if one of its addresses is never called, over http and https", async () => {
  for (const address of ["169.254.169.254", "fe80::1%eth0", "::ffff:100.100.100.200", "fd00:ec2::254"]) {
    using client = new HttpClient({ clock: realClock, ...answering(["127.0.0.1", address]) });
    for (const url of ["http://rebind.test/", "https://rebind.test/"]) {
      await assertRejects(() => client.send(requestOf(url)), UrlRefusedError, address);
    }
  }
});

for (const scheme of ["http", "https"]) {
  Deno.test(`HttpClient.send() is not fooled by a name that changes after the look, over ${scheme}`, async () => {
    await using server = talkingServer((_n, _request, conn) => conn.close());
    const clock = new VirtualClock();
    const names = answering(["127.0.0.1"], ["169.254.169.254"]);
    using client = new HttpClient({ clock, ...names });
    const request = requestOf(`${scheme}://rebind.test:${server.port}/`);
    const connections = async () => {
      const error = await client.send(request).then(() => undefined, (error) => error);
      return [error instanceof UrlRefusedError, server.connections, names.asked.length];
    };
    assertEquals(await connections(), [false, 1, 1]);
    await clock.pass(29_999);
    assertEquals(await connections(), [false, 2, 1]);
    await clock.pass(1);
    assertEquals(await connections(), [false, 3, 2], "it asks again beside the call");
    await clock.pass(30_000);
    assertEquals(await connections(), [true, 3, 3]);
  });
}

Deno.test("HttpClient.send() lives through an outage of the name server", async () => {
  await using server = hostServer();
  const clock = new VirtualClock();
  using client = new HttpClient({ clock, ...answering(["127.0.0.1"], new Error("SERVFAIL")) });
  const url = `http://functions.test:${server.port}/`;
  for (let i = 0; i < 10; i++) {
    assertEquals((await client.send(requestOf(url))).status, 200);
    await clock.pass(29_000);
  }
  await clock.pass(31_000);
  const error = await assertRejects(() => client.send(requestOf(url)), TypeError);
  assertEquals(error.message, "cannot find the address of functions.test: SERVFAIL");
});

Deno.test("HttpClient.send() resolves real names, and says which cannot be", async () => {
  await using server = hostServer();
  using client = new HttpClient({ clock: realClock });
  const found = await client.send(requestOf(`http://localhost:${server.port}/`));
  assertEquals(textOf(found), `localhost:${server.port}`);
  const error = await assertRejects(() => client.send(requestOf("http://no.such.invalid/")), TypeError);
  assertStringIncludes(error.message, "cannot find the address of no.such.invalid: ");
});

Deno.test("HttpClient keeps no more idle connections than it may, and forgets hosts beyond a thousand", async () => {
  await using server = talkingServer((_n, _request, conn) => write(conn, answer("ok")));
  using client = new HttpClient({ clock: realClock, idleConnections: 2, ...answering(["127.0.0.1"]) });
  await Promise.all(Array.from({ length: 10 }, () => client.send(requestOf(server.url))));
  for (let i = 0; i < 1010; i++) await client.send(requestOf(`http://h${i}.test:${server.port}/`));
  const before = server.connections;
  await client.send(requestOf(`http://h1009.test:${server.port}/`));
  assertEquals(server.connections, before, "the last one is remembered");
  await client.send(requestOf(`http://h0.test:${server.port}/`));
  assertEquals(server.connections, before + 1, "the first one is not");
  assert(server.open.size <= 1003, `${server.open.size} connections are open`);
});

Deno.test("HttpClient keeps no connection to a host that it forgot while a call of it was under way", async () => {
  const called = Promise.withResolvers<void>(), late = Promise.withResolvers<void>();
  await using server = talkingServer(async (_n, request, conn) => {
    if (request.includes("host: late")) {
      called.resolve();
      await late.promise;
    }
    await write(conn, answer("ok"));
  });
  using client = new HttpClient({ clock: realClock, ...answering(["127.0.0.1"]) });
  const under = client.send(requestOf(`http://late.test:${server.port}/`));
  await called.promise;
  for (let i = 0; i < 1000; i++) await client.send(requestOf(`http://h${i}.test:${server.port}/`));
  const before = server.open.size;
  late.resolve();
  assertEquals((await under).status, 200);
  const closed = () => server.open.size < before;
  for (let turns = 0; turns < 1000 && !closed(); turns++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert(closed(), `${server.open.size} connections are open`);
});
