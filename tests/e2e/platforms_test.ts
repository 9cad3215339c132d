/** Several platforms at once, through the real command line; judged by the run log. */
import { assert, assertAlmostEquals, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { AttemptEvent } from "../../lib/record/mod.ts";
import { readRunLog } from "../../lib/record/mod.ts";
import { folder, localPlatform, run } from "./sequoia.ts";

const WORKLOAD = `import { chain, constant, fn } from "sequoia";
export default chain("one", ({ call }) => { call(fn("work", { time: constant("20ms") })); });`;

async function attemptsOf(path: string): Promise<AttemptEvent[]> {
  const attempts: AttemptEvent[] = [];
  for await (const event of readRunLog(path).events) if (event.type === "attempt") attempts.push(event);
  return attempts;
}

/** The number of calls in flight on a platform at an instant; the log keeps microseconds. */
function runningAt(attempts: readonly AttemptEvent[], platform: string, atMs: number): number {
  return attempts.filter((attempt) =>
    attempt.platform === platform && attempt.startedAtMs < atMs + 0.002 &&
    attempt.startedAtMs + attempt.runMs > atMs + 0.002
  ).length;
}

async function consume(...options: string[]): Promise<AttemptEvent[]> {
  await using at = await folder({ "one.ts": WORKLOAD });
  await run(["produce", "one.ts", "--burst", "60", "--count", "60"], at);
  await using cloud = localPlatform(), edge = localPlatform();
  const platforms = [
    ["--platform", `cloud=${cloud.url},limit=4,price=9`],
    ["--platform", `edge=${edge.url},limit=2,price=1`],
  ].flat();
  const { code, stderr } = await run(["consume", "--until-empty", ...platforms, ...options], at);
  assertEquals(code, 0, stderr);
  const attempts = await attemptsOf(`${at.cwd}/run.json`);
  assertEquals(attempts.filter(({ outcome }) => outcome === "ok").length, 60);
  for (const [name, limit] of [["cloud", 4], ["edge", 2]] as const) {
    const most = Math.max(...attempts.map(({ startedAtMs }) => runningAt(attempts, name, startedAtMs)));
    assert(most <= limit, `${most} at once on ${name}`);
  }
  return attempts;
}

Deno.test("sequoia consume --policy bin-packing fills the cheapest platform before the next one", async () => {
  const attempts = await consume("--policy", "bin-packing");
  const onCloud = attempts.filter(({ platform }) => platform === "cloud");
  const wasted = onCloud.filter(({ startedAtMs }) => runningAt(attempts, "edge", startedAtMs) < 2);
  // The places at the edge that a settlement frees are filled in the same instant, as the scheduler sees it.
  assert(wasted.length <= onCloud.length / 10, `${wasted.length} of ${onCloud.length} went past a free edge`);
  const firsts = attempts.toSorted((a, b) => a.startedAtMs - b.startedAtMs).slice(0, 6);
  assertEquals(firsts.map(({ platform }) => platform).sort(), [
    "cloud",
    "cloud",
    "cloud",
    "cloud",
    "edge",
    "edge",
  ]);
  assertEquals(firsts[0]!.platform, "edge");
});

Deno.test("sequoia consume uses several platforms evenly under other policies", async () => {
  const attempts = await consume("--policy", "fcfs", "--limit", "3");
  const [first] = attempts.toSorted((a, b) => a.startedAtMs - b.startedAtMs);
  assertEquals(first!.platform, "cloud");
  const part = attempts.filter(({ platform }) => platform === "cloud").length / attempts.length;
  assert(part > 0.5 && part < 0.8, `${part} ran on the platform that takes two thirds`);
});

/** A platform of a function, which runs at most this number at once and refuses the rest. */
function smallPlatform(limit: number, runMs: number) {
  let running = 0, calls = 0, refused = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async () => {
    if (running >= limit) {
      return refused++, new Response(null, { status: 429, headers: { "retry-after": "1" } });
    }
    running++;
    calls++;
    await new Promise((resolve) => setTimeout(resolve, runMs));
    running--;
    return Response.json(1);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/f`,
    counts: () => ({ calls, refused }),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("sequoia consume spreads a function over its platforms, goes elsewhere when one throttles, and adds up the cost", async () => {
  await using cheap = smallPlatform(2, 20);
  await using dear = smallPlatform(50, 20);
  await using at = await folder({
    "w.ts": `import { chain, fn } from "sequoia";
const f = fn("f", { urls: { cheap: "${cheap.url}", dear: "${dear.url}" } });
const only = fn("only", { urls: { elsewhere: "http://127.0.0.1:9/x" }, attempts: 1 });
export default [
  chain("two", ({ call }) => { call(f, { name: "b", after: call(f, { name: "a" }) }); }),
  chain("lost", ({ call }) => { call(only); }),
];`,
  });
  await run(["produce", "w.ts", "--chain", "two", "--burst", "60", "--count", "60"], at);
  await run(["produce", "w.ts", "--chain", "lost", "--burst", "1", "--count", "1"], at);
  const platforms = [
    "cheap=http://127.0.0.1:9/f,price=1",
    "dear=http://127.0.0.1:9/f,limit=50,price=2,price-per-ms=0.5",
  ];
  const consume = ["consume", "--until-empty", "--limit", "20", "--policy", "bin-packing+fcfs"];
  const ran = await run([...consume, ...platforms.flatMap((text) => ["--platform", text]), "--json"], at);
  const { completed, failed, throttled } = JSON.parse(ran.stdout) as Record<string, number>;
  assertEquals([completed, failed], [60, 1], ran.stderr);
  const attempts = (await attemptsOf(`${at.cwd}/run.json`)).filter(({ function: name }) => name === "f");
  assertEquals([cheap.counts().calls + dear.counts().calls, cheap.counts().refused], [120, throttled!]);
  assert(dear.counts().calls >= 20, "what the cheap one refused went to the dear one");
  assert(throttled! > 0 && throttled! < 120, `${throttled} were refused: it is left alone for a while`);
  const moved = attempts.filter(({ outcome }) => outcome === "throttled").map(({ instance, node, attempt }) =>
    attempts.find((next) => next.instance === instance && next.node === node && next.attempt === attempt + 1)
      ?.platform
  );
  assert(moved.filter((platform) => platform === "dear").length >= moved.length / 2, `${moved}`);
  const lost = (await attemptsOf(`${at.cwd}/run.json`)).find(({ function: name }) => name === "only");
  assertStringIncludes(
    lost!.reason!,
    "none of its platforms is attached: elsewhere. Attach one: consume --platform",
  );
  const report = JSON.parse((await run(["report", "run.json", "--json"], at)).stdout) as {
    cost: { total: number; byPlatform: Record<string, { attempts: number; cost: number }>; byChain: unknown };
  };
  const dearMs = attempts.filter(({ platform }) => platform === "dear").reduce(
    (sum, { runMs }) => sum + runMs,
    0,
  );
  const expected = { cheap: cheap.counts().calls, dear: 2 * dear.counts().calls + 0.5 * dearMs };
  for (const [name, cost] of Object.entries(expected)) {
    assertAlmostEquals(report.cost.byPlatform[name]!.cost, cost, 0.1);
  }
  assertAlmostEquals(report.cost.total, expected.cheap + expected.dear, 0.1);
  assertEquals(Object.keys(report.cost.byChain as object), ["two"]);
  assertMatch(
    (await run(["report", "run.json"], at)).stdout,
    /cost +[\d,.]+ in all, cheap [\d,.]+ \(\d+ attempts\), dear/,
  );
});

Deno.test("sequoia consume says what is wrong with a platform", async () => {
  await using at = await folder({});
  const say = async (...platforms: string[]) =>
    await run(["consume", "--until-empty", ...platforms.flatMap((text) => ["--platform", text])], at);
  const bad = await say("edge=http://127.0.0.1:1,limmit=3");
  assertEquals(bad.code, 2);
  assertStringIncludes(bad.stderr, "did you mean limit=…?");
  const twice = await say("edge=http://127.0.0.1:1", "edge=http://127.0.0.1:2");
  assertEquals(twice.code, 2);
  assertStringIncludes(twice.stderr, "two platforms named edge");
});
