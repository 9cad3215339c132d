/** Queueing times, in a run log and its report, of an instance that lay dead until a retry, through the real command line. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type AttemptEvent, readRunLog } from "../../lib/record/mod.ts";
import { folder, freeAddress, run, runJson, Running } from "./sequoia.ts";

/** A function that fails until its shop has opened, in a chain and in a chain that another one calls. */
const WORKLOAD = `import { chain, fn } from "sequoia";
const ship = fn("ship", { attempts: 1, run: () => { Deno.statSync("open"); } });
const order = chain("order", ({ call }) => void call(ship));
export default [order, chain("orders", ({ call }) => void call(order))];`;

async function attemptsOf(path: string): Promise<AttemptEvent[]> {
  const events = await Array.fromAsync((await readRunLog(path)).events);
  return events.filter((event) => event.type === "attempt");
}

Deno.test("the time before sequoia queue retry is no queueing time of what runs after it", async () => {
  await using at = await folder({ "order.ts": WORKLOAD });
  const address = freeAddress();
  await using functions = new Running(["functions", "order.ts", "--listen", address], at);
  await functions.says(/listen|http/i);
  const consume = async (out: string) => {
    const { code, stderr } = await run(["consume", "--until-empty", "--local", address, "--out", out], at);
    assertEquals(code, 0, stderr);
  };
  await run(["produce", "order.ts", "--chain", "order", "--id", "o1"], at);
  await run(["produce", "order.ts", "--chain", "orders", "--id", "o2"], at);
  await consume("before.json");
  await Deno.writeTextFile(`${at.cwd}/open`, "");
  assertEquals(await runJson(["queue", "retry", "--state", "failed"], at), { reached: 2 });
  await consume("after.json");

  const { retriedAtMs: [retriedMs = NaN] } = await runJson(["queue", "show", "o1"], at) as {
    readonly retriedAtMs: readonly number[];
  };
  const attempts = await attemptsOf(`${at.cwd}/after.json`);
  assertEquals(attempts.map(({ instance, outcome }) => [instance, outcome]).toSorted(), [
    ["o1", "ok"],
    ["o2/order", "ok"],
  ]);
  for (const { instance, startedAtMs, queuedMs } of attempts) {
    const readyMs = startedAtMs - queuedMs;
    assert(readyMs >= retriedMs - 1, `${instance} was ready ${retriedMs - readyMs} ms before the retry`);
  }
  const { queueing_ms: { max } } = await runJson(["report", "after.json"], at) as {
    readonly queueing_ms: { readonly max: number };
  };
  const most = Math.max(...attempts.map(({ queuedMs }) => queuedMs));
  assert(Math.abs(max - most) < 0.01, `the report has ${max} ms, the log ${most} ms`);
  assertStringIncludes(
    (await run(["queue", "show", "o1"], at)).stdout,
    `retried: ${new Date(retriedMs).toISOString()}`,
  );
});
