/** Whatever happens to the consumers of a queue, each instance ends once, and what is done stays done. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Chain, chain, fn, type FunctionSpec, poisson, seededRandom } from "../../lib/model/mod.ts";
import { Producer } from "../../lib/produce/mod.ts";
import { noRecorder } from "../../lib/record/mod.ts";
import type { QueueDriver } from "../../lib/queue/mod.ts";
import { BROKEN, SHAKY, THROTTLED } from "../scheduler/builders.ts";
import { EventLog } from "./event_log.ts";
import { Orders } from "./orders.ts";
import type { Script } from "./scripted_platform.ts";
import { held } from "../queue/samples.ts";
import { idle } from "./virtual_clock.ts";
import { type Running, World } from "./world.ts";

const BLOWS = ["drain", "stop", "kill", "expire", "revoke"] as const;

/** Longer than any call takes. */
const ENOUGH_MS = 100;

const node = fc.record({
  after: fc.array(fc.nat({ max: 3 }), { maxLength: 2 }), // how far back
  onFailure: fc.constantFrom("fail", "skip", "continue"),
  once: fc.boolean(),
  calls: fc.boolean(), // a chain, or a function
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
      how: fc.constantFrom(...BLOWS),
      withinMs: fc.constantFrom(0, 10, ENOUGH_MS),
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
        nodes.forEach(({ after, onFailure, once, calls }, i) => {
          const before = [...new Set(after)].map((back) => i - 1 - back).filter((b) => b >= 0);
          const options = once ? { atMostOnce: true } : { retry: { firstDelay: "20ms" } };
          const inner = fn(`f${c}_${i}`, options);
          call(calls ? twice(`c${c}_${i}`, inner) : inner, {
            name: `n${i}`,
            after: before.map((b) => `n${b}`),
            onFailure,
          });
        });
      }),
    })),
  };
}

/** A chain that calls a function, and again after that. */
function twice(name: string, inner: FunctionSpec): Chain {
  return chain(
    name,
    ({ call }) => void call(inner, { name: "second", after: call(inner, { name: "first" }) }),
  );
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

/** Takes away from a consumer what it holds, as a driver does that divides a queue anew: it may hand that over in time. */
class Taker {
  readonly #world: World;
  readonly #orders = new Orders();
  readonly #owed = new Set<Set<string>>();
  readonly #timers: (() => void)[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  readonly alter = (queue: QueueDriver): Partial<QueueDriver> => ({
    ...this.#orders.alter(queue),
    pull: async (max, signal) => {
      const claims = await queue.pull(max, signal);
      this.#settle(claims.map(({ instance: { id } }) => id)); // it may keep what it has been given since
      return claims;
    },
    release: (held) => {
      this.#settle(held.map(({ instanceId }) => instanceId));
      return queue.release(held);
    },
  });

  #settle(ids: readonly string[]): void {
    for (const owed of this.#owed) for (const id of ids) owed.delete(id);
  }

  async revoke({ queue }: Running, withinMs: number): Promise<void> {
    const running = await Array.fromAsync(queue.list({ states: ["running"] }), ({ instance: { id } }) => id);
    const ids = running.filter((id) => !id.includes("/") && seededRandom(id).next() < 0.7);
    const owed = new Set(ids);
    this.#owed.add(owed);
    this.#orders.send({ kind: "revoked", ids, withinMs });
    await idle();
    const end = () => queue.release(held(...owed)).catch(({ code }) => assertEquals(code, "closed"));
    this.#timers.push(this.#world.clock.after(withinMs, end));
  }

  stop(): void {
    for (const cancel of this.#timers) cancel();
  }
}

async function play(scene: Scene): Promise<void> {
  const world = new World(scriptOf(scene));
  const { clock, queue } = world;
  const { alter } = new Watch(world);
  const logs: EventLog[] = [];
  const takers = new Map<Running, Taker>();
  const begin = () => {
    const recorder = new EventLog();
    logs.push(recorder);
    const taker = new Taker(world);
    const running = world.start({
      recorder,
      alter: (queue) => ({ ...alter(queue), ...taker.alter(queue) }),
      limits: { global: scene.limit },
      window: scene.window,
    });
    takers.set(running, taker);
    return running;
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
  for (const { afterMs, who, how, withinMs } of scene.blows) {
    await clock.pass(afterMs);
    const running = consumers[who]!;
    if (how === "revoke") await takers.get(running)!.revoke(running, withinMs);
    else if (await blow(world, running, how)) consumers[who] = begin();
  }
  const ids = await clock.run(produced);
  for (const taker of takers.values()) taker.stop();
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
    const lost = scene.blows.some(({ how }) => how === "expire" || how === "revoke");
    assert(lost || progress.every(({ state }) => state !== "started"));
  }
  const ends = logs.flatMap((log) => Object.keys(log.outcomes()));
  assertEquals(ends.length, new Set(ends).size, "each ends once");
  assertEquals([last.stats().instances, last.stats().running], [0, 0]);
  checkOnce(world);
  if (scene.blows.every(isGentle)) checkNothingTwice(world);
}

/** Whether it lets what is in flight end. */
function isGentle({ how, withinMs }: Scene["blows"][number]): boolean {
  return how === "drain" || (how === "revoke" && withinMs === ENOUGH_MS);
}

/** What has been answered is not asked again. */
function checkNothingTwice({ platform: { calls } }: World): void {
  const done = new Set<string>();
  for (const { instance, node, outcome } of calls) {
    assert(!done.has(`${instance}/${node}`), `${instance}/${node} is called again`);
    if (outcome?.kind === "ok") done.add(`${instance}/${node}`);
  }
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
async function blow(
  world: World,
  running: Running,
  how: Exclude<typeof BLOWS[number], "revoke">,
): Promise<boolean> {
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

Deno.test("drains, stops, crashes and lost leases and revocations: every instance ends once, and what is done stays done", async () => {
  await fc.assert(fc.asyncProperty(scene, play), { numRuns: 1000 });
});
