import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { constant, fn, functionsOf, type JsonText, realClock, seededRandom } from "../../model/mod.ts";
import { chain } from "../../model/mod.ts";
import { UnservedError } from "../calls/unserved.ts";
import { HttpPlatform } from "../http/http.ts";
import { callOf, never } from "../testing.ts";
import { LocalPlatform } from "./local.ts";
import { parseAddress } from "./local_address.ts";
import { LocalServer, type LocalServerOptions } from "./local_server.ts";
import { PlatformError } from "../platform.ts";
import { parseProfile } from "../../provider/mod.ts";

const serverOf = (options: Partial<LocalServerOptions> = {}) =>
  new LocalServer({
    profile: parseProfile("ideal"),
    clock: realClock,
    random: seededRandom(1),
    listen: "127.0.0.1:0",
    ...options,
  });

const post = async (url: string, body: unknown = {}, headers: Record<string, string> = {}) => {
  const response = await fetch(url, { method: "POST", body: JSON.stringify(body), headers });
  return { status: response.status, body: await response.json(), headers: response.headers };
};

Deno.test("LocalServer runs bodies of functions, and takes an error of theirs for a 500", async () => {
  const sum = fn("sum", { run: ({ args }) => Number(args.a) + Number(args.b) });
  const broken = fn("broken", {
    run: () => {
      throw new Error("out of paper");
    },
  });
  const odd = fn("odd", { run: () => 1n as unknown as number });
  const both = chain("both", ({ call }) => [call(sum), call(broken), call(odd)]);
  await using server = serverOf({ functions: functionsOf([both]) });
  assertEquals((await post(`${server.url}/f/sum`, { args: { a: 1, b: 2 } })).body, 3);
  const failed = await post(`${server.url}/f/broken`);
  assertEquals([failed.status, failed.body], [500, { error: "function broken failed: out of paper" }]);
  assertEquals((await post(`${server.url}/f/odd`)).status, 500);
  assertEquals(server.counts, { running: 0, queued: 0, served: 3, refused: 0, made: 3, chains: 0 });
});

Deno.test("LocalServer runs other functions as long as their caller says, divided by its speed", async () => {
  await using server = serverOf({ profile: parseProfile("ideal,speed=10000") });
  const start = realClock.nowMs();
  const { body } = await post(`${server.url}/f/any`, {}, {
    "x-sequoia-time": JSON.stringify(constant("5m")),
  });
  const tookMs = realClock.nowMs() - start;
  assertEquals(body, { ok: true });
  assert(tookMs >= 30 && tookMs < 300_000, `took ${tookMs} ms`);
});

Deno.test("LocalServer refuses with 429 what exceeds the limit of its profile, and counts it", async () => {
  const release = Promise.withResolvers<null>();
  const hold = fn("hold", { run: () => release.promise });
  const held = chain("held", ({ call }) => {
    call(hold);
  });
  const profile = parseProfile("hard-limit,limit=1,cold=1ms,retryafter=2s");
  await using server = serverOf({ profile, functions: functionsOf([held]) });
  const first = post(`${server.url}/f/hold`);
  while (server.counts.running === 0) await realClock.until(realClock.nowMs() + 1);
  const second = await post(`${server.url}/f/hold`);
  assertEquals([second.status, second.headers.get("retry-after")], [429, "2"]);
  release.resolve(null);
  assertEquals((await first).headers.get("x-sequoia-cold"), "1");
  assertEquals(server.counts, { running: 0, queued: 0, served: 1, refused: 1, made: 1, chains: 0 });
});

/** A function that runs until it is released, one call after another, and the args of its calls. */
function heldFunction() {
  const calls: { readonly args: unknown; readonly release: () => void }[] = [];
  const hold = fn("hold", {
    run: ({ args }) => {
      const { promise, resolve } = Promise.withResolvers<null>();
      calls.push({ args, release: () => resolve(null) });
      return promise;
    },
  });
  const functions = functionsOf([chain("held", ({ call }) => {
    call(hold);
  })]);
  return { calls, functions };
}

