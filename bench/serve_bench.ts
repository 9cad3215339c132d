import { openSqliteQueue } from "../lib/queue/sqlite/mod.ts";
import { chain, fn, instanceMaker, realClock, seededRandom, writeJson } from "../lib/model/mod.ts";
import { deployed, serving } from "../tests/e2e/api.ts";
import { folder, run, Running } from "../tests/e2e/sequoia.ts";
import { startServer } from "./calls.ts";
import type { Figure } from "./figures.ts";

/** Submissions one by one: their rate per second, and for how long. */
const RATE_PER_S = 1000, SECONDS = 8;
/** Most requests under way: each has a connection. */
const MOST_OPEN = 400;
/** Lists: their length, and the number of them at a time. */
const BATCH = 1000, BATCHES = 60, AT_A_TIME = 4;

/** Submissions that wait for their result, and the time between two of them: everybody has gone idle by then. */
const AWAITED = 80, IDLE_MS = 300;

/** From a submission over HTTP to its result in the same answer, one at a time: a server, a consumer, and a function over HTTP. */
export async function idleServeBench(): Promise<Figure[]> {
  await using functions = await startServer();
  const workload = `import { chain, fn } from "sequoia";
export default chain("one", ({ call }) => call(fn("f", { url: "${functions.url}" })));`;
  await using at = await folder({ "one.ts": workload });
  const { code, stderr } = await run(["deploy", "one.ts"], at);
  if (code !== 0) throw new Error(stderr);
  await using api = await serving(at);
  await using _consumer = new Running(["consume", "--out", "none"], at);
  const tookMs: number[] = [];
  for (let i = 0; i < AWAITED; i++) {
    const sinceMs = realClock.nowMs();
    const response = await fetch(`${api.url}/v1/chains/one?wait=30s`, {
      method: "POST",
      headers: JSON_TYPE,
      body: '{"args":{"n":1}}',
    });
    const { instance: { state } } = await response.json();
    if (state !== "completed") throw new Error(`answered ${state} with ${response.status}`);
    tookMs.push(realClock.nowMs() - sinceMs);
    await realClock.until(realClock.nowMs() + IDLE_MS);
  }
  const sorted = tookMs.slice(10).toSorted((a, b) => a - b); // the first ones find everything being started
  return [
    {
      name: "submit → result over HTTP, idle, p50",
      value: sorted[Math.floor(sorted.length / 2)]!,
      unit: "ms",
      atMost: 15,
    },
    {
      name: "submit → result over HTTP, idle, p90",
      value: sorted[Math.floor(sorted.length * 0.9)]!,
      unit: "ms",
    },
  ];
}

/** Durable submissions over HTTP to the real program, on a SQLite queue. */
export async function serveBench(): Promise<Figure[]> {
  await using at = await deployed();
  await using api = await serving(at);
  const overHttp = await batches(api.url), raw = await rawPush(); // they warm the server up, too
  const { p50, p99 } = await steady(api.url);
  return [
    { name: `submit over HTTP at ${RATE_PER_S}/s, p50`, value: p50, unit: "ms", atMost: 5 },
    { name: `submit over HTTP at ${RATE_PER_S}/s, p99`, value: p99, unit: "ms", atMost: 25 },
    { name: `submit over HTTP in lists of ${BATCH}`, value: overHttp, unit: "instances/s" },
    { name: "the same, as a part of the queue's own push", value: overHttp / raw, unit: "", atLeast: 0.5 },
  ];
}

/** Latencies from the intended times on, so that a late send hides nothing. */
async function steady(url: string): Promise<{ readonly p50: number; readonly p99: number }> {
  const tookMs: number[] = [], open = new Set<Promise<void>>(), startMs = realClock.nowMs() + 100;
  const submit = async (intendedMs: number) => {
    const response = await fetch(`${url}/v1/chains/hello`, {
      method: "POST",
      headers: JSON_TYPE,
      body: '{"args":{"n":1}}',
    });
    await response.body?.cancel();
    if (response.status !== 201) throw new Error(`answered with ${response.status}`);
    tookMs.push(realClock.nowMs() - intendedMs);
  };
  for (let i = 0; i < RATE_PER_S * SECONDS; i++) {
    const intendedMs = startMs + i * 1000 / RATE_PER_S;
    await realClock.until(intendedMs);
    if (open.size >= MOST_OPEN) await Promise.race(open); // what waits here counts, too
    const one = submit(intendedMs).finally(() => open.delete(one));
    open.add(one);
  }
  await Promise.all(open);
  const sorted = tookMs.slice(RATE_PER_S).toSorted((a, b) => a - b); // the first second warms up
  const at = (part: number) => sorted[Math.floor(sorted.length * part)]!;
  return { p50: at(0.5), p99: at(0.99) };
}

const JSON_TYPE = { "content-type": "application/json" };

async function batches(url: string): Promise<number> {
  const body = JSON.stringify(Array.from({ length: BATCH }, () => ({ args: { n: 1 } })));
  const send = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const response = await fetch(`${url}/v1/chains/hello`, { method: "POST", headers: JSON_TYPE, body });
      await response.body?.cancel();
      if (response.status !== 201) throw new Error(`answered with ${response.status}`);
    }
  };
  await send(5);
  const sinceMs = realClock.nowMs();
  await Promise.all(Array.from({ length: AT_A_TIME }, () => send(BATCHES / AT_A_TIME)));
  return BATCH * BATCHES / ((realClock.nowMs() - sinceMs) / 1000);
}

/** The rate of the queue itself, with the same instances. */
async function rawPush(): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "sequoia-bench-" });
  try {
    await using queue = await openSqliteQueue({ path: `${folder}/queue.db`, clock: realClock });
    const make = instanceMaker(seededRandom(1)),
      single = chain("hello", ({ call }) => void call(fn("greet")));
    const args = writeJson({ n: 1 });
    const all = Array.from(
      { length: BATCHES },
      () => Array.from({ length: BATCH }, () => make({ chain: single }, realClock.nowMs(), { args })),
    );
    const sinceMs = realClock.nowMs();
    for (const batch of all) await queue.push(batch);
    return BATCH * BATCHES / ((realClock.nowMs() - sinceMs) / 1000);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
