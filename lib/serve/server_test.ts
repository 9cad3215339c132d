import { assert, assertEquals } from "@std/assert";
import { realClock } from "../model/mod.ts";
import type { App } from "./app.ts";
import type { Caller } from "./caller.ts";
import { ServeError } from "./errors.ts";
import { ApiServer, type ApiServerOptions } from "./server.ts";
import { assertRejects } from "@std/assert";

const EVERYBODY: Caller = { scopes: new Set() };

/** An app that answers by a function, and knows callers by what they send as their key. */
const appOf = (fetch: (request: Request) => Promise<Response>): App => ({
  callerOf: (key) => Promise.resolve(key === undefined ? EVERYBODY : { ...EVERYBODY, party: key! }),
  fetch,
});

const echo = appOf(
  async (request) => {
    return new Response(
      `${request.method} ${new URL(request.url).pathname} ${(await request.text()).length}`,
    );
  },
);

async function serverOf(options: Partial<ApiServerOptions> = {}) {
  const server = await ApiServer.listen({
    app: echo,
    clock: realClock,
    hostname: "127.0.0.1",
    port: 0,
    ...options,
  });
  const port = Number(new URL(server.url).port);
  return {
    server,
    url: server.url,
    connect: () => Deno.connect({ hostname: "127.0.0.1", port }),
    /** Sends a text as it stands, and reads until the server closes. */
    async raw(text: string): Promise<string> {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port });
      await connection.write(new TextEncoder().encode(text)).catch(() => {});
      return await new Response(connection.readable).text().catch((error) => `broken off: ${error.message}`);
    },
    [Symbol.asyncDispose]: () => server.drain(AbortSignal.abort()),
  };
}

const head = (lines: readonly string[]) =>
  `${["POST /x HTTP/1.1", "host: a", ...lines, "", ""].join("\r\n")}`;

Deno.test("ApiServer answers what is no request, is too large, or late, with a problem, and closes", async () => {
  await using at = await serverOf({ headersMs: 300, requestMs: 600 });
  const statusOf = async (text: string) => /^HTTP\/1.1 (\d+)/.exec(await at.raw(text))?.[1];
  assertEquals(await statusOf("GARBAGE\r\n\r\n"), "400");
  const problem = JSON.parse((await at.raw("GARBAGE\r\n\r\n")).split("\r\n\r\n")[1]!);
  assertEquals([problem.type, problem.status], ["urn:sequoia:problem:invalid-request", 400]);
  assert(problem.detail.startsWith("Cannot read the request"), problem.detail);
  assertEquals(await statusOf(head([`a: ${"x".repeat(40_000)}`])), "431");
  assertEquals(await statusOf(head(Array.from({ length: 5000 }, (_, i) => `a${i}: 1`))), "431");
  assertEquals(await statusOf("POST /x HTTP/1.1\r\nhost: a\r\n"), "408");
  assertEquals(await statusOf(`${head(["content-length: 10"])}abc`), "408");
  assertEquals(await statusOf(`${head(["content-length: 999999999"])}abc`), "413");
  assertEquals(
    await statusOf(head(["content-length: 3", "transfer-encoding: chunked"]) + "0\r\n\r\n"),
    "400",
  );
  for (const target of ["http://evil.example/x", "*", "//", "/\u0000"]) {
    const status = await statusOf(`GET ${target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);
    assert(status === "400" || target === "//" && status === "200", `${target}: ${status}`);
  }
  for (const host of ["", "a b", "u:p@evil.example", "a/b", "[::1"]) {
    const status = await statusOf(`GET /x HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
    assert(status === "400", `${host}: ${status}`);
  }
  assertEquals(await (await fetch(`${at.url}/ok`, { method: "POST", body: "abc" })).text(), "POST /ok 3");
});

Deno.test("ApiServer takes bodies up to 8 MiB, also in chunks of unknown length", async () => {
  await using at = await serverOf();
  const send = async (bytes: number, isChunked: boolean) => {
    const whole = new Uint8Array(bytes);
    const chunks = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let i = 0; i < bytes; i += 65_536) controller.enqueue(whole.subarray(i, i + 65_536));
        controller.close();
      },
    });
    try {
      const response = await fetch(at.url, { method: "POST", body: isChunked ? chunks : whole });
      await response.body?.cancel();
      return response.status;
    } catch {
      return 413; // it was closed while it was being sent
    }
  };
  const most = 8 * 1024 * 1024;
  assertEquals([await send(most, false), await send(most, true)], [200, 200]);
  assertEquals([await send(most + 1, false), await send(most + 70_000, true)], [413, 413]);
});

Deno.test("ApiServer holds bodies within a bound until their requests are answered, whatever was refused before", async () => {
  const go = Promise.withResolvers<void>(), begun = Promise.withResolvers<void>();
  const app = appOf(
    async (request) => {
      begun.resolve();
      if (request.method === "POST") await go.promise;
      return new Response("ok");
    },
  );
  await using at = await serverOf({ app, mostHeldBytes: 1_500_000 });
  const chunked = (bytes: number) =>
    `${head(["transfer-encoding: chunked"])}${bytes.toString(16)}\r\n${"x".repeat(bytes)}\r\n0\r\n\r\n`;
  for (let i = 0; i < 3; i++) await at.raw(chunked(9_000_000)); // refused, and counted only once
  const first = fetch(at.url, { method: "POST", body: "x".repeat(1_000_000) });
  await begun.promise;
  const second = await fetch(at.url, { method: "PUT", body: "x".repeat(1_000_000) });
  assertEquals([second.status, (await second.json()).code], [503, "unavailable"]);
  go.resolve();
  assertEquals(await (await first).text(), "ok");
  assertEquals(await (await fetch(at.url, { method: "PUT", body: "x".repeat(1_000_000) })).text(), "ok");
});