/** Waits until something holds: a real server takes its time. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await realClock.until(realClock.nowMs() + 1);
}

Deno.test("LocalServer holds calls that are queued, first in, first out, and refuses the rest", async () => {
  const { calls, functions } = heldFunction();
  const profile = parseProfile("hard-limit,limit=1,queue=2,cold=0ms");
  await using server = serverOf({ profile, functions });
  const answers: ReturnType<typeof post>[] = [];
  for (let i = 0; i < 3; i++) {
    answers.push(post(`${server.url}/f/hold`, { args: { i } }));
    await until(() => server.counts.running + server.counts.queued === i + 1);
  }
  assertEquals((await post(`${server.url}/f/hold`)).status, 429);
  assertEquals(server.counts, { running: 1, queued: 2, served: 0, refused: 1, made: 1, chains: 0 });
  for (let i = 0; i < 3; i++) {
    await until(() => calls.length === i + 1);
    calls[i]!.release();
    assertEquals((await answers[i]!).status, 200);
  }
  assertEquals(calls.map(({ args }) => args), [{ i: 0 }, { i: 1 }, { i: 2 }]);
  assertEquals(server.counts, { running: 0, queued: 0, served: 3, refused: 1, made: 1, chains: 0 });
});

Deno.test("LocalServer forgets a queued call whose caller closed the connection", async () => {
  const { calls, functions } = heldFunction();
  const profile = parseProfile("hard-limit,limit=1,queue=2,cold=0ms");
  await using server = serverOf({ profile, functions });
  const url = `${server.url}/f/hold`;
  const first = post(url, { args: "first" });
  await until(() => server.counts.running === 1);
  const abort = new AbortController();
  const impatient = fetch(url, { method: "POST", body: "{}", signal: abort.signal });
  await until(() => server.counts.queued === 1);
  const last = post(url, { args: "last" });
  await until(() => server.counts.queued === 2);
  abort.abort();
  await assertRejects(() => impatient, DOMException);
  await until(() => server.counts.queued === 1);
  calls[0]!.release();
  await first;
  await until(() => calls.length === 2);
  calls[1]!.release();
  assertEquals((await last).status, 200);
  assertEquals(calls.map(({ args }) => args), ["first", "last"]);
});

const BACKGROUND = { "x-sequoia-mode": "background" };

Deno.test("LocalServer takes a background call at once, and runs it when its turn has come", async () => {
  const { calls, functions } = heldFunction();
  const profile = parseProfile("background,limit=1,backgroundqueue=2,cold=0ms");
  await using server = serverOf({ profile, functions });
  const url = `${server.url}/f/hold`;
  const taken: [number, unknown][] = [];
  for (const args of ["one", "two", "three", "four"]) {
    const { status, body } = await post(url, { args }, BACKGROUND);
    taken.push([status, body]);
  }
  const accepted = { accepted: true };
  assertEquals(taken, [
    [202, accepted],
    [202, accepted],
    [202, accepted],
    [429, { error: "concurrency limit reached" }],
  ]);
  assertEquals(server.counts, { running: 1, queued: 2, served: 0, refused: 1, made: 1, chains: 0 });
  const http = post(url, { args: "http" });
  await until(() => server.counts.queued === 3);
  for (let i = 0; i < 4; i++) {
    await until(() => calls.length === i + 1);
    calls[i]!.release();
  }
  await http;
  await until(() => server.counts.served === 4);
  assertEquals(calls.map(({ args }) => args), ["one", "http", "two", "three"], "HTTP calls go first");
});

Deno.test("LocalServer runs background calls that fail, and goes on", async () => {
  await using server = serverOf();
  const headers = { ...BACKGROUND, "x-sequoia-time": "not json" };
  assertEquals((await post(`${server.url}/f/x`, {}, headers)).status, 202);
  await until(() => server.counts.served === 1);
  assertEquals((await post(`${server.url}/f/x`, {}, { "x-sequoia-mode": "later" })).status, 400);
  assertEquals((await post(`${server.url}/f/x`, "x".repeat(300_000), BACKGROUND)).status, 413);
  assertEquals((await post(`${server.url}/f/x`)).status, 200);
});

Deno.test("LocalServer that ends answers what waits, drops what nobody waits for, and ends what runs", async () => {
  const profile = parseProfile("background,limit=1,cold=1h,backgroundshare=1");
  const server = serverOf({ profile });
  const running = post(`${server.url}/f/x`, {}, BACKGROUND);
  await until(() => server.counts.running === 1);
  const waiting = post(`${server.url}/f/x`);
  await until(() => server.counts.queued === 1);
  await post(`${server.url}/f/x`, {}, BACKGROUND);
  assertEquals(server.counts.queued, 2);
  await server[Symbol.asyncDispose]();
  assertEquals((await running).status, 202);
  assertEquals((await waiting).status, 503);
  assertEquals(server.counts, { running: 0, queued: 0, served: 1, refused: 0, made: 1, chains: 0 });
});

Deno.test("LocalServer answers requests that make no sense", async () => {
  await using server = serverOf({
    functions: functionsOf([chain("c", ({ call }) => call(fn("f", { run: () => 1 })))]),
  });
  assertEquals((await post(`${server.url}/elsewhere`)).status, 404);
  assertEquals((await post(`${server.url}/f/%E0%A4%A`)).status, 400);
  assertEquals((await post(`${server.url}/f/x`, {}, { "x-sequoia-time": "not json" })).status, 500);
  const response = await fetch(`${server.url}/f/f`, { method: "POST", body: "{" });
  assertEquals(response.status, 500);
  await response.body?.cancel();
});

Deno.test("LocalServer goes on when a caller breaks off its request in the middle, whatever waits for it", async () => {
  await using server = serverOf({ profile: parseProfile("hard-limit,cold=50ms") });
  const { hostname, port } = new URL(server.url);
  {
    using connection = await Deno.connect({ hostname, port: Number(port) });
    const head = "POST /f/x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n{";
    await connection.write(new TextEncoder().encode(head));
    await until(() => server.counts.running === 1);
  }
  await until(() => server.counts.served === 1);
  assertEquals((await post(`${server.url}/f/x`)).status, 200);
});

Deno.test("LocalServer says in one line that a port is in use", async () => {
  await using server = serverOf();
  const { host } = new URL(server.url);
  assertThrows(
    () => serverOf({ listen: host }),
    PlatformError,
    `Cannot listen at ${host}: the port is in use`,
  );
});

Deno.test("parseAddress() takes host:port and [v6]:port only", () => {
  assertEquals(parseAddress("127.0.0.1:80"), { hostname: "127.0.0.1", port: 80 });
  assertEquals(parseAddress("[::1]:0"), { hostname: "::1", port: 0 });
  for (const bad of ["", "80", "host", "host:", "host:99999", "host:-1", "::1:80x"]) {
    assertThrows(() => parseAddress(bad), PlatformError, "Write host:port");
  }
});

const starts = { profile: parseProfile("ideal"), clock: realClock, random: seededRandom(1) };
const modelled = fn("f");
const served = chain("c", ({ call }) => void call(fn("f", { run: () => 1 }))).nodes[0]!.fn;

/** The address of a server that has ended. */
async function nowhere(): Promise<string> {
  await using server = serverOf();
  return new URL(server.url).host;
}

