/** Whatever happens to the consumers of a queue, each instance ends once, and what is done stays done. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { chain, fn, poisson, seededRandom } from "../../lib/model/mod.ts";
import { Producer } from "../../lib/produce/mod.ts";
import { noRecorder } from "../../lib/record/mod.ts";
import type { QueueDriver } from "../../lib/queue/mod.ts";
import { BROKEN, SHAKY, THROTTLED } from "../scheduler/builders.ts";
import { EventLog } from "./event_log.ts";
import type { Script } from "./scripted_platform.ts";
import { idle } from "./virtual_clock.ts";
import { type Running, World } from "./world.ts";

const ENDS = ["drain", "stop", "kill", "expire"] as const;

const node = fc.record({
  after: fc.array(fc.nat({ max: 3 }), { maxLength: 2 }), // how far back
  onFailure: fc.constantFrom("fail", "skip", "continue"),
  once: fc.boolean(),
});

const scene = fc.record({
  chains: fc.array(fc.array(node, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 3 }),
  count: fc.integer({ min: 1, max: 30 }),
  trouble: fc.constantFrom(0, 0.1, 0.4),
  limit: fc.integer({ min: 1, max: 8 }),
  window: fc.integer({ min: 1, max: 20 }),
  blows: fc.array(
    fc.record({
      afterMs: fc.integer({ min: 0, max: 60 }),
      who: fc.nat({ max: 1 }),
      how: fc.constantFrom(...ENDS),
    }),
    { maxLength: 12 },
  ),
  seed: fc.string({ maxLength: 5 }),
});
type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

function workloadOf({ chains }: Scene) {
  return {
    chains: chains.map((nodes, c) => ({
      chain: chain(`c${c}`, ({ call }) => {
        nodes.forEach(({ after, onFailure, once }, i) => {
          const before = [...new Set(after)].map((back) => i - 1 - back).filter((b) => b >= 0);
          const options = once ? { atMostOnce: true } : { retry: { firstDelay: "20ms" } };
          call(fn(`f${c}_${i}`, options), {
            name: `n${i}`,
            after: before.map((b) => `n${b}`),
            onFailure,
          });
        });
      }),
    })),
  };
}

/** Some calls fail or are refused, all take their time. */
function scriptOf({ seed, trouble }: Scene): Script {
  const random = seededRandom(seed);
  return () => {
    const runMs = Math.floor(random.next() * 40);
    if (random.next() >= trouble) return { runMs };
    return { runMs, outcome: [BROKEN, SHAKY, SHAKY, THROTTLED, THROTTLED][Math.floor(random.next() * 5)]! };
  };
}

/** Looks after every write whether an output that was durable is another one now. */
class Watch {
  readonly durable = new Map<string, unknown>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    world.platform.onCall = ({ instance, node, inputs }) => {
      for (const [name, value] of Object.entries(inputs)) {
        assertEquals(
          this.durable.get(`${instance}/${name}`) ?? null,
          value,
          `an input of ${instance}/${node}`,
        );
      }
    };
  }

  readonly alter = (queue: QueueDriver): Partial<QueueDriver> => ({
    checkpoint: (progress) => this.#after(queue.checkpoint(progress), progress),
    finish: (results) => this.#after(queue.finish(results), results),
  });

  async #after(write: Promise<void>, items: readonly { readonly instanceId: string }[]): Promise<void> {
    try {
      await write;
    } finally {
      for (const { instanceId } of items) {
        const { instance: { chain }, progress } = await this.#world.view(instanceId);
        for (const { node, state, output } of progress) {
          if (state !== "ok") continue;
          const key = `${instanceId}/${chain.nodes[node]!.name}`;
          if (!this.durable.has(key)) this.durable.set(key, output);
          assertEquals(output, this.durable.get(key), key);
        }
      }
    }
  }
}

async function play(scene: Scene): Promise<void> {
  const world = new World(scriptOf(scene));
  const { clock, queue } = world;
  const { alter } = new Watch(world);
  const logs: EventLog[] = [];
  const begin = () => {
    const recorder = new EventLog();
    logs.push(recorder);
    return world.start({ recorder, alter, limits: { global: scene.limit }, window: scene.window });
  };
  const producer = new Producer({ queue, recorder: noRecorder, clock, ids: seededRandom(scene.seed) });
  const load = {
    workload: workloadOf(scene),
    arrivals: poisson(200),
    bounds: { count: scene.count },
    seed: scene.seed,
    labels: {},
  };
  const produced = producer.run(load, new AbortController().signal, true);
  const consumers = [begin(), begin()];
  for (const { afterMs, who, how } of scene.blows) {
    await clock.pass(afterMs);
    if (await blow(world, consumers[who]!, how)) consumers[who] = begin();
  }
  const ids = await clock.run(produced);
  for (const running of consumers) await blow(world, running, "drain");
  const recorder = new EventLog();
  logs.push(recorder);
  const last = await world.consume({ recorder, alter });

  assertEquals(ids.length, scene.count);
  for (const id of ids) {
    const { state, progress, instance: { chain } } = await world.view(id);
    assert(state === "completed" || state === "failed", `${id} is ${state}`);
    if (state === "completed") assertEquals(progress.length, chain.nodes.length);
    // Of what was lost while it was about to be called, the start may be all that is known.
    const lost = scene.blows.some(({ how }) => how === "expire");
    assert(lost || progress.every(({ state }) => state !== "started"));
  }
  const ends = logs.flatMap((log) => Object.keys(log.outcomes()));
  assertEquals(ends.length, new Set(ends).size, "each ends once");
  assertEquals([last.stats().instances, last.stats().running], [0, 0]);
  checkOnce(world);
}

/** What may run once only is called again only after it was refused. */
function checkOnce({ platform: { calls } }: World): void {
  const called = new Set<string>();
  for (const { instance, node, outcome, once } of calls) {
    if (!once) continue;
    assert(!called.has(`${instance}/${node}`), `${instance}/${node} is called again`);
    if (outcome?.kind !== "throttled") called.add(`${instance}/${node}`);
  }
}

/** @returns whether the consumer has ended */
async function blow(world: World, running: Running, how: typeof ENDS[number]): Promise<boolean> {
  if (how === "expire") {
    world.memory.expire(running.queue);
    await idle();
    return false;
  }
  if (how === "kill") world.kill(running);
  else {
    running[how].abort();
    await world.end(running);
    await running.queue[Symbol.asyncDispose]();
  }
  return true;
}

Deno.test("drains, stops, crashes and lost leases: every instance ends once, and what is done stays done", async () => {
  await fc.assert(fc.asyncProperty(scene, play), { numRuns: 1000 });
});
