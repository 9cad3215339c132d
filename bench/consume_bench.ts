// deno-lint-ignore-file no-console -- a program: what it prints is its result
/** How many zero-work functions a second `consume` runs from sqlite over real HTTP, beside a bare `fetch` loop. */
import { type Chain, chain, fn, instanceMaker, policyOf, realClock, Scheduler, seededRandom } from "sequoia";
import { Consumer } from "../lib/consume/mod.ts";
import { HttpPlatform } from "../lib/platform/mod.ts";
import { openQueue } from "../lib/queue/mod.ts";
import { openRunLog, RUN_SCHEMA } from "../lib/record/mod.ts";
import { type Figure, median } from "./figures.ts";

const CONCURRENCY = 256;
const CALLS = 40_000;
const ROUNDS = 3;

/** Starts the server in its own process. */
async function startServer(): Promise<{ readonly url: string } & AsyncDisposable> {
  const child = new Deno.Command(Deno.execPath(), { args: ["run", "-A", "bench/server.ts"], stdout: "piped" })
    .spawn();
  const { value = "" } = await child.stdout.pipeThrough(new TextDecoderStream()).values({
    preventCancel: true,
  }).next();
  const end = async () => {
    child.kill();
    await child.status;
  };
  return { url: `http://127.0.0.1:${value.trim()}/f`, [Symbol.asyncDispose]: end };
}

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

/** Calls a second of a consumer that works off a queue of instances of one chain. */
async function consume(of: Chain, folder: string): Promise<number> {
  await using queue = await openQueue(`sqlite:${folder}/${of.name}-${crypto.randomUUID()}.db`, {
    clock: realClock,
  });
  const make = instanceMaker(seededRandom(1));
  const instances = Math.ceil(CALLS / of.nodes.length);
  for (let done = 0; done < instances; done += 1000) {
    await queue.push(
      Array.from({ length: Math.min(1000, instances - done) }, () => make({ chain: of }, realClock.nowMs())),
    );
  }
  await using recorder = await openRunLog(`${folder}/run.json`, {
    schema: RUN_SCHEMA,
    command: "consume",
    version: "bench",
    startedAtMs: realClock.nowMs(),
  });
  const scheduler = new Scheduler({
    policy: policyOf("fair-share"),
    limits: { global: CONCURRENCY },
    random: seededRandom(1),
  });
  await using platform = new HttpPlatform({ clock: realClock, local: { resolve: () => "", lost() {} } });
  const consumer = new Consumer({ queue, scheduler, platform, recorder, clock: realClock, untilEmpty: true });
  const never = new AbortController().signal;
  const start = performance.now();
  await consumer.run(never, never);
  return instances * of.nodes.length / (performance.now() - start) * 1000;
}

/** Measures both in turn, several times, and compares their middles. */
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
  const folder = await Deno.makeTempDir({ dir: "." });
  const bare: number[] = [], singles: number[] = [], fans: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      bare.push(await bareLoop(server.url));
      singles.push(await consume(single, folder));
      fans.push(await consume(fan, folder));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return [
    { name: "bare fetch loop", value: median(bare), unit: "calls/s" },
    { name: "consume, chains of one function", value: median(singles), unit: "calls/s" },
    { name: "consume, fans of seven", value: median(fans), unit: "calls/s" },
    {
      name: "consume ÷ bare loop, one function",
      value: median(singles) / median(bare),
      unit: "",
      atLeast: 0.5,
    },
    { name: "consume ÷ bare loop, fans", value: median(fans) / median(bare), unit: "", atLeast: 0.5 },
  ];
}

if (import.meta.main) { for (const { name, value } of await consumeBench()) console.log(name, value); }
