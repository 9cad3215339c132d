// deno-lint-ignore-file no-console -- a program: what it prints is its result
/** The cost of being watched: calls a second of `consume` that counts its work and shows it, for those of one that does not, in turns. */
import { chain, fn } from "sequoia";
import { listenBeside } from "../cli/consume/listening.ts";
import type { Consumer } from "../lib/consume/mod.ts";
import { realClock, systemRandom } from "../lib/model/mod.ts";
import { HttpPlatform } from "../lib/platform/mod.ts";
import { openQueue } from "../lib/queue/mod.ts";
import { CALLS, startServer, type Work, workOff } from "./calls.ts";
import { type Figure, median } from "./figures.ts";

const ROUNDS = 5;
const VIEWERS = 50;
/** Values of the label that are told apart: each has a row of its own in every record and view. */
const TENANTS = 40;

/** Starts viewers in a process of their own; they end with the scope. @returns once all of them have seen the queue */
async function watch(url: string, viewers: number): Promise<AsyncDisposable> {
  const args = ["run", "-A", "bench/viewers.ts", url, `${viewers}`];
  const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
  await child.stdout.pipeThrough(new TextDecoderStream()).values({ preventCancel: true }).next();
  return {
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.status;
    },
  };
}

/** Measures a consumer that is not counted, one that counts, and one that also serves the metrics and one viewer, or many. */
export async function liveBench(): Promise<Figure[]> {
  await using server = await startServer();
  const f = fn("f", { url: server.url });
  const single = chain("single", ({ call }) => {
    call(f);
  });
  const folder = await Deno.makeTempDir({ dir: ".", prefix: ".bench-" });
  const run = async (more: Partial<Work>) => {
    await using platform = new HttpPlatform({ clock: realClock, local: { resolve: () => "", lost() {} } });
    await using queue = await openQueue(`sqlite:${folder}/${crypto.randomUUID()}.db`, { clock: realClock });
    const labels = (i: number) => ({ tenant: `tenant${i % TENANTS}` });
    return await workOff(queue, { of: single, instances: CALLS, folder, platform, labels, ...more });
  };
  const about = { host: "bench", pid: 1, version: "bench" };
  const watched = (viewers: number): Partial<Work> => ({
    about,
    beside: async (consumer: Consumer, queue) => {
      const stack = new AsyncDisposableStack();
      const address = { hostname: "127.0.0.1", port: 0 };
      const parts = { consumer, queue, clock: realClock, random: systemRandom(), version: "bench" };
      const listening = stack.use(await listenBeside({ ...address, ...parts, onError: console.error }));
      stack.use(await watch(listening.url, viewers));
      return stack;
    },
  });
  const counting: number[] = [], one: number[] = [], many: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const without = await run({});
      counting.push(await run({ about }) / without);
      one.push(await run(watched(1)) / without);
      many.push(await run(watched(VIEWERS)) / without);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return [
    { name: "calls while counted ÷ not counted", value: median(counting), unit: "" },
    { name: "calls with page and metrics ÷ not counted", value: median(one), unit: "", atLeast: 0.95 },
    { name: `calls with ${VIEWERS} viewers ÷ not counted`, value: median(many), unit: "", atLeast: 0.9 },
  ];
}

if (import.meta.main) { for (const { name, value } of await liveBench()) console.log(name, value); }
