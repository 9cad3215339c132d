/** The load generator through the real command line, against real servers; judged by the run log and by what they saw. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type AttemptEvent, readRunLog } from "../../lib/record/mod.ts";
import { folder, freeAddress, run, runJson, Running } from "./sequoia.ts";

/** A server that notes what it was asked, and answers as told. */
function server(
  answer: (request: Request, nth: number) => Response | Promise<Response> = () => Response.json(1),
) {
  const seen: { path: string; method: string; id: string | null; key: string | null }[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    await request.text();
    const key = request.headers.get("idempotency-key");
    const nth = seen.push({ path: pathname, method: request.method, id: searchParams.get("id"), key });
    return await answer(request, nth);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    seen,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

interface Result {
  readonly chains: { readonly started: number };
  readonly calls: {
    readonly ok: number;
    readonly throttled: number;
    readonly failed: number;
    readonly unsent: number;
  };
  readonly latency_ms: { readonly p50: number; readonly max: number };
  readonly start_error_ms: { readonly p50: number };
  readonly batch_spread_ms: { readonly max: number | null };
  readonly startsPerS: number;
}

async function attemptsOf(path: string): Promise<AttemptEvent[]> {
  const attempts: AttemptEvent[] = [];
  for await (const event of readRunLog(path).events) if (event.type === "attempt") attempts.push(event);
  return attempts;
}

Deno.test("sequoia spam sends the args that it is given, digit by digit, also to the second URL", async () => {
  await using at = await folder({ "args.json": '{ "size": 1.50, "order": 12345678901234567890 }' });
  const bodies: string[] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    bodies.push(await request.text());
    return Response.json(1);
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const args = ["--args", "args.json", "--arg", "size=3", "--out", "none"];
  const load = ["--batch", "1", "--every", "10ms", "--batches", "2", "--then", `${url}/b`, "--after", "1"];
  const { code, stderr } = await run(["spam", `${url}/a`, ...load, ...args], at);
  assertEquals([code, bodies.length], [0, 2], stderr);
  for (const body of bodies) assertStringIncludes(body, '"args":{"size":3,"order":12345678901234567890}');
  const refused = await run(["spam", "args.json", ...args], at);
  assertEquals(refused.code, 2);
  assertStringIncludes(refused.stderr, "--arg and --args are of calls to a URL");
});

Deno.test("sequoia spam sends batches, a part of them to another URL, each call in the run log", async () => {
  await using at = await folder();
  await using to = server();
  const batches = [
    "--batch",
    "20",
    "--every",
    "300ms",
    "--batches",
    "4",
    "--then",
    `${to.url}/b`,
    "--after",
    "3",
  ];
  const result = await runJson(["spam", `${to.url}/a`, ...batches, "--warm-up", "30"], at) as Result;
  assertEquals([result.calls.ok, result.chains.started], [80, 80]);
  const paths = to.seen.map(({ path }) => path);
  assertEquals(paths, [...Array(90).fill("/a"), ...Array(20).fill("/b")]);
  assertEquals(new Set(to.seen.map(({ key }) => key)).size, 110);
  const attempts = await attemptsOf(`${at.cwd}/run.json`);
  assertEquals(
    attempts.map(({ function: name }) => name).sort(),
    paths.slice(30).map((path) => path.slice(1)),
  );
  assert(result.batch_spread_ms.max! > 0 && result.latency_ms.max >= result.latency_ms.p50);
});

Deno.test("sequoia spam --rate holds its rate when answers take long, and counts from intended starts", async () => {
  await using at = await folder();
  const held = Promise.withResolvers<void>();
  await using to = server(async (_request, nth) => {
    if (nth === 150) held.resolve();
    await held.promise;
    return new Response();
  });
  const load = ["--rate", "100", "--count", "150", "--method", "GET"];
  const result = await runJson(["spam", `${to.url}/a`, ...load], at) as Result;
  assertEquals([result.calls.ok, to.seen.length], [150, 150], "none waited for the answer of another");
  assert(to.seen.every(({ method, id, key }) => method === "GET" && id === key && id !== null));
  const attempts = await attemptsOf(`${at.cwd}/run.json`);
  const intended = attempts.map(({ startedAtMs, queuedMs }) => startedAtMs - queuedMs).sort((a, b) => a - b);
  intended.forEach((ms, i) => assert(Math.abs(ms - intended[0]! - i * 10) < 0.01, `call ${i} at ${ms}`));
  assert(result.latency_ms.max > 1000, "the first one waited for the last");
});

Deno.test("sequoia spam tells throttles, failures and calls that were not sent apart", async () => {
  await using at = await folder();
  const held = Promise.withResolvers<void>();
  await using to = server(async (_request, nth) => {
    if (nth === 10) held.resolve();
    await held.promise;
    return new Response(null, { status: nth <= 4 ? 429 : nth <= 6 ? 500 : 200 });
  });
  const { code, stdout, stderr } = await run(
    ["spam", `${to.url}/a`, "--batch", "15", "--in-flight", "10", "--json", "--out", "none"],
    at,
  );
  assertEquals(code, 0, stderr);
  const { calls } = JSON.parse(stdout) as Result;
  assertEquals(calls, { ok: 4, throttled: 4, failed: 7, running: 0, unsent: 5 } as never);
  assertStringIncludes(stderr, "5 calls were not sent, as 10 were in flight. Raise --in-flight");
});

Deno.test("sequoia spam says what does not go together", async () => {
  await using at = await folder();
  for (
    const [args, words] of [
      [["--rate", "5", "--batch", "3"], "Choose one of --rate, --poisson and --batch"],
      [["--batch", "3", "--batches", "2"], "--batches K needs --every"],
      [["--batch", "3", "--warm-up", "5s"], "--warm-up DURATION needs a load that goes on"],
      [["--batch", "3", "--expect-limit", "10"], "--expect-limit is of a probe. Add --probe"],
      [["--batch", "3", "--method", "GET"], "--method is of calls to a URL"],
      [["http://127.0.0.1:1/a", "--then", "http://127.0.0.1:1/b"], "--then URL and --after K go together"],
    ] as const
  ) {
    const { code, stderr } = await run(["spam", ...args], at);
    assertEquals(code, 2);
    assertStringIncludes(stderr, words);
  }
});

Deno.test("sequoia spam loads any URL of a local platform, which answers without a body", async () => {
  await using at = await folder();
  const address = freeAddress();
  await using platform = new Running(["functions", "--listen", address], at);
  await platform.says(/Serving the local platform/);
  const url = `http://${address}/f/hello`;
  const { calls } = await runJson(["spam", url, "--batch", "5", "--out", "none"], at) as Result;
  assertEquals([calls.ok, calls.throttled, calls.failed], [5, 0, 0]);
});
