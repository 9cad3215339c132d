// deno-lint-ignore-file no-console -- a program: what it prints is its result
/** The number of zero-work functions that `consume` runs a second from sqlite over real HTTP, beside a bare `fetch` loop. */
import process from "node:process";
import { chain, fn, type FunctionDefinition, seededRandom } from "sequoia";
import { instanceMaker, NO_ARGS, realClock, Stop } from "../lib/model/mod.ts";
import { HttpPlatform } from "../lib/platform/mod.ts";
import { burst, CALLS, calls, CONCURRENCY, startServer } from "./calls.ts";
import { type Figure, median } from "./figures.ts";

const ROUNDS = 5;
/** Calls of a burst, how long each takes in milliseconds, and the ceiling under which they run: that of the command line. */
const BURST = { calls: 20_000, eachMs: 20, limit: 1000 };

/** Calls a second of a loop that does nothing but fetch: the same requests as the consumer's. */
async function bareLoop(url: string): Promise<number> {
  let left = CALLS;
  const start = performance.now();
  await Promise.all(Array.from({ length: CONCURRENCY }, async () => {
    while (left-- > 0) {
      const key = `01JD0000000000000000000000/${left}`;
      const headers = {
        "content-type": "application/json",
        "idempotency-key": key,
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "x-sequoia-attempt": "1",
      };
      const event = {
        id: key,
        name: "functionSide",
        ip: "127.0.0.1",
        port: 0,
        chain: "single",
        instance: key,
        node: "f",
      };
      const body = JSON.stringify({ ...event, attempt: 1, args: {}, inputs: {} });
      await (await fetch(url, { method: "POST", body, headers })).json();
    }
  }));
  return CALLS / (performance.now() - start) * 1000;
}

/** Measures the CPU time of this process for a call that only the HTTP platform makes, in microseconds. */
async function clientCpuUs(f: FunctionDefinition): Promise<number> {
  await using platform = new HttpPlatform({ clock: realClock, local: { resolve: () => "" } });
  const single = chain("single", ({ call }) => {
    call(f);
  });
  const instance = instanceMaker(seededRandom(1))({ chain: single }, realClock.nowMs());
  const call = { spec: f, instance, node: 0, attempt: 1, args: NO_ARGS, inputs: {} };
  const stop = new Stop();
  const make = async (count: number): Promise<void> => {
    let left = count;
    await Promise.all(Array.from({ length: CONCURRENCY }, async () => {
      while (left-- > 0) {
        const { outcome } = await platform.invoke(call, stop);
        if (outcome.kind !== "ok") throw new Error(`a call ended with ${JSON.stringify(outcome)}`);
      }
    }));
  };
  await make(CALLS / 8);
  const before = process.cpuUsage();
  await make(CALLS);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CALLS;
}

/** Measures the cost for a burst of finding out that a platform scales, as the ratio to a fixed limit in each round. */
async function burstRatios(folder: string): Promise<number[]> {
  await using server = await startServer(BURST.eachMs);
  const f = fn("f", { url: server.url });
  const single = chain("single", ({ call }) => {
    call(f);
  });
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const found = await burst(single, folder, BURST.calls, { global: BURST.limit });
    ratios.push(found / await burst(single, folder, BURST.calls, { global: BURST.limit, fixed: true }));
  }
  return ratios;
}

/** Measures all in turn, several times, and takes the middles: of ratios, that of each turn's, as the machine's load changes. */
export async function consumeBench(): Promise<Figure[]> {
  await using server = await startServer();
  const f = fn("f", { url: server.url });
  const single = chain("single", ({ call }) => {
    call(f);
  });
  const fan = chain("fan", ({ call }) => {
    const start = call(f, { name: "start" });
    for (let i = 0; i < 7; i++) call(f, { name: `f${i}`, after: start });
  });
  const folder = await Deno.makeTempDir({ dir: ".", prefix: ".bench-" });
  const bare: number[] = [], singles: number[] = [], fans: number[] = [], cpu: number[] = [];
  let bursts: readonly number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      bare.push(await bareLoop(server.url));
      singles.push(await calls(single, folder));
      fans.push(await calls(fan, folder));
      cpu.push(await clientCpuUs(f));
    }
    bursts = await burstRatios(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return [
    { name: "bare fetch loop", value: median(bare), unit: "calls/s" },
    { name: "consume, chains of one function", value: median(singles), unit: "calls/s" },
    { name: "consume, fans of seven", value: median(fans), unit: "calls/s" },
    {
      name: "consume ÷ bare loop, one function",
      value: median(singles.map((value, i) => value / bare[i]!)),
      unit: "",
      atLeast: 1,
    },
    {
      name: "consume ÷ bare loop, fans",
      value: median(fans.map((value, i) => value / bare[i]!)),
      unit: "",
      atLeast: 1.1,
    },
    { name: "burst of 20 ms calls, limit found ÷ fixed", value: median(bursts), unit: "", atLeast: 0.9 },
    { name: "client CPU per call", value: median(cpu), unit: "µs", atMost: 40 },
  ];
}

if (import.meta.main) { for (const { name, value } of await consumeBench()) console.log(name, value); }