Deno.test("ApiServer refuses a body that is not UTF-8, as its args would not be kept to the byte", async () => {
  await using at = await serverOf();
  const response = await fetch(at.url, { method: "POST", body: new Uint8Array([0x22, 0xff, 0x22]) });
  assertEquals([response.status, (await response.json()).code], [400, "invalid-request"]);
});

Deno.test("ApiServer answers the requests of one connection in turn, and closes it if it sends hundreds at once", async () => {
  let open = 0, most = 0, begun = 0;
  const app = appOf(
    async (request) => {
      begun++;
      most = Math.max(most, ++open);
      await new Promise((resolve) => setTimeout(resolve, 1));
      open--;
      return new Response(new URL(request.url).pathname);
    },
  );
  await using at = await serverOf({ app });
  const get = (i: number, isLast: boolean) =>
    `GET /n${i}n HTTP/1.1\r\nhost: a\r\n${isLast ? "connection: close\r\n" : ""}\r\n`;
  const answers = await at.raw(Array.from({ length: 10 }, (_, i) => get(i, i === 9)).join(""));
  assertEquals(answers.match(/n\dn/g), Array.from({ length: 10 }, (_, i) => `n${i}n`));
  assertEquals([most, begun], [1, 10]);
  await at.raw(Array.from({ length: 2000 }, (_, i) => get(i, false)).join(""));
  assert(begun < 100, `${begun} were begun`);
  assertEquals([most, await (await fetch(`${at.url}/after`)).text()], [1, "/after"]);
});

Deno.test("ApiServer has room for who comes, though others keep connections open and idle", async () => {
  await using at = await serverOf({ mostConnections: 5 });
  await using stack = new AsyncDisposableStack();
  for (let i = 0; i < 5; i++) {
    const connection = stack.use(await at.connect());
    await connection.write(new TextEncoder().encode("GET /x HTTP/1.1\r\nhost: a\r\n\r\n"));
    await connection.read(new Uint8Array(1000));
  }
  const answers = [];
  while (answers.length < 3) {
    const answer = await fetch(at.url).then((response) => response.text(), () => undefined); // the first may be turned away
    if (answer !== undefined) answers.push(answer);
  }
  assertEquals(answers, ["GET / 0", "GET / 0", "GET / 0"]);
});

Deno.test("ApiServer.drain() answers open requests, and takes no more", async () => {
  const go = Promise.withResolvers<void>(), begun = Promise.withResolvers<void>();
  const app = appOf(
    async () => {
      begun.resolve();
      await go.promise;
      return new Response("late");
    },
  );
  await using at = await serverOf({ app });
  const answer = fetch(at.url).then((response) => response.text());
  await begun.promise;
  assertEquals(at.server.open, 1);
  const drained = at.server.drain(new AbortController().signal);
  await assertRejects(() => fetch(at.url));
  go.resolve();
  assertEquals(await answer, "late");
  await drained;
});

Deno.test("ApiServer.listen() says that the port is taken", async () => {
  await using at = await serverOf();
  const port = Number(new URL(at.url).port);
  const listen = () => ApiServer.listen({ app: echo, clock: realClock, hostname: "127.0.0.1", port });
  await assertRejects(listen, ServeError, "the port is in use");
});

Deno.test("ApiServer leaves others room for bodies and requests, however much of them one key sends", async () => {
  const go = Promise.withResolvers<void>();
  let begun = 0, told = () => {};
  const app = appOf(async (request) => {
    begun++;
    told();
    if (request.method === "POST") await go.promise;
    return new Response("ok");
  });
  await using at = await serverOf({ app, mostHeldBytes: 1_000_000, mostConnections: 16 });
  const send = (key: string, bytes: number, method = "POST") =>
    fetch(at.url, { method, headers: { authorization: key }, body: "x".repeat(bytes) });
  const statusOf = async (answer: Promise<Response>) => {
    const { status, body } = await answer;
    await body?.cancel();
    return status;
  };
  const until = async (count: number) => {
    while (begun < count) await new Promise<void>((resolve) => told = resolve);
  };
  const open = [send("a", 400_000)];
  await until(1);
  assertEquals(await statusOf(send("a", 400_000, "PUT")), 503, "it has 400,000 of the 600,000 that are left");
  assertEquals(await statusOf(send("b", 250_000, "PUT")), 200);
  for (let i = 0; i < 7; i++) open.push(send("a", 1));
  await until(1 + 1 + 7);
  assertEquals(await statusOf(send("a", 1, "PUT")), 503, "it has 8 of 16 requests");
  assertEquals(await statusOf(send("b", 1, "PUT")), 200);
  go.resolve();
  assertEquals(await Promise.all(open.map(statusOf)), open.map(() => 200));
  assertEquals(await statusOf(send("a", 400_000, "PUT")), 200);
});
