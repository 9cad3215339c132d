/** Retries on the real clock, before a function server that logs its calls; what takes time is compared within the same run. */
import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../lib/model/mod.ts";
import { folder, run, Running } from "./sequoia.ts";

const CALL_MS = 50;
const SLOTS = 20;

interface Call {
  readonly key: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly isWell: boolean;
}

/** A function whose calls end well or not, as is decided at the end of each. */
function server(isWell: () => boolean) {
  const calls: Call[] = [];
  let told = () => {};
  const http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const startedAtMs = performance.now(), key = request.headers.get("idempotency-key")!;
    await request.body?.cancel();
    await new Promise<void>((resolve) => setTimeout(resolve, CALL_MS));
    const call: Call = { key, startedAtMs, endedAtMs: performance.now(), isWell: isWell() };
    calls.push(call);
    told();
    return call.isWell ? Response.json(1) : new Response(null, { status: 500 });
  });
  return {
    url: `http://127.0.0.1:${http.addr.port}/f`,
    calls,
    /** Resolves with all calls when so many have ended well. */
    async well(count: number): Promise<readonly Call[]> {
      while (calls.filter(({ isWell }) => isWell).length < count) {
        await new Promise<void>((resolve) => told = resolve);
      }
      return [...calls];
    },
    [Symbol.asyncDispose]: () => http.shutdown(),
  };
}

const workload = (url: string) =>
  `import { chain, fn } from "sequoia";
const f = fn("f", { url: "${url}", attempts: 10, retry: { firstDelay: "20ms", maxDelay: "1s" } });
export default chain("one", ({ call }) => { call(f); });`;

const consume = (url: string) => [
  ...["consume", "--policy", "fcfs", "--limit", String(SLOTS), "--out", "none"],
  ...["--allow-url", url],
];

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * values.length)]!;
}

Deno.test("sequoia consume is done soon after a server is back that was down for six seconds, and did not flood it", async () => {
  const COUNT = 800, DOWN_MS = 6000;
  let backAtMs: number | undefined;
  await using functions = server(() => performance.now() >= (backAtMs ??= performance.now() + DOWN_MS));
  await using at = await folder({ "w.ts": workload(functions.url) });
  const produce = ["produce", "w.ts", "--burst", String(COUNT), "--count", String(COUNT)];
  await run(produce, at);
  await using _consumer = new Running(consume(functions.url), at);
  const calls = await functions.well(COUNT);
  const recoveryMs = calls.at(-1)!.endedAtMs - backAtMs!;

  const down = calls.filter(({ isWell }) => !isWell);
  const first = new Set(down.map(({ key }) => key)).size, retries = down.length - first;
  // A quarter of the first attempts, ten at the beginning, one a second; what ends at the very end may have begun before.
  const budget = first / 4 + 10 + (DOWN_MS / 1000) + SLOTS;
  assert(retries <= 1.2 * budget, `${retries} retries of ${first} calls`);

  await run(produce, at); // the same load once more, with nothing down
  const again = (await functions.well(2 * COUNT)).slice(calls.length);
  const usuallyMs = again.at(-1)!.endedAtMs - again[0]!.startedAtMs;
  assert(
    recoveryMs <= 2000 + 2 * usuallyMs,
    `it was done after ${recoveryMs} ms, and after ${usuallyMs} ms without an outage`,
  );
});

Deno.test("sequoia consume lets no chain wait long where a quarter of all calls fail", async () => {
  const COUNT = 1200, PER_S = 0.63 * 0.75 * SLOTS * 1000 / CALL_MS;
  const random = seededRandom(1);
  await using functions = server(() => random.next() >= 0.25);
  await using at = await folder({ "w.ts": workload(functions.url) });
  await using _consumer = new Running(consume(functions.url), at);
  const load = ["--poisson", String(PER_S), "--count", String(COUNT), "--seed", "1"];
  const produced = run(["produce", "w.ts", ...load], at);
  const calls = await functions.well(COUNT);
  assertEquals((await produced).code, 0);

  const byKey = Map.groupBy(calls, ({ key }) => key);
  const took: number[] = [], ideal: number[] = [];
  for (const attempts of byKey.values()) {
    took.push(Math.max(...attempts.map((call) => call.endedAtMs)) - attempts[0]!.startedAtMs);
    ideal.push(attempts.reduce((sum, call) => sum + call.endedAtMs - call.startedAtMs, 0));
  }
  const [p99, idealP99] = [percentile(took, 0.99), percentile(ideal, 0.99)];
  assert(
    p99 <= 3 * idealP99,
    `p99 ${p99} ms from the first attempt to the last, of ${idealP99} ms at the server`,
  );
});
