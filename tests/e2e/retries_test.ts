/** Retries on the real clock, before a function server that logs its calls; what takes time is compared within the same run. */
import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../lib/model/mod.ts";
import { folder, run, Running } from "./sequoia.ts";

const CALL_MS = 50;
const SLOTS = 20;

interface Call {
  /** Of the URL. */
  readonly path: string;
  readonly key: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly isWell: boolean;
}

/** Functions, by the paths of their URLs, whose calls end well or not, as is decided at the end of each. */
function server(isWell: (path: string) => boolean) {
  const calls: Call[] = [];
  let told = () => {};
  const http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const startedAtMs = performance.now(), key = request.headers.get("idempotency-key")!;
    const path = new URL(request.url).pathname;
    await request.body?.cancel();
    await new Promise<void>((resolve) => setTimeout(resolve, CALL_MS));
    const call: Call = { path, key, startedAtMs, endedAtMs: performance.now(), isWell: isWell(path) };
    calls.push(call);
    told();
    return call.isWell ? Response.json(1) : new Response(null, { status: 500 });
  });
  return {
    url: `http://127.0.0.1:${http.addr.port}/f`,
    calls,
    /** Resolves with all calls when this number have ended well. */
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

/** Two of three instances call `f`, the others `f/steady`, with the same rule of retries. */
const mixed = (url: string) =>
  `import { chain, fn, workload } from "sequoia";
const rule = { attempts: 10, retry: { firstDelay: "20ms", maxDelay: "1s" } };
const one = (name, url) => chain(name, ({ call }) => { call(fn(name, { url, ...rule })); });
export default workload({
  chains: [{ chain: one("f", "${url}"), weight: 2 }, { chain: one("steady", "${url}/steady"), weight: 1 }],
});`;

Deno.test("sequoia consume lets no chain wait long where a quarter of all calls fail", async () => {
  // A tenth of steady's calls fail, which no budget holds back: its retries show how fast this machine can retry.
  const COUNT = 1800, FAIL = { f: 0.25, steady: 0.1 };
  const perInstance = (2 / (1 - FAIL.f) + 1 / (1 - FAIL.steady)) / 3;
  const random = seededRandom(1);
  await using functions = server((path) => random.next() >= (path === "/f" ? FAIL.f : FAIL.steady));
  await using at = await folder({ "w.ts": mixed(functions.url) });
  const urls = ["--allow-url", `${functions.url}/*`];
  await using _consumer = new Running([...consume(functions.url), ...urls], at);
  const load = ["--poisson", String(0.63 * SLOTS * 1000 / CALL_MS / perInstance), "--count", String(COUNT)];
  const produced = run(["produce", "w.ts", ...load, "--seed", "1"], at);
  const calls = await functions.well(COUNT);
  assertEquals((await produced).code, 0);

  const chains = [...Map.groupBy(calls, ({ key }) => key).values()].map(inOrder);
  const [steady, f] = parted(chains, ([first]) => first!.path !== "/f");
  const usualGapMs = percentile(steady.flatMap(gapsOf), 0.9);
  const p99 = percentile(f.map((all) => all.at(-1)!.endedAtMs - all[0]!.startedAtMs), 0.99);
  const idealP99 = percentile(f.map((all) => serverMs(all) + (all.length - 1) * usualGapMs), 0.99);
  assert(
    p99 <= 2 * idealP99,
    `p99 ${p99} ms from the first attempt to the last, of ${idealP99} ms if each retry started within ${usualGapMs} ms`,
  );
});

function inOrder(attempts: readonly Call[]): Call[] {
  return attempts.toSorted((a, b) => a.startedAtMs - b.startedAtMs);
}

function parted<T>(all: readonly T[], isFirst: (one: T) => boolean): [first: T[], second: T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}

/** The times between the end of each attempt and the start of the next, in milliseconds. */
function gapsOf(attempts: readonly Call[]): number[] {
  return attempts.slice(1).map(({ startedAtMs }, i) => startedAtMs - attempts[i]!.endedAtMs);
}

function serverMs(attempts: readonly Call[]): number {
  return attempts.reduce((sum, { startedAtMs, endedAtMs }) => sum + endedAtMs - startedAtMs, 0);
}
