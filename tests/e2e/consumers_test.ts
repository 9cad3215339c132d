/** Which consumers `sequoia queue status` shows, with real processes. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { hostname } from "node:os";
import { VERSION } from "../../cli/shell/version.ts";
import type { ConsumerView } from "../../lib/queue/mod.ts";
import { functions } from "./functions.ts";
import { folder, run, runJson, Running, type RunOptions } from "./sequoia.ts";

const QUEUE = ["--queue", "sqlite:queue.db"];

async function consumersOf(at: RunOptions): Promise<readonly ConsumerView[]> {
  return (await runJson(["queue", "status", ...QUEUE], at) as { consumers: ConsumerView[] }).consumers;
}

/** Looks until something is true of the consumers. */
async function until(
  at: RunOptions,
  isTrue: (consumers: readonly ConsumerView[]) => boolean,
): Promise<readonly ConsumerView[]> {
  for (;;) {
    const consumers = await consumersOf(at);
    if (isTrue(consumers)) return consumers;
  }
}

Deno.test("queue status shows each consumer that lives, and none that was killed or has ended", async () => {
  await using calls = functions();
  await using at = await folder({
    "one.ts": `import { chain, fn } from "sequoia";
export default chain("one", ({ call }) => void call(fn("f", { url: "${calls.url}" })));`,
  });
  const consumer = (...args: string[]) => new Running(["consume", ...args, ...QUEUE, "--out", "none"], at);
  await run(["produce", "one.ts", "--burst", "3", "--count", "3", ...QUEUE, "--out", "none"], at);
  assertEquals(await consumersOf(at), []);
  await using first = consumer("--policy", "deadline", "--limit", "2", "--function-limit", "f=7");
  await calls.until(() => calls.seen.length === 2);
  const [busy] = await until(at, (consumers) => consumers.some(({ running }) => running === 2));
  const { id: _, beatAgoMs, callsPerS, quota, processSpace: _space, ...record } = busy!;
  assertEquals(record, {
    ...{ host: hostname(), pid: first.pid, version: VERSION, policy: "deadline", limit: 2 },
    limits: { global: 2, functions: { f: 7 }, chains: {}, labels: {}, functionRates: {}, platforms: {} },
    ...{ instances: 3, running: 2, ready: 1, throttled: 0 },
    ...{ takesPolicyFiles: false, settings: { revision: 0 } },
  });
  assert(beatAgoMs >= 0 && callsPerS >= 0);
  assertEquals([quota?.keeps, quota?.short, quota?.capacity], [{}, [], 2], "alone it has all of the limits");
  const { stdout } = await run(["queue", "status", ...QUEUE], at);
  assertMatch(stdout, new RegExp(`\\n\\S+ ${first.pid} +2 of 2 +1 .* deadline +2, ceilings function=f:7\\n`));
  await using second = consumer("--policy", "fcfs");
  const both = await until(at, (consumers) => consumers.length === 2);
  assertEquals(both.map(({ pid, policy }) => [pid, policy]), [[first.pid, "deadline"], [second.pid, "fcfs"]]);
  await until(at, ([busy, other]) => busy?.ready === 0 && other?.running === 1); // it takes over what waits
  first.signal("SIGKILL");
  await first.ended;
  await until(at, (consumers) => consumers.length === 1 && consumers[0]!.pid === second.pid);
  second.signal("SIGKILL");
  await second.ended;
  await until(at, (consumers) => consumers.length === 0); // also if nobody is left to end the lease of the dead
});
