/** Instances that start later, by the command line. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readRunLog } from "../../lib/record/mod.ts";
import { folder, run, runJson } from "./sequoia.ts";

const QUICK = `
import { chain, fn } from "sequoia";
export default chain("quick", ({ call }) => void call(fn("quick", { time: "1ms" })), { ttl: "30s" });
`;

/** When a run log's instance was submitted, and when its first call started, in milliseconds since 1970. */
async function timesIn(path: string) {
  let submittedAtMs = NaN, startedAtMs = NaN;
  for await (const event of (await readRunLog(path)).events) {
    if (event.type === "submit") ({ submittedAtMs } = event);
    if (event.type === "attempt") ({ startedAtMs } = event);
  }
  return { submittedAtMs, startedAtMs };
}

Deno.test("produce --in: nothing starts before, the queue shows it, and consume --until-empty waits for it", async () => {
  await using options = await folder({ "quick.ts": QUICK });
  const asked = ["produce", "quick.ts", "--id", "one", "--in", "2s", "--deadline", "20s", "--priority", "4"];
  const { code, stderr } = await run(asked, options);
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, "due 2s later");
  const shown = await runJson(["queue", "show", "one"], options) as Record<string, number>;
  assertEquals(shown.dueAtMs! - shown.submittedAtMs!, 2000);
  const consumed = await run(["consume", "--until-empty", "--out", "run.json"], options);
  assertEquals(consumed.code, 0, consumed.stderr);
  const { submittedAtMs, startedAtMs } = await timesIn(`${options.cwd}/run.json`);
  assert(startedAtMs >= shown.dueAtMs! - 1, `${shown.dueAtMs! - startedAtMs} ms early`);
  assert(Math.abs(submittedAtMs - shown.dueAtMs!) < 1, "it counts as submitted when it was due");
  const ended = await runJson(["queue", "show", "one"], options) as { state: string };
  assertEquals(ended.state, "completed");
});

Deno.test("produce --at: what is due is listed, counted and cancelled", async () => {
  await using options = await folder({ "quick.ts": QUICK });
  await run(["produce", "quick.ts", "--burst", "3", "--at", "2990-01-01T00:00Z"], options);
  assertEquals((await runJson(["queue", "status"], options) as { delayed: number }).delayed, 3);
  assertStringIncludes((await run(["queue", "list"], options)).stdout, "due in ");
  const { stdout } = await run(["queue", "cancel", "--state", "delayed"], options);
  assertStringIncludes(stdout, "Cancelled 3 instances");
  assertEquals((await run(["consume", "--until-empty"], options)).code, 0);
});
