/** Platforms and URLs that are up to no good, through the real command line. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { rawServer, writeAll } from "../../lib/platform/testing.ts";
import { readRunLog } from "../../lib/record/mod.ts";
import { makeCertificate } from "../tls/certificate.ts";
import { folder, run, runJson } from "./sequoia.ts";

/** A chain of functions at these URLs; each runs also when others have failed. */
const workloadOf = (urls: Record<string, string>, options = "") =>
  `import { chain, fn } from "sequoia";
export default chain("all", ({ call }) => {
  for (const [name, url] of Object.entries(${JSON.stringify(urls)})) {
    call(fn(name, { url, ${options} }), { onFailure: "skip" });
  }
});`;

/** The result of each function: "ok", or why it failed. */
async function results(at: { cwd: string }): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const event of readRunLog(`${at.cwd}/run.json`).events) {
    if (event.type === "attempt") found[event.function] = event.reason ?? event.outcome;
  }
  return found;
}

Deno.test("sequoia consume calls no address of a cloud's credentials, and what --allow-url allows only", async () => {
  const asked: string[] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    asked.push(new URL(request.url).pathname);
    const location = "http://169.254.169.254/latest/meta-data";
    return asked.at(-1) === "/moved"
      ? new Response(null, { status: 307, headers: { location } })
      : Response.json(1);
  });
  const base = `http://127.0.0.1:${server.addr.port}`;
  const files = {
    "w.ts": workloadOf({
      good: `${base}/fns/good`,
      moved: `${base}/moved`,
      other: `${base}/other`,
      metadata: "http://169.254.169.254/latest/meta-data",
      hidden: "http://[::ffff:a9fe:a9fe]/latest/meta-data",
      decimal: "http://2852039166/latest/meta-data",
      name: "http://metadata.google.internal/computeMetadata/v1/",
    }),
  };
  await using at = await folder(files);
  await run(["produce", "w.ts", "--burst", "1", "--count", "1"], at);
  const allowed = {
    SEQUOIA_ALLOW_URLS: `${base}/moved, http://169.254.169.254 http://metadata.google.internal`,
  };
  const consume = [
    "consume",
    "--until-empty",
    "--allow-url",
    `${base}/fns/*`,
    "--allow-url",
    "*://[::ffff:a9fe:a9fe]",
  ];
  assertEquals((await run(consume, { ...at, env: allowed })).code, 0);
  const why = await results(at);
  assertEquals(why.good, "ok");
  assertEquals(asked.sort(), ["/fns/good", "/moved"], JSON.stringify(why));
  for (const chain of ["metadata", "hidden", "decimal", "name"]) {
    assertMatch(
      why[chain]!,
      /url-refused: .* is (a link-local address|a name of a cloud's metadata).*never called/,
    );
  }
  assertStringIncludes(
    why.other!,
    `matches no --allow-url (or SEQUOIA_ALLOW_URLS). If it is to be called, add --allow-url ${base}`,
  );
  assertStringIncludes(why.moved!, "it redirects to 169.254.169.254, which is not followed");
});

Deno.test("sequoia consume and spam call https URLs whose certificate is good, and no others", async () => {
  const { cert, key } = await makeCertificate("localhost");
  const hosts: (string | null)[] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, cert, key, onListen() {} }, (request) => {
    hosts.push(new URL(request.url).host);
    return Response.json(1);
  });
  const { port } = server.addr;
  await using at = await folder({
    "ca.pem": cert,
    "w.ts": workloadOf({ good: `https://localhost:${port}/f`, lambda: "lambda:us-east-1:f" }, "attempts: 1"),
    "other.ts": workloadOf({ other: `https://127.0.0.1:${port}/f` }, "attempts: 1"),
  });
  const keys = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };
  const trusting = {
    DENO_CERT: `${at.cwd}/ca.pem`,
    AWS_ENDPOINT_URL_LAMBDA: `https://localhost:${port}`,
    ...keys,
  };
  const consumed = async (workload: string, env: Record<string, string>) => {
    await run(["produce", workload, "--burst", "1", "--count", "1"], at);
    await run(["consume", "--until-empty"], { ...at, env });
    return await results(at);
  };
  assertEquals(await consumed("w.ts", trusting), { good: "ok", lambda: "ok" });
  const target = `https://localhost:${port}/f`;
  const spam = async (env: Record<string, string>) =>
    (await runJson(["spam", target, "--batch", "2", "--out", "none"], { ...at, env }) as {
      calls: { ok: number };
    }).calls.ok;
  assertEquals(await spam(trusting), 2);
  assertEquals(hosts, Array(4).fill(`localhost:${port}`));
  assertStringIncludes((await consumed("other.ts", trusting)).other!, "invalid peer certificate");
  assertStringIncludes((await consumed("w.ts", {})).good!, "invalid peer certificate");
  assertEquals(await spam({}), 0);
  assertEquals(hosts.length, 4, "who does not trust it says nothing to it");
});

