import { chain, fn, type Instance, instanceMaker, NULL, realClock, seededRandom } from "../lib/model/mod.ts";
import type { QueueDriver } from "../lib/queue/mod.ts";
import { openSqliteQueue } from "../lib/queue/sqlite/mod.ts";
import { type Figure, median } from "./figures.ts";

const INSTANCES = 100_000;
const BATCH = 1000;
const ROUNDS = 3;

/**
 * The SQLite queue on a file in the current folder's file system, with a commit to the disk for each batch: the median of
 * some rounds on one growing file.
 */
export async function queueBench(): Promise<Figure[]> {
  const folder = await Deno.makeTempDir({ dir: ".", prefix: ".bench-" });
  try {
    await using queue = await openSqliteQueue({ path: `${folder}/queue.db`, clock: realClock });
    const rates: { push: number; finish: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const batches = batchesOf(round);
      rates.push({ push: await push(queue, batches), finish: await pullAndFinish(queue) });
    }
    return [
      {
        name: `push, in batches of ${BATCH.toLocaleString("en")}`,
        value: median(rates.map(({ push }) => push)),
        unit: "instances/s",
        atLeast: 100_000,
      },
      {
        name: `pull and finish, in batches of ${BATCH.toLocaleString("en")}`,
        value: median(rates.map(({ finish }) => finish)),
        unit: "instances/s",
        atLeast: 40_000,
      },
      {
        name: "push, one at a time, each durable before the next",
        value: await pushSingly(queue),
        unit: "instances/s",
      },
    ];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const single = chain("single", ({ call }) => void call(fn("only")));

function batchesOf(seed: number): Instance[][] {
  const make = instanceMaker(seededRandom(seed));
  const all = Array.from({ length: INSTANCES }, () => make({ chain: single }, realClock.nowMs()));
  return Array.from({ length: INSTANCES / BATCH }, (_, i) => all.slice(i * BATCH, (i + 1) * BATCH));
}

async function push(queue: QueueDriver, batches: readonly Instance[][]): Promise<number> {
  return await ratePerS(INSTANCES, async () => {
    for (const batch of batches) await queue.push(batch);
  });
}

async function pullAndFinish(queue: QueueDriver): Promise<number> {
  const { signal } = new AbortController();
  return await ratePerS(INSTANCES, async () => {
    for (let done = 0; done < INSTANCES;) {
      const claims = await queue.pull(BATCH, signal);
      const endedAtMs = realClock.nowMs();
      await queue.finish(claims.map(({ instance }) => ({
        instanceId: instance.id,
        outcome: "completed",
        records: [{ node: 0, state: "ok", attempts: 1, output: NULL }],
        endedAtMs,
        output: NULL,
      })));
      done += claims.length;
    }
  });
}

async function pushSingly(queue: QueueDriver): Promise<number> {
  const [batch] = batchesOf(ROUNDS);
  return await ratePerS(batch!.length, async () => {
    for (const instance of batch!) await queue.push([instance]);
  });
}

async function ratePerS(count: number, work: () => Promise<void>): Promise<number> {
  const startMs = realClock.nowMs();
  await work();
  return count / (realClock.nowMs() - startMs) * 1000;
}

// deno-lint-ignore no-console
if (import.meta.main) console.table(await queueBench());
