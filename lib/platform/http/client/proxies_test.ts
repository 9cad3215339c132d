import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { realClock } from "../../../model/mod.ts";
import { UrlRefusedError } from "../../guard/url_guard.ts";
import { PlatformError } from "../../platform.ts";
import { HttpClient } from "./client.ts";
import { Proxies } from "./proxies.ts";
import { answer, answering, requestOf, talkingServer, textOf, write } from "./testing.ts";

const proxies = (env: Readonly<Record<string, string>>, direct: readonly string[] = []) =>
  new Proxies((name) => env[name], direct);
const of = (env: Readonly<Record<string, string>>, url: string, direct?: readonly string[]) =>
  proxies(env, direct).of(new URL(url));

Deno.test("Proxies.of() takes the proxy of the scheme, written in upper or lower case, or the one of all", () => {
  const chosen = (env: Record<string, string>, url: string) => {
    const found = of(env, url);
    return found && `${found.variable} ${found.url.host}`;
  };
  assertEquals(chosen({}, "http://a.test/"), undefined);
  assertEquals(chosen({ HTTP_PROXY: "http://p:1" }, "http://a.test/"), "HTTP_PROXY p:1");
  assertEquals(chosen({ HTTP_PROXY: "http://p:1" }, "https://a.test/"), undefined);
  assertEquals(chosen({ https_proxy: "http://p:1" }, "https://a.test/"), "https_proxy p:1");
  assertEquals(chosen({ HTTPS_PROXY: "p:1", ALL_PROXY: "http://q:2" }, "https://a.test/"), "HTTPS_PROXY p:1");
  assertEquals(chosen({ HTTP_PROXY: "", all_proxy: "http://q:2" }, "http://a.test/"), "all_proxy q:2");
});

Deno.test("Proxies.of() never goes by a proxy to this machine, and to what it is told to reach directly", () => {
  const env = { ALL_PROXY: "http://p:1" };
  for (
    const host of [
      "localhost",
      "a.localhost",
      "127.0.0.1",
      "127.8.9.1",
      "[::1]",
      "[::ffff:127.0.0.1]",
      "2130706433",
    ]
  ) {
    assertEquals(of(env, `http://${host}:7077/f`), undefined, host);
  }
  assert(of(env, "http://192.168.1.5:7077/f") !== undefined);
  assertEquals(of(env, "http://192.168.1.5:7077/f", ["192.168.1.5:7077"]), undefined);
  for (const host of ["128.0.0.1", "localhost.test", "[::2]"]) {
    assert(of(env, `http://${host}/`) !== undefined, host);
  }
});

const EXCEPTIONS: readonly [noProxy: string, direct: string[], proxied: string[]][] = [
  ["*", ["http://a.test/", "https://10.0.0.1/"], []],
  ["a.test", ["http://a.test/", "http://b.a.test:8080/", "https://A.TEST./"], [
    "http://ba.test/",
    "http://test/",
  ]],
  [".a.test", ["http://a.test/", "http://b.a.test/"], ["http://ba.test/"]],
  ["*.a.test", ["http://a.test/", "http://c.b.a.test/"], ["http://ba.test/"]],
  ["a.test:8080", ["http://a.test:8080/", "http://b.a.test:8080/"], ["http://a.test/", "https://a.test/"]],
  ["a.test:443", ["https://a.test/"], ["http://a.test/"]],
  ["10.1.2.3", ["http://10.1.2.3:99/"], ["http://10.1.2.30/"]],
  ["10.1.2.3:99", ["http://10.1.2.3:99/"], ["http://10.1.2.3/"]],
  ["10.0.0.0/8, fd00::/8", ["http://10.9.9.9/", "http://[fd12::1]/"], [
    "http://11.0.0.1/",
    "http://[fe00::1]/",
    "http://ten.test/",
  ]],
  ["10.1.2.128/25", ["http://10.1.2.129/"], ["http://10.1.2.127/"]],
  ["2001:db8::1", ["http://[2001:db8:0::1]/"], ["http://[2001:db8::2]/"]],
  ["[2001:db8::1]:99", ["http://[2001:db8::1]:99/"], ["http://[2001:db8::1]/"]],
  ["a.test b.test,,\tc.test", ["http://a.test/", "http://b.test/", "http://c.test/"], ["http://d.test/"]],
  ["10.0.0.0/33,/8,:80,.,1.2.3", [], ["http://10.0.0.1/", "http://a.test/", "http://1.2.3.4/"]],
];

for (const [noProxy, direct, proxied] of EXCEPTIONS) {
  Deno.test(`Proxies.of() keeps to NO_PROXY=${JSON.stringify(noProxy)}`, () => {
    for (const name of ["NO_PROXY", "no_proxy"]) {
      const env = { ALL_PROXY: "http://p:1", [name]: noProxy };
      for (const url of direct) assertEquals(of(env, url), undefined, url);
      for (const url of proxied) assert(of(env, url) !== undefined, url);
    }
  });
}

