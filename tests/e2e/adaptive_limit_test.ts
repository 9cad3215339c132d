/** `--limit auto` finds the limit of a platform that does not tell it, in real processes. */
import { assert, assertEquals } from "@std/assert";
import { type AttemptEvent, readRunLog } from "../../lib/record/mod.ts";
import { inFlight } from "../programs/in_flight.ts";
import { folder, freeAddress, run, runJson, Running } from "./sequoia.ts";

const LIMIT = 50;
const CALLS = 6000;

const WORKLOAD = `import { chain, fn, lognormal } from "sequoia";
export default chain("one", ({ call }) => { call(fn("f", { time: lognormal("100ms", "300ms") })); });`;

async function attemptsOf(path: string): Promise<AttemptEvent[]> {
  const attempts: AttemptEvent[] = [];
  for await (const event of readRunLog(path).events) {
    if (event.type === "attempt") attempts.push(event);
  }
  return attempts;
}

Deno.test("sequoia consume --limit auto finds a hidden limit and keeps to it", async () => {
  await using at = await folder({ "one.ts": WORKLOAD });
  const address = freeAddress();
  const profile = `hard-limit,limit=${LIMIT},cold=0ms`;
  await using platform = new Running(["functions", "--profile", profile, "--listen", address], at);
  await platform.says(/Serving/);
  await run(["produce", "one.ts", "--burst", String(CALLS)], at);
  const consumed = await runJson(["consume", "--limit", "auto", "--until-empty", "--local", address], at);
  const { completed, failed } = consumed as Record<string, number>;
  assertEquals([completed, failed], [CALLS, 0]);
  const attempts = await attemptsOf(`${at.cwd}/run.json`);
  const starts = attempts.map(({ startedAtMs }) => startedAtMs).sort((a, b) => a - b);
  const part = (share: number) => starts[Math.floor(starts.length * share)]!;
  const { mean, throttled } = inFlight(attempts, part(0.5), part(0.95));
  assert(mean >= 0.9 * LIMIT, `${mean} in flight of ${LIMIT}`);
  assert(throttled <= 0.02, `${throttled} of the attempts were throttled`);
  const { run: recorded } = await runJson(["report", "run.json"], at) as { run: { limit: unknown } };
  assertEquals(recorded.limit, "auto");
});

Deno.test("sequoia queue limit auto lets running consumers find the limit out", async () => {
  await using at = await folder({ "one.ts": WORKLOAD });
  await run(["produce", "one.ts", "--burst", "1000"], at); // time enough to find it, on a busy machine too
  const profile = `hard-limit,limit=${LIMIT},cold=0ms`;
  const consume = [
    "consume",
    "--limit",
    "1",
    "--until-empty",
    "--profile",
    profile,
  ];
  await using consumer = new Running(consume, at);
  await consumer.says(/started one at/);
  await runJson(["queue", "limit", "auto"], at);
  const { code, stderr } = await consumer.ended;
  assertEquals(code, 0, stderr);
  const attempts = await attemptsOf(`${at.cwd}/run.json`);
  const last = attempts.slice(-100).map(({ startedAtMs }) => startedAtMs); // they come as they end
  const busy = inFlight(attempts, Math.min(...last), Math.max(...last));
  assert(busy.mean > 4, `${busy.mean} in flight, where one at a time was asked for at first`);
});
