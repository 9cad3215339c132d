import { assert, assertEquals } from "@std/assert";
import { chain, constant, fn, functionsOf, realClock, seededRandom } from "../../model/mod.ts";
import { rawServer, writeAll } from "../testing.ts";
import { parseProfile } from "../../provider/mod.ts";
import { HostGuard } from "../../web/mod.ts";
import { LocalServer, type LocalServerOptions } from "./local_server.ts";

const serverOf = (options: Partial<LocalServerOptions> = {}) =>
  new LocalServer({
    profile: parseProfile("ideal"),
    clock: realClock,
    random: seededRandom(1),
    listen: "127.0.0.1:0",
    ...options,
  });

/** Sends a request as it is written, and gives the answer's status and all of its text. */
async function raw(url: string, request: string): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await writeAll(connection, request.replaceAll("\n", "\r\n"));
  const text = await new Response(connection.readable).text();
  return { status: Number(/^HTTP\/1.1 (\d+)/.exec(text)?.[1]), text };
}

/** A POST with `{}`, and these headers. */
const posted = (path: string, host: string, headers: readonly string[] = [], method = "POST") =>
  [
    `${method} ${path} HTTP/1.1`,
    `host: ${host}`,
    ...headers,
    "connection: close",
    "content-length: 2",
    "",
    "{}",
  ]
    .join("\n");

/** A body that answers with the number of times that it has run. */
function bodyWithRuns() {
  let runs = 0;
  const pay = fn("pay", { run: () => ++runs }), put = fn("put", { method: "PUT", run: () => ++runs });
  const functions = functionsOf([chain("c", ({ call }) => [call(pay), call(put)])]);
  return { functions, runs: () => runs };
}

Deno.test("LocalServer takes calls that name its address, or loopback, by whatever port", async () => {
  const { functions, runs } = bodyWithRuns();
  await using server = serverOf({ functions, hosts: ["functions.internal"] });
  const { host, port } = new URL(server.url);
  const own = [host, `localhost:${port}`, "LOCALHOST", "127.0.0.2:1", "[::1]:80", "functions.internal:8080"];
  for (const [i, name] of own.entries()) {
    const { status } = await raw(server.url, posted("/f/pay", name));
    assertEquals([name, status, runs()], [name, 200, i + 1]);
  }
});

Deno.test("LocalServer runs nothing for hosts that are not its own, and origins that are not", async () => {
  const { functions, runs } = bodyWithRuns();
  await using server = serverOf({ functions });
  const { host } = new URL(server.url);
  const strangers = [
    "evil.example",
    "evil.example:7077",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "10.0.0.1",
  ];
  const foreign = [
    "origin: https://evil.example",
    "origin: null",
    "origin: http://127.0.0.1:8000",
    `origin: https://${host}`,
    "sec-fetch-site: cross-site",
    "sec-fetch-site: same-site",
  ];
  for (const path of ["/f/pay", "/f/other", "/chains", "/sequoia/aside"]) {
    for (const name of strangers) {
      assertEquals([name, (await raw(server.url, posted(path, name))).status], [name, 403]);
    }
    for (const header of foreign) {
      const { status, text } = await raw(server.url, posted(path, host, [header]));
      assertEquals([header, status], [header, 403]);
      assert(!/access-control/i.test(text), text);
    }
  }
  assertEquals([runs(), server.counts.served], [0, 0]);
  for (const header of [`origin: http://${host}`, "sec-fetch-site: same-origin", "sec-fetch-site: none"]) {
    assertEquals((await raw(server.url, posted("/f/pay", host, [header]))).status, 200, header);
  }
});

Deno.test("LocalServer calls functions by POST, or by the method that its workload says, and by no other", async () => {
  const { functions, runs } = bodyWithRuns();
  await using server = serverOf({ functions });
  const { host } = new URL(server.url);
  for (const method of ["GET", "HEAD", "DELETE", "OPTIONS", "PUT", "PATCH"]) {
    const preflight = ["access-control-request-method: POST"];
    const { status, text } = await raw(server.url, posted("/f/pay", host, preflight, method));
    assertEquals([method, status], [method, 405]);
    assert(/\nallow: POST\r/i.test(text) && !/access-control/i.test(text), text);
  }
  assertEquals(runs(), 0);
  assertEquals((await raw(server.url, posted("/f/put", host, [], "PUT"))).status, 200);
  assertEquals((await raw(server.url, posted("/f/put", host))).status, 200);
  assertEquals((await raw(server.url, posted("/chains", host, [], "PUT"))).status, 405);
  assertEquals((await raw(server.url, posted("/sequoia", host))).status, 405);
});

Deno.test("Door is open to any address, but to no name, of a machine that listens at all of them", () => {
  const guard = new HostGuard({ what: "this server", hostname: "0.0.0.0" });
  const isIn = (host: string) => guard.refusal(host, new Headers()) === undefined;
  assertEquals(["10.0.0.5:7077", "[fd00::1]:7077", "127.0.0.1"].map(isIn), [true, true, true]);
  assertEquals(["evil.example", "10.0.0.5.evil.example"].map(isIn), [false, false]);
});

Deno.test("LocalServer has functions tell the collectors that it was started for, and no other", async () => {
  const told: string[] = [], strangers: string[] = [];
  await using collector = rawServer(() => Promise.resolve());
  const address = `127.0.0.1:${collector.port}`;
  await using server = serverOf({
    collectors: new Set([address]),
    onStranger: (stranger) => strangers.push(stranger),
    tells: (headers) => {
      told.push(headers.get("x-sequoia-collector")!);
      return { end: () => Promise.resolve() };
    },
  });
  for (const to of [address, "127.0.0.1:22", "evil.example:10000", ""]) {
    const headers = { "x-sequoia-collector": to, "x-sequoia-time": JSON.stringify(constant(1)) };
    await (await fetch(`${server.url}/f/x`, { method: "POST", body: "{}", headers })).body?.cancel();
  }
  assertEquals(told, [address]);
  assertEquals(strangers, ["127.0.0.1:22", "evil.example:10000", ""]);
});

Deno.test("a call of a function that comes to another path than a function's is no success", async () => {
  await using server = serverOf();
  const { host } = new URL(server.url);
  for (const path of ["/chains", "/sequoia/aside", "/", "/elsewhere"]) {
    const { status } = await raw(server.url, posted(path, host, ["x-sequoia-attempt: 1"]));
    assertEquals(status, 404, path);
  }
});
