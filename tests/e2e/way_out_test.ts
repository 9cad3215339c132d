/** Calls by the real command line leave this machine: by proxies or not, with all of its descriptors used, in time. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { rawServer, writeAll } from "../../lib/platform/testing.ts";
import { answer, talkingServer, write } from "../../lib/platform/http/client/testing.ts";
import { makeCertificate } from "../tls/certificate.ts";
import { folder, freeAddress, run, runJson, Running } from "./sequoia.ts";

/** A proxy that does what it is asked for, and notes that. */
function workingProxy() {
  const asked: string[] = [];
  const server = rawServer(async (conn, request) => {
    asked.push(request.split("\r\n")[0]!);
    const [, port] = /^CONNECT [\w.]+:(\d+)/.exec(request) ?? [];
    if (port === undefined) {
      return await writeAll(conn, answer("1", "HTTP/1.1 200 OK\r\nconnection: close\r\n"));
    }
    using other = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    await writeAll(conn, "HTTP/1.1 200 OK\r\n\r\n");
    await Promise.race([pass(conn, other), pass(other, conn)]);
  });
  return Object.assign(server, { asked });
}

async function pass(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(65_536);
  for (let size = await from.read(buffer); size !== null; size = await from.read(buffer)) {
    await writeAll(to, buffer.slice(0, size));
  }
}

const chainOf = (url: string | undefined, options = "") =>
  `import { chain, constant, fn } from "sequoia";
export default chain("one", ({ call }) => {
  call(fn("f", { ${url === undefined ? "time: constant(1)" : `url: "${url}"`}, ${options} }));
});`;

Deno.test("sequoia consume and spam reach the local platform and loopback by no proxy, whatever the environment says", async () => {
  const proxy = `http://${freeAddress()}`; // nobody is there
  const env = { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, ALL_PROXY: proxy };
  await using server = talkingServer((_n, _request, conn) => write(conn, answer("1")));
  await using at = await folder({ "local.ts": chainOf(undefined), "url.ts": chainOf(server.url) });
  for (const workload of ["local.ts", "url.ts"]) await run(["produce", workload, "--burst", "2"], at);
  const local = ["--out", "none"];
  const consumed = await runJson(["consume", "--until-empty", ...local], { ...at, env });
  assertEquals((consumed as { completed: number }).completed, 4);
  const spam = async (...args: readonly string[]) =>
    (await runJson(["spam", ...args, "--batch", "2", ...local], { ...at, env }) as { calls: { ok: number } })
      .calls.ok;
  assertEquals([await spam(), await spam(server.url)], [2, 2]);
  const two = `import { chain, constant, fn } from "sequoia";
const f = fn("f", { time: constant(1) });
export default chain("two", ({ call }) => { call(f, { name: "b", after: call(f, { name: "a" }) }); });`;
  await Deno.writeTextFile(`${at.cwd}/two.ts`, two);
  assertEquals(await spam("two.ts"), 4, "also the chains that the local platform runs by itself");
});

Deno.test("sequoia consume and spam go by the proxy of the environment to all other hosts, https in a tunnel, but for NO_PROXY", async () => {
  const { cert, key } = await makeCertificate("functions.test");
  const seen: string[] = [];
  await using functions = Deno.serve(
    { hostname: "127.0.0.1", port: 0, cert, key, onListen() {} },
    (request) => {
      seen.push(new URL(request.url).host);
      return Response.json(1);
    },
  );
  await using proxy = workingProxy();
  const { port } = functions.addr;
  await using at = await folder({
    "ca.pem": cert,
    "http.ts": chainOf("http://functions.test/f", "attempts: 1"),
    "https.ts": chainOf(`https://functions.test:${port}/f`, "attempts: 1"),
  });
  const env = {
    ALL_PROXY: `http://127.0.0.1:${proxy.port}`,
    DENO_CERT: `${at.cwd}/ca.pem`,
    DENO_NO_UPDATE_CHECK: "1",
  };
  const consumed = async (workload: string, more: Record<string, string> = {}) => {
    await run(["produce", workload, "--burst", "1"], at);
    const args = ["consume", "--until-empty", "--out", "none"];
    return (await runJson(args, { ...at, env: { ...env, ...more } }) as { completed: number }).completed;
  };
  assertEquals([await consumed("http.ts"), await consumed("https.ts")], [1, 1]);
  assertEquals(proxy.asked, [
    `POST http://functions.test/f HTTP/1.1`,
    `CONNECT functions.test:${port} HTTP/1.1`,
  ]);
  assertEquals(seen, [`functions.test:${port}`]);
  assertEquals(await consumed("https.ts", { NO_PROXY: ".test" }), 0, "the name is known to nobody else");
  assertEquals(proxy.asked.length, 2);
  const spam = ["spam", `https://functions.test:${port}/f`, "--batch", "2", "--out", "none"];
  assertEquals((await runJson(spam, { ...at, env }) as { calls: { ok: number } }).calls.ok, 2);
});

Deno.test("sequoia spam ends calls of a host that never answers a handshake by --timeout, and ends with the first ^C", async () => {
  await using server = rawServer((conn) => conn.read(new Uint8Array(1)));
  await using at = await folder();
  const url = `https://127.0.0.1:${server.port}/f`;
  const timed = await runJson(["spam", url, "--batch", "5", "--timeout", "200ms", "--out", "none"], at);
  assertEquals((timed as { calls: { failed: number } }).calls.failed, 5);
  await using running = new Running(["spam", url, "--batch", "5", "--warm-up", "5", "--out", "none"], at);
  await server.first;
  running.signal("SIGINT");
  const { code, stderr } = await running.endsWithin(60_000);
  assertEquals(code, 130, stderr);
});

Deno.test("sequoia consume charges its own want of file descriptors to no function: calls are held back, and that is said once", async () => {
  let together = 0;
  await using server = talkingServer(async (_n, _request, conn) => {
    together = Math.max(together, server.open.size);
    await new Promise((resolve) => setTimeout(resolve, 20)); // connections are used beside each other
    await write(conn, answer("1"));
  });
  await using at = await folder({ "w.ts": chainOf(server.url, "attempts: 1, timeout: 60000") });
  await run(["produce", "w.ts", "--burst", "600"], at);
  const args = ["consume", "--until-empty", "--limit", "400,fixed", "--out", "run.json", "--json"];
  const { code, stdout, stderr: said } = await run(args, { ...at, before: "ulimit -n 120" });
  assertEquals(code, 0, said);
  const { completed, throttled, retried } = JSON.parse(stdout);
  assertEquals({ completed, throttled, retried }, { completed: 600, throttled: 0, retried: 0 }, said);
  assert(together < 120, `${together} connections were open`);
  assertMatch(said, /Calls are held back: this process has no file descriptors left \(EMFILE\)/);
  assertEquals(said.split("held back").length, 2);
  assertStringIncludes(said, "ulimit -n");
});