Deno.test("Proxies.of() says which proxies cannot be used, and what to write", () => {
  for (
    const [proxy, words] of [["socks5://p:1", "of the kind socks5://"], ["http://", "not a URL"]] as const
  ) {
    const error = assertThrows(() => of({ HTTPS_PROXY: proxy }, "https://a.test/"), PlatformError);
    assertEquals(
      error.message,
      `Cannot use the proxy of HTTPS_PROXY: it is ${words}. Write HTTPS_PROXY=http://HOST:PORT, or name a.test in NO_PROXY`,
    );
  }
});

Deno.test("HttpClient goes by a proxy over http: with the whole URL in the request line, and who it is", async () => {
  const seen: string[] = [];
  await using proxy = talkingServer((_n, request, conn) => (seen.push(request), write(conn, answer("ok"))));
  using client = new HttpClient({
    clock: realClock,
    proxies: proxies({ HTTP_PROXY: `http://me:secret@127.0.0.1:${proxy.port}` }),
    ...answering(new Error("ENOTFOUND")), // only the proxy knows the name
  });
  for (let i = 0; i < 2; i++) {
    assertEquals(textOf(await client.send(requestOf("http://inside.test:81/f?a=b"))), "ok");
  }
  assertStringIncludes(seen[0]!, "POST http://inside.test:81/f?a=b HTTP/1.1\r\nhost: inside.test:81\r\n");
  assertStringIncludes(seen[0]!, `\r\nproxy-authorization: Basic ${btoa("me:secret")}\r\n`);
  assertEquals(proxy.connections, 1);
});

Deno.test("HttpClient goes by a proxy over https: it asks for a connection, and says all else within TLS", async () => {
  const seen: string[] = [];
  await using proxy = talkingServer((_n, request, conn) => {
    seen.push(request);
    return seen.length === 1 ? write(conn, "HTTP/1.1 200 Connected\r\n\r\n") : conn.close();
  });
  using client = new HttpClient({
    clock: realClock,
    proxies: proxies({ HTTPS_PROXY: `http://me:secret@127.0.0.1:${proxy.port}` }),
    ...answering(["127.0.0.1"]),
  });
  await assertRejects(() => client.send(requestOf("https://inside.test/secret")));
  assertEquals(
    seen[0],
    `CONNECT inside.test:443 HTTP/1.1\r\nhost: inside.test:443\r\nproxy-authorization: Basic ${
      btoa("me:secret")
    }\r\n\r\n`,
  );
  assertEquals(seen[1]!.charCodeAt(0), 22, "a handshake follows (RFC 8446, section 5.1)");
  assertStringIncludes(seen[1]!, "inside.test");
  assertEquals(seen.join("").includes("/secret"), false);
});

Deno.test("HttpClient closes a connection whose name no certificate can have", async () => {
  const left = Promise.withResolvers<void>();
  await using proxy = talkingServer(async (_n, _request, conn) => {
    await write(conn, "HTTP/1.1 200 Connected\r\n\r\n");
    if (await conn.read(new Uint8Array(1)) === null) left.resolve();
  });
  using client = new HttpClient({
    clock: realClock,
    proxies: proxies({ ALL_PROXY: `http://127.0.0.1:${proxy.port}` }),
    ...answering(["10.0.0.1"]),
  });
  await assertRejects(() => client.send(requestOf("https://-a.test/")), Error, "Invalid hostname");
  await left.promise;
});

Deno.test("HttpClient names the proxy that refuses or cannot be reached, but not its password", async () => {
  await using proxy = talkingServer((_n, _request, conn) => write(conn, "HTTP/1.1 403 Forbidden\r\n\r\n"));
  const env = (port: number) => ({ ALL_PROXY: `http://me:secret@127.0.0.1:${port}` });
  const failing = async (port: number, url: string) => {
    using client = new HttpClient({
      clock: realClock,
      proxies: proxies(env(port)),
      ...answering(["10.0.0.1"]),
    });
    return (await assertRejects(() => client.send(requestOf(url)), Error)).message;
  };
  assertEquals(
    await failing(proxy.port, "https://a.test/"),
    `the proxy http://127.0.0.1:${proxy.port} (ALL_PROXY) refused a connection to a.test:443 with status 403`,
  );
  assertStringIncludes(
    await failing(1, "http://a.test/"),
    "the proxy http://127.0.0.1:1 (ALL_PROXY) cannot be reached: ",
  );
});

Deno.test("HttpClient checks names also behind a proxy", async () => {
  await using proxy = talkingServer((_n, _request, conn) => write(conn, answer("ok")));
  using client = new HttpClient({
    clock: realClock,
    proxies: proxies({ ALL_PROXY: `http://127.0.0.1:${proxy.port}` }),
    ...answering(["169.254.169.254"]),
  });
  for (
    const url of [
      "http://rebind.test/",
      "https://rebind.test/",
      "http://169.254.169.254/",
      "http://metadata.google.internal/",
    ]
  ) {
    await assertRejects(() => client.send(requestOf(url)), UrlRefusedError);
  }
  assertEquals(proxy.connections, 0);
});

Deno.test("Proxies.of() names the variable of a proxy whose login cannot be read, and not the login", () => {
  const env = { HTTPS_PROXY: "http://me:top%secret@p:1" };
  const error = assertThrows(() => of(env, "https://a.test/"), PlatformError);
  assertEquals(
    error.message,
    "Cannot use the proxy of HTTPS_PROXY: its password holds a % that stands for no character. Write % as %25",
  );
});