Deno.test("LocalPlatform starts a server the first time that something is modelled, and uses the one that is there", async () => {
  await using free = serverOf();
  const { host } = new URL(free.url);
  const started: string[] = [];
  await using second = new LocalPlatform({
    address: host,
    starts,
    started: (server) => started.push(server.url),
  });
  assertEquals(await second.resolve(fn("a:b")), `${free.url}/f/a%3Ab`);
  assertEquals(started, []);
  await free[Symbol.asyncDispose]();
  second.lost();
  await assertRejects(
    async () => await second.resolve(served),
    UnservedError,
    "function f is served by nobody",
  );
  assertEquals(started, [], "a body is not to be replaced");
  assertEquals(await Promise.all([second.resolve(modelled), second.resolve(modelled)]), [
    `http://${host}/f/f`,
    `http://${host}/f/f`,
  ]);
  assertEquals(started, [`http://${host}`]);
  assertEquals(second.resolve(modelled), `http://${host}/f/f`, "from then on without asking");
});

Deno.test("LocalPlatform starts nothing where the user has named it, and finds who comes later", async () => {
  const address = await nowhere();
  await using named = new LocalPlatform({ address });
  await assertRejects(
    async () => await named.resolve(modelled),
    UnservedError,
    `function f cannot run: nobody listens at ${address}. Start: sequoia functions --listen ${address}`,
  );
  assertEquals(await named.unserved(modelled), named.words(modelled));
  await using _server = serverOf({ listen: address });
  assertEquals(await named.resolve(modelled), `http://${address}/f/f`);
  assertEquals(await named.unserved(modelled), undefined);
  assertEquals(await named.unserved(served), named.words(served));
});

Deno.test("LocalPlatform.unserved() goes by the bodies that are there", async () => {
  const functions = functionsOf([chain("c", ({ call }) => void call(fn("f", { run: () => 1 })))]);
  await using server = serverOf({ functions });
  await using local = new LocalPlatform({ address: new URL(server.url).host, starts });
  assertEquals(await local.unserved(served), undefined);
  assertEquals(await local.unserved({ ...served, name: "g" }), local.words({ ...served, name: "g" }));
  assertEquals(await local.unserved(modelled), undefined);
});

