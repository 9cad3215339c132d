/** `sequoia report --merge` over the logs of real consumers that shared a queue. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { folder, run, runJson, type RunOptions } from "./sequoia.ts";

const INSTANCES = 40;

interface Counted {
  readonly chains: { readonly submitted: number; readonly completed: number };
  readonly functions: { readonly attempts: number };
  readonly concurrency: { readonly max: number };
}

async function produce(queue: string, at: RunOptions): Promise<void> {
  const load = ["--burst", `${INSTANCES}`, "--count", `${INSTANCES}`, "--seed", "1"];
  await run(["produce", "two.ts", ...load, "--queue", queue, "--out", "none"], at);
}

async function consume(queue: string, out: string, at: RunOptions): Promise<void> {
  const { code, stderr } = await run(
    ["consume", "--queue", queue, "--limit", "6,fixed", "--until-empty", "--out", out],
    at,
  );
  assertEquals(code, 0, stderr);
}

Deno.test("report --merge makes one run of the logs of two consumers", async () => {
  let calls = 0;
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    await request.body?.cancel();
    return Response.json(calls++);
  });
  await using at = await folder({
    "two.ts": `import { chain, fn } from "sequoia";
const f = fn("f", { url: "http://127.0.0.1:${server.addr.port}/" });
export default chain("two", ({ call }) => void call(f, { name: "second", after: call(f, { name: "first" }) }));`,
  });
  const report = async (...args: string[]) => await runJson(["report", ...args], at) as Counted;
  const whole = { submitted: INSTANCES, completed: INSTANCES };

  await produce("sqlite:a.db", at);
  await Promise.all([consume("sqlite:a.db", "one.json", at), consume("sqlite:a.db", "two.json", at)]);
  const apart = await runJson(["report", "one.json", "two.json"], at) as Counted[];
  const { chains, functions: { attempts } } = await report("--merge", "one.json", "two.json");
  assertEquals([chains.submitted, chains.completed, attempts], [
    whole.submitted,
    whole.completed,
    2 * INSTANCES,
  ]);
  assertEquals(apart.reduce((sum, { functions }) => sum + functions.attempts, 0), attempts);

  await Deno.copyFile(`${at.cwd}/one.json`, `${at.cwd}/copy.json`);
  const copied = await run(["report", "--merge", "copy.json", "two.json", "one.json", "--json"], at);
  assertStringIncludes(copied.stderr, "one.json is of the same run as copy.json; counted once");
  assertEquals((JSON.parse(copied.stdout) as Counted).functions.attempts, attempts);

  await produce("sqlite:b.db", at);
  await consume("sqlite:b.db", "other.json", at);
  const { code, stderr } = await run(["report", "--merge", "one.json", "other.json"], at);
  assertEquals(code, 1);
  assertMatch(
    stderr,
    /other\.json: its queue is another than that of one\.json\. Merge only logs of one load/,
  );
  assert(calls >= 4 * INSTANCES);
});
