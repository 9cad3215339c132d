/** Several platforms at once, through the real command line; judged by the run log. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { AttemptEvent } from "../../lib/record/mod.ts";
import { readRunLog } from "../../lib/record/mod.ts";
import { folder, freeAddress, run } from "./sequoia.ts";

const WORKLOAD = `import { chain, constant, fn } from "sequoia";
export default chain("one", ({ call }) => { call(fn("work", { time: constant("20ms") })); });`;

async function attemptsOf(path: string): Promise<AttemptEvent[]> {
  const attempts: AttemptEvent[] = [];
  for await (const event of readRunLog(path).events) if (event.type === "attempt") attempts.push(event);
  return attempts;
}

/** How many were in flight on a platform at an instant; the log keeps microseconds. */
function runningAt(attempts: readonly AttemptEvent[], platform: string, atMs: number): number {
  return attempts.filter((attempt) =>
    attempt.platform === platform && attempt.startedAtMs < atMs + 0.002 &&
    attempt.startedAtMs + attempt.runMs > atMs + 0.002
  ).length;
}

async function consume(...options: string[]): Promise<AttemptEvent[]> {
  await using at = await folder({ "one.ts": WORKLOAD });
  await run(["produce", "one.ts", "--burst", "60", "--count", "60"], at);
  const platforms = [
    ["--platform", `cloud=http://${freeAddress()},limit=4,price=9`],
    ["--platform", `edge=http://${freeAddress()},limit=2,price=1`],
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
