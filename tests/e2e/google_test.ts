/** Private functions of Google through the real command line, before a server of tokens of our own. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { claimsOf, tokenServer } from "../google/token_server.ts";
import { folder, freeAddress, run, runJson, Running } from "./sequoia.ts";

/** A private function: it answers those who bring a token for it that has not ended. */
function privateFunction() {
  let calls = 0, refused = 0;
  const tokens = new Set<number>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    calls++;
    const claims = claimsOf(request);
    if (claims?.aud === new URL(request.url).origin && claims.exp * 1000 > Date.now()) {
      tokens.add(claims.jti);
      return Response.json(1);
    }
    refused++;
    return new Response("Unauthorized", { status: 401 });
  });
  const origin = `http://127.0.0.1:${server.addr.port}`;
  return {
    origin,
    counts: () => ({ calls, refused }),
    /** The numbers of the tokens that it was brought. */
    tokens,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const workload = (origin: string) =>
  `import { chain, fn } from "sequoia";
export default chain("private", ({ call }) => { call(fn("secret", { url: "${origin}/f", auth: "google" })); });`;

const submitting = (count: number) => ["produce", "w.ts", "--burst", String(count), "--count", String(count)];

async function completed(args: readonly string[], options: Parameters<typeof runJson>[1]) {
  return (await runJson(args, options) as { completed: number }).completed;
}

Deno.test("sequoia consume and spam call private functions of Google: 1,000 calls with one token, by both ways", async () => {
  await using fn = privateFunction();
  await using google = tokenServer();
  await using at = await folder({ "w.ts": workload(fn.origin), "key.json": await google.keyFile() });
  const secret = ["--secret", `google=${fn.origin}`];
  const ways = [{ GCE_METADATA_HOST: google.host, GOOGLE_APPLICATION_CREDENTIALS: "" }, {
    GCE_METADATA_HOST: "127.0.0.1:1",
    GOOGLE_APPLICATION_CREDENTIALS: `${at.cwd}/key.json`,
  }];
  for (const [i, env] of ways.entries()) {
    await run(submitting(1000), at);
    assertEquals(
      await completed(["consume", "--until-empty", "--limit", "100", ...secret], { ...at, env }),
      1000,
    );
    assertEquals(fn.counts(), { calls: 1000 * (i + 1), refused: 0 });
    assertEquals(google.given, Array(i + 1).fill(fn.origin));
  }
  const spam = ["spam", "w.ts", "--batch", "3", "--out", "none"];
  const { calls } = await runJson([...spam, ...secret], { ...at, env: ways[0]! }) as {
    calls: { ok: number };
  };
  assertEquals([calls.ok, google.given.length], [3, 3]);
  const unreadable = { ...ways[0], GOOGLE_APPLICATION_CREDENTIALS: at.cwd };
  const none = await run([...spam, ...secret], { ...at, env: unreadable });
  assertEquals(none.code, 1);
  assertStringIncludes(
    none.stderr,
    `Cannot load chain "private": function secret waits, as there is no ID token of Google for ${fn.origin}: the key ` +
      `file ${at.cwd} (GOOGLE_APPLICATION_CREDENTIALS) cannot be read: it is no regular file. Check it, and its rights`,
  );
  await run(submitting(1), at);
  const { stderr } = await run(["consume", "--until-empty"], { ...at, env: ways[0]! });
  assertStringIncludes(stderr, `auth is google, which no --secret (or SEQUOIA_SECRET) allows`);
  assertEquals(google.refused, []);
  for (const name of ["queue.db", "run.json"]) {
    const bytes = await Deno.readFile(
      name === "run.json" ? `${at.cwd}/${name}` : `${at.cwd}/.sequoia/${name}`,
    );
    assert(!new TextDecoder("latin1").decode(bytes).includes("Bearer "), `${name} holds no token`);
  }
});

Deno.test("sequoia consume gets another token before the one that it has ends", async () => {
  await using fn = privateFunction();
  await using google = tokenServer({ lifeS: 40 }); // it is not sent in its last 30 s
  await using at = await folder({ "w.ts": workload(fn.origin) });
  await run(submitting(14), at);
  const env = { GCE_METADATA_HOST: google.host, GOOGLE_APPLICATION_CREDENTIALS: "" };
  const startedAtMs = Date.now();
  const consume = ["consume", "--until-empty", "--rate", "1", "--secret", `google=${fn.origin}`];
  assertEquals(await completed(consume, { ...at, env }), 14); // 13 s at least
  const most = 1 + Math.ceil((Date.now() - startedAtMs) / 10_000);
  assertEquals(fn.counts().refused, 0);
  assert(
    fn.tokens.size >= 2 && google.given.length <= most,
    `${fn.tokens.size}, ${google.given.length} of ${most}`,
  );
});

Deno.test("what has no token waits while its server is down, or its key file missing; no attempt is charged", async () => {
  await using fn = privateFunction();
  await using at = await folder({ "w.ts": workload(fn.origin) });
  const host = freeAddress(), consume = ["consume", "--out", "run.json", "--secret", `google=${fn.origin}`];
  await run(submitting(5), at);
  const env = { GCE_METADATA_HOST: host, GOOGLE_APPLICATION_CREDENTIALS: "" };
  await using first = new Running(consume, { ...at, env });
  const [warning] = await first.says(/warn: function secret waits.*\n/);
  assertMatch(
    warning,
    new RegExp(`for ${fn.origin}: the metadata server ${host} does not answer: .*Run this on`),
  );
  await using google = tokenServer({ port: Number(host.split(":")[1]) });
  await first.says(/function secret is served now/);
  await run([...submitting(1), "--wait"], at);
  first.signal("SIGINT");
  assertEquals((await first.ended).stderr.match(/secret waits/g)?.length, 1, "it is said once");

  await run(submitting(1), at);
  const byFile = { GCE_METADATA_HOST: host, GOOGLE_APPLICATION_CREDENTIALS: `${at.cwd}/key.json` };
  await using second = new Running([...consume, "--until-empty", "--json"], { ...at, env: byFile });
  await second.says(/key\.json \(GOOGLE_APPLICATION_CREDENTIALS\) is not there\. Check the path/);
  await Deno.writeTextFile(`${at.cwd}/key.part`, await google.keyFile());
  await Deno.rename(`${at.cwd}/key.part`, `${at.cwd}/key.json`);
  assertEquals(JSON.parse((await second.ended).stdout).completed, 1);
  assertEquals(fn.counts(), { calls: 7, refused: 0 });
  const runs = ["report", "run.1.json", "run.json", "--json"];
  const reports = JSON.parse((await run(runs, at)).stdout) as { functions: Record<string, number> }[];
  assertEquals(reports.map(({ functions }) => [functions.attempts, functions.retried]), [[6, 0], [1, 0]]);
});
