import {
  type Chain,
  chain,
  fn,
  instanceMaker,
  type Json,
  realClock,
  seededRandom,
  writeJson,
} from "../lib/model/mod.ts";
import { Consumer } from "../lib/consume/mod.ts";
import type { Answer, Call, Platform } from "../lib/platform/mod.ts";
import { policyOf } from "../lib/policies/mod.ts";
import { openQueue } from "../lib/queue/mod.ts";
import { noRecorder } from "../lib/record/mod.ts";
import { Scheduler } from "../lib/scheduler/mod.ts";
import { type Figure, median } from "./figures.ts";

const ROUNDS = 5;
const INSTANCES = 3000;
const ITEMS = 10_000;

/** Answers at once, so that only Sequoia's own work is measured; notes when the first call of each node came. */
class InstantPlatform implements Platform {
  readonly name = "instant";
  readonly firstAtMs = new Map<string, number>();
  readonly #list: Json;

  /** @param items how long the list is that the function "list" answers */
  constructor(items: number) {
    this.#list = Array.from({ length: items }, (_, i) => ({ name: `file-${i}` }));
  }

  invoke({ instance, node }: Call): Promise<Answer> {
    const { name } = instance.chain.nodes[node]!;
    if (!this.firstAtMs.has(name)) this.firstAtMs.set(name, performance.now());
    const output = name === "list" ? this.#list : { score: 7, name: "a" };
    return Promise.resolve({ outcome: { kind: "ok", output: writeJson(output) }, status: 200, cold: false });
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

interface Ran {
  readonly ms: number;
  readonly platform: InstantPlatform;
  readonly startedAtMs: number;
}

/** Consumes instances of a chain from a SQLite queue. */
async function consume(of: Chain, instances: number, items: number, folder: string): Promise<Ran> {
  await using queue = await openQueue(`sqlite:${folder}/${crypto.randomUUID()}.db`, { clock: realClock });
  const make = instanceMaker(seededRandom(1));
  await queue.push(Array.from({ length: instances }, () => make({ chain: of }, realClock.nowMs())));
  const platform = new InstantPlatform(items);
  const scheduler = new Scheduler({
    policy: policyOf("running-first"),
    limits: { global: 256 },
    random: seededRandom(1),
  });
  const consumer = new Consumer({
    ...{ queue, scheduler, platform, recorder: noRecorder, clock: realClock },
    untilEmpty: true,
  });
  const never = new AbortController().signal;
  const startedAtMs = performance.now();
  await consumer.run(never, never);
  return { ms: performance.now() - startedAtMs, platform, startedAtMs };
}

const f = fn("f");

const plain = chain("plain", ({ call }) => {
  call(f, { name: "b", after: call(f, { name: "a" }), args: { score: 1, who: "x" } });
});
const deciding = chain("deciding", ({ call }) => {
  call(f, {
    ...{ name: "b", after: call(f, { name: "a" }), when: "inputs.a.score > 5" },
    args: { score: "{% inputs.a.score * 2 %}", who: "{% instance.id & '/' & inputs.a.name %}" },
  });
});
const mapping = chain("mapping", ({ call }) => {
  call(f, { name: "each", after: call(f, { name: "list" }), map: "inputs.list" });
});

/** A chain of a number of nodes: a fan after the first. */
function fan(nodes: number): Chain {
  return chain("fan", ({ call }) => {
    const first = call(f, { name: "first" });
    for (let i = 1; i < nodes; i++) call(f, { name: `n${i}`, after: first });
  });
}

/** Measures the cost of conditions, templates and maps. */
export async function decidingBench(): Promise<Figure[]> {
  const folder = await Deno.makeTempDir();
  const extra: number[] = [], mapStart: number[] = [], mapGrowth: number[] = [], perItem: number[] = [];
  const fanStart: number[] = [], fanGrowth: number[] = [];
  const large = fan(ITEMS), small = fan(ITEMS / 10);
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const [without, with_] = [
        await consume(plain, INSTANCES, 0, folder),
        await consume(deciding, INSTANCES, 0, folder),
      ];
      extra.push((with_.ms - without.ms) / INSTANCES * 1000);
      const few = await consume(mapping, 1, ITEMS / 10, folder),
        many = await consume(mapping, 1, ITEMS, folder);
      const at = many.platform.firstAtMs;
      mapStart.push(at.get("each")! - at.get("list")!);
      mapGrowth.push(many.ms / few.ms / 10);
      perItem.push(many.ms / ITEMS * 1000);
      const [less, more] = [await consume(small, 1, 0, folder), await consume(large, 1, 0, folder)];
      fanStart.push(more.platform.firstAtMs.get("first")! - more.startedAtMs);
      fanGrowth.push(more.ms / less.ms / 10);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return [
    { name: "a condition and two templates", value: median(extra), unit: "µs more", atMost: 50 },
    { name: "map of 10,000: list answered to first call", value: median(mapStart), unit: "ms", atMost: 50 },
    { name: "map of 10,000, each item", value: median(perItem), unit: "µs" },
    { name: "map of 10,000 ÷ map of 1,000, per item", value: median(mapGrowth), unit: "", atMost: 1.3 },
    { name: "chain of 10,000 nodes: start to first call", value: median(fanStart), unit: "ms", atMost: 50 },
    { name: "chain of 10,000 ÷ of 1,000, per node", value: median(fanGrowth), unit: "", atMost: 1.3 },
  ];
}
