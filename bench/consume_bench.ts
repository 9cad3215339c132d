// deno-lint-ignore-file no-console -- a program: what it prints is its result
/** How many zero-work functions a second `consume` runs from sqlite over real HTTP, beside a bare `fetch` loop. */
import { chain, fn } from "sequoia";
import { CALLS, calls, CONCURRENCY, startServer } from "./calls.ts";
import { type Figure, median } from "./figures.ts";

const ROUNDS = 3;

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
  const folder = await Deno.makeTempDir({ dir: ".", prefix: ".bench-" });
  const bare: number[] = [], singles: number[] = [], fans: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      bare.push(await bareLoop(server.url));
      singles.push(await calls(single, folder));
      fans.push(await calls(fan, folder));
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