Deno.test("LocalPlatform does not take another program for the local platform", async () => {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response("a shop"));
  await using local = new LocalPlatform({ address: `127.0.0.1:${server.addr.port}`, starts });
  await assertRejects(
    async () => await local.resolve(modelled),
    PlatformError,
    "another program listens there",
  );
  assertEquals(await local.unserved(served), local.words(served));
  await using named = new LocalPlatform({ address: `127.0.0.1:${server.addr.port}` });
  assertEquals(await named.unserved(modelled), named.words(modelled));
  await server.shutdown();
});

Deno.test("LocalPlatform lets calls wait while who listens is silent, as a stopped process is, and goes on after that", async () => {
  const goOn = Promise.withResolvers<void>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async () => {
    await goOn.promise;
    return new Response("sequoia local platform");
  });
  const host = `127.0.0.1:${server.addr.port}`;
  await using local = new LocalPlatform({ address: host, starts });
  await assertRejects(
    async () => await local.resolve(modelled),
    UnservedError,
    "does not answer. End that program",
  );
  goOn.resolve();
  assertEquals(await local.resolve(modelled), `http://${host}/f/f`);
  await server.shutdown();
});

Deno.test("LocalPlatform leaves served functions to no server that is too old to know of them", async () => {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    ({ url }) =>
      url.endsWith("/sequoia") ? new Response("sequoia local platform") : new Response(null, { status: 404 }),
  );
  const address = `127.0.0.1:${server.addr.port}`;
  await using local = new LocalPlatform({ address });
  assertEquals(await local.resolve(modelled), `http://${address}/f/f`);
  await assertRejects(async () => await local.resolve(served), UnservedError, "instead of the older one");
  assertEquals(await local.unserved(served), local.words(served));
  await server.shutdown();
});

const unserved = async (url: string, headers: Record<string, string>) => {
  const { status, body, headers: said } = await post(url, {}, headers);
  return [status, (body as { code?: string }).code, said.get("x-sequoia-unserved")];
};

Deno.test("LocalServer refuses calls of served functions whose body it has not, in either mode", async () => {
  const functions = functionsOf([chain("c", ({ call }) => void call(fn("f", { run: () => 1 })))]);
  await using server = serverOf({ functions });
  const kind = { "x-sequoia-kind": "served" };
  assertEquals(await unserved(`${server.url}/f/g`, kind), [501, "unserved", "1"]);
  assertEquals(await unserved(`${server.url}/f/g`, { ...kind, ...BACKGROUND }), [501, "unserved", "1"]);
  assertEquals((await post(`${server.url}/f/f`, {}, kind)).body, 1);
  assertEquals((await post(`${server.url}/f/g`)).body, { ok: true }, "who knows no kinds is answered");
});

Deno.test("LocalServer answers for a function with a URL by its body alone, or as its workload says", async () => {
  const elsewhere = fn("elsewhere", { url: "http://127.0.0.1:1/" });
  const real = fn("real", { url: "http://127.0.0.1:1/", run: () => 1 });
  const all = chain(
    "c",
    ({ call }) => [call(elsewhere), call(real), call(fn("timed", { time: constant(0) }))],
  );
  await using server = serverOf({ functions: functionsOf([all]) });
  await using platform = new HttpPlatform({ clock: realClock, local: { resolve: () => server.url } });
  const call = async (name: string, headers = {}) =>
    (await platform.invoke(callOf({ url: `${server.url}/f/${name}`, headers }), never)).outcome;
  assertEquals(await call("real"), { kind: "ok", output: "1" as JsonText });
  assertEquals((await call("timed")).kind, "ok", "the workload that is served says that it is modelled");
  const said = await call("any", { "X-Sequoia-Kind": "modelled" });
  assertEquals(said.kind, "failed", "a header of the workload's own says nothing of the function");
  for (const name of ["elsewhere", "any"]) {
    assertEquals(await call(name), {
      kind: "failed",
      reason:
        `answered with status 501: the function ${name} is not served here: start sequoia functions with its workload`,
      retryable: false,
    });
  }
  assertEquals(await unserved(`${server.url}/f/elsewhere`, {}), [501, "unserved", "1"]);
});

Deno.test("LocalServer that was started for modelled functions answers for nothing else", async () => {
  await using server = serverOf({ modelledOnly: true });
  for (const headers of [{}, { "x-sequoia-kind": "served" }, { "x-sequoia-kind": "called" }]) {
    assertEquals(await unserved(`${server.url}/f/f`, headers as Record<string, string>), [
      501,
      "unserved",
      "1",
    ]);
  }
  assertEquals((await post(`${server.url}/f/f`, {}, { "x-sequoia-kind": "modelled" })).body, { ok: true });
});
