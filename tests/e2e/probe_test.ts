/** The probe through the real command line, over real HTTP, against the local platform and against a plain server. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { folder, freeAddress, run, Running } from "./sequoia.ts";

const near = (what: string, found: number, real: number, by: number) =>
  assert(Math.abs(found - real) <= by, `${what}: found ${found}, it is ${real}`);

const SMALL = ["--hold", "400ms", "--most", "100"];

Deno.test("sequoia spam --probe finds the numbers of a local platform, in a profile that can be served", async () => {
  await using at = await folder();
  const address = freeAddress();
  const profile = "background,limit=20,queue=50,cold=100ms,keepalive=3s,backgroundshare=0.5";
  await using server = new Running(["functions", "--profile", profile, "--listen", address], at);
  await server.says(/Serving/);
  const { code, stdout, stderr } = await run(
    ["spam", `http://${address}/f/any`, "--probe", ...SMALL, "--idle", "6s", "--expect-limit", "10"]
      .concat(["--out-profile", "mine.json", "--json"]),
    at,
  );
  assertEquals(code, 0, stderr);
  const found = JSON.parse(stdout);
  assertEquals([found.limit.refusal, found.limit.isRamped], ["queued", false]);
  near("limit", found.limit.limit, 20, 2); // a machine that is busy with other tests may see it a little off
  near("queue", found.limit.queue, 50, 15);
  assertEquals([found.background.starve, found.background.httpFirst, found.collapse.to], [true, true, 1]);
  near("share", found.background.share, 0.5, 0.15);
  near("cold start", found.coldStart.medianMs, 100, 60);
  assert(found.keepAlive.warmMs <= 3000 && found.keepAlive.coldMs > 2000, JSON.stringify(found.keepAlive));
  assertMatch(stderr, /at most 50,000 calls, 100 at once, for at most \d+/);
  await using again = new Running(["functions", "--profile", "./mine.json", "--listen", "127.0.0.1:0"], at);
  await again.says(/mine \(limit 10/);
});

Deno.test("sequoia spam --probe of any URL says what it cannot know, and ends with what it has by ^C", async () => {
  await using at = await folder();
  let running = 0, most = 0;
  const limited = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    await request.text();
    if (running >= 12) return new Response(null, { status: 429 });
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 300));
    running--;
    return Response.json(null);
  });
  const probing = ["spam", `http://127.0.0.1:${limited.addr.port}/f`, "--probe", ...SMALL];
  await using probe = new Running(
    [...probing, "--hold", "250ms", "--idle", "1h", "--log-level", "debug"],
    at,
  );
  await probe.says(/Looking for the keep-alive time|no cold start was seen/);
  probe.signal("SIGINT");
  const { code, stdout, stderr } = await probe.ended;
  await limited.shutdown();
  assertEquals([code, most], [0, 12], stderr);
  assertMatch(stdout, /concurrency limit +12 +of \d+ calls at once 12 ran, \d+ were refused/);
  assertMatch(stdout, /background calls +not probed +it is not known how/);
  assertMatch(stdout, /overload +no collapse/);
});

Deno.test("sequoia spam --probe says what cannot be probed", async () => {
  await using at = await folder();
  const nobody = await run(["spam", `http://${freeAddress()}/f`, "--probe"], at);
  assertEquals(nobody.code, 1);
  assertStringIncludes(nobody.stderr, "Cannot probe: no single call went well");
  const load = await run(["spam", "--probe", "--rate", "5"], at);
  assertEquals(load.code, 2);
  assertStringIncludes(load.stderr, "--probe makes its own load. Leave out --rate");
});

Deno.test("sequoia spam --probe does not take a quick function's calls for calls that wait", async () => {
  await using at = await folder();
  const quick = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => Response.json(null));
  const ran = await run(["spam", `http://127.0.0.1:${quick.addr.port}/f`, "--probe", ...SMALL], at);
  await quick.shutdown();
  assertMatch(ran.stdout, /concurrency limit +none met +100 ran at once; how many at once is not known/);
  assertMatch(ran.stdout, /calls beyond it +none were met/);
});