Deno.test("sequoia consume and spam say what is wrong with a pattern of URLs", async () => {
  await using at = await folder();
  const option = await run(["consume", "--allow-url", "example.com"], at);
  assertEquals(option.code, 2);
  assertStringIncludes(
    option.stderr,
    '--allow-url: Cannot read "example.com" as a pattern of URLs. Write https://host',
  );
  const variable = await run(["consume", "--until-empty"], {
    ...at,
    env: { SEQUOIA_ALLOW_URLS: "https://a b" },
  });
  assertEquals(variable.code, 2);
  assertStringIncludes(variable.stderr, 'SEQUOIA_ALLOW_URLS: Cannot read "b" as a pattern of URLs');
});

Deno.test("sequoia spam calls the URL that it is told to, but no cloud's credentials", async () => {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => Response.json(1));
  await using at = await folder();
  const spam = async (url: string) =>
    (await runJson(["spam", url, "--batch", "2", "--out", "none"], {
      ...at,
      env: { SEQUOIA_ALLOW_URLS: "https://elsewhere.example" },
    }) as { calls: { ok: number; failed: number } }).calls;
  assertEquals((await spam(`http://127.0.0.1:${server.addr.port}/f`)).ok, 2);
  assertEquals((await spam("http://169.254.169.254/f")).failed, 2);
});

Deno.test("sequoia consume loses nothing to a platform that answers 429 to everything for a while", async () => {
  let throttled = 0;
  let openAtMs = Infinity;
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    if (openAtMs === Infinity) openAtMs = performance.now() + 1500;
    if (performance.now() > openAtMs) return Response.json({ ok: true });
    throttled++;
    return new Response(null, { status: 429 });
  });
  const url = `http://127.0.0.1:${server.addr.port}/f`;
  await using at = await folder({
    "w.ts": `import { chain, fn } from "sequoia";
const f = fn("f", { url: "${url}", attempts: 1 });
export default chain("two", ({ call }) => { call(f, { name: "b", after: call(f, { name: "a" }) }); });`,
  });
  await run(["produce", "w.ts", "--burst", "100", "--count", "100"], at);
  const done = await runJson(["consume", "--until-empty", "--limit", "20"], at);
  assertEquals(done, { completed: 100, failed: 0, cancelled: 0, shed: 0, throttled, retried: 0 });
  const { functions, concurrency } = await runJson(["report", "run.json"], at) as {
    readonly functions: { readonly throttled: number; readonly retried: number };
    readonly concurrency: { readonly max: number };
  };
  assertEquals([functions.throttled, functions.retried], [throttled, 0], "the report means the same");
  assert(concurrency.max <= 20, "what is refused does not run");
  assert(throttled >= 10, `${throttled} throttles: the first calls go out before anything is known`);
});

Deno.test("sequoia consume goes on beside functions that break off, never end, nest without end or answer too much", async () => {
  const head = "HTTP/1.1 200 OK\r\n";
  await using server = rawServer(async (connection, asked) => {
    const path = /^\w+ \/(\w+)/.exec(asked)?.[1];
    if (path === "good") {
      return await writeAll(connection, `${head}content-length: 1\r\nconnection: close\r\n\r\n1`);
    }
    if (path === "broken") return await writeAll(connection, `${head}content-length: 9\r\n\r\n"half`);
    if (path === "silent") return await connection.read(new Uint8Array(1));
    if (path === "deep") {
      const deep = "[".repeat(100_000) + "]".repeat(100_000);
      return await writeAll(
        connection,
        `${head}content-length: ${deep.length}\r\nconnection: close\r\n\r\n${deep}`,
      );
    }
    await writeAll(connection, `${head}\r\n`);
    while (true) await writeAll(connection, "1".repeat(65_536));
  });
  const names = ["good", "broken", "silent", "deep", "endless"];
  const urls = Object.fromEntries(names.map((name) => [name, `http://127.0.0.1:${server.port}/${name}`]));
  await using at = await folder({
    "w.ts": workloadOf(
      { ...urls, unknown: "http://no.such.invalid/f" },
      `timeout: name === "silent" ? "1s" : "1m", retry: { attempts: 2, firstDelay: 1 }`,
    ),
  });
  await run(["produce", "w.ts", "--burst", "1", "--count", "1"], at);
  assertEquals((await run(["consume", "--until-empty", "--limit", "2"], at)).code, 0);
  const why = await results(at);
  assertEquals(why.good, "ok");
  assertStringIncludes(why.silent!, "no answer within 1000 ms");
  assertStringIncludes(why.endless!, "output-too-large");
  assertStringIncludes(why.deep!, "output-too-deep");
  assertStringIncludes(why.unknown!, "cannot find the address of no.such.invalid");
  assertStringIncludes(why.broken!, "closed before the answer was complete");
});
