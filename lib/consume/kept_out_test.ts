import { assert, assertEquals } from "@std/assert";
import { chosen } from "../../tests/lanes.ts";
import { sqliteStore } from "../../tests/programs/chaos/stores.ts";
import type { Script } from "../../tests/programs/scripted_platform.ts";
import { numbered, type Setup, World } from "../../tests/programs/world.ts";
import { instanceOf, linear, SHAKY, THROTTLED } from "../../tests/scheduler/builders.ts";
import { type Chain, chain, fn } from "../model/mod.ts";
import type { QueueDriver } from "../queue/mod.ts";

const MANY = 2000;
const BLOCKED = 12;
const names = Array.from({ length: BLOCKED }, (_, i) => `f${i}`);
const isBlocked = (name: string) => names.includes(name);
const each = <T>(value: T) => Object.fromEntries(names.map((name) => [name, value]));

/** A reason that keeps functions from starting. */
interface Reason {
  readonly script?: Script;
  readonly setup?: Setup;
  readonly isPaused?: boolean;
}

const HOUR_MS = 3_600_000;

const REASONS: Readonly<Record<string, Reason>> = {
  "paused": { isPaused: true },
  "at their limits": {
    script: ({ spec: { name } }) => isBlocked(name) ? { runMs: HOUR_MS } : undefined,
    setup: { limits: { functions: each(1) } },
  },
  "over their rates": { setup: { limits: { functionRates: each(0.001) } } },
  "out of retry budget": {
    script: ({ spec: { name } }) => isBlocked(name) ? { outcome: SHAKY } : undefined,
  },
  "served by nobody": {
    script: ({ spec: { name } }) =>
      isBlocked(name) ? { runMs: 1, outcome: { kind: "unserved", reason: "nobody is there" } } : undefined,
  },
};

/** The queued instances that may not start, or may not go on. */
type Shape = (i: number) => { readonly chain: Chain; readonly labels?: Record<string, string> };

const single = names.map((name) =>
  chain(`big-${name}`, ({ call }) => void call(fn(name, { attempts: 100 })))
);
const second = names.map((name) =>
  chain(`late-${name}`, ({ call }) => void call(fn(name, { attempts: 100 }), { after: call(fn("first")) }))
);

const SHAPES: Readonly<Record<string, Shape>> = {
  "of one kind": () => ({ chain: single[0]! }),
  "of a kind each": (i) => ({ chain: single[0]!, labels: { tenant: `${i}` } }),
  "of a dozen chains": (i) => ({ chain: single[i % BLOCKED]! }),
  "of a dozen chains that have begun": (i) => ({ chain: second[i % BLOCKED]!, labels: { tenant: `${i}` } }),
};

const small = linear("small", 1);

async function completed(world: World): Promise<number> {
  return (await Array.fromAsync(world.queue.list({ states: ["completed"], chain: "small" }))).length;
}

interface Scene extends Reason {
  readonly world: World;
  readonly connection?: QueueDriver;
  readonly many: number;
  readonly shape: Shape;
}

/** Queues what may not start, and others behind it; and yet others, when a consumer has been at work for a while. */
async function startsOthers({ world, connection, many, shape, setup, isPaused }: Scene): Promise<void> {
  if (isPaused) {
    for (const name of names) await world.queue.request({ kind: "pause", pause: { function: name } });
  }
  const instances = Array.from({ length: many }, (_, i) => {
    const { chain, labels = {} } = shape(i);
    return instanceOf(chain, `b${i}`, { labels, submittedAtMs: world.clock.nowMs() });
  });
  await world.clock.run(world.queue.push(instances));
  await world.clock.run(world.push(small, numbered(5, "before")));
  const running = world.start({ window: 50, ...connection && { connection }, ...setup });
  await world.clock.pass(2000);
  assertEquals(await completed(world), 5, "what was behind them");
  await world.clock.run(world.push(small, numbered(5, "after")));
  await world.clock.pass(2000);
  assertEquals(await completed(world), 10, "what came later");
  running.stop.abort();
  await world.end(running);
}

for (const [reason, why] of chosen(Object.entries(REASONS))) {
  for (const [name, shape] of Object.entries(SHAPES)) {
    Deno.test(`Consumer.run() starts others within 2 s though thousands ${name} are ${reason}`, async () => {
      await startsOthers({ ...why, shape, world: new World(why.script), many: MANY });
    });
  }

  Deno.test(`Consumer.run() starts others within 2 s though hundreds in a file are ${reason}`, async () => {
    await using store = await sqliteStore();
    const { clock } = store,
      [{ queue }, { queue: connection }] = [await store.connect(), await store.connect()];
    const shapes = Object.values(SHAPES);
    const shape: Shape = (i) => shapes[i % shapes.length]!(i);
    await startsOthers({
      ...why,
      shape,
      world: new World(why.script, { clock, queue }),
      connection,
      many: 500,
    });
  });
}

/** One tenant has many instances and may run only one; others of its chain stand behind them. */
async function startsOtherTenants(
  world: World,
  connection: QueueDriver | undefined,
  many: number,
): Promise<void> {
  const work = linear("work", 1);
  const of = (tenant: string, i: number) =>
    instanceOf(work, `${tenant}${i}`, {
      labels: { tenant, order: `${i}` },
      submittedAtMs: world.clock.nowMs(),
    });
  await world.clock.run(world.queue.push(Array.from({ length: many }, (_, i) => of("acme", i))));
  await world.clock.run(world.queue.push(Array.from({ length: 5 }, (_, i) => of("small", i))));
  const limits = { labels: { tenant: { acme: 1 } } };
  const running = world.start({ window: 50, limits, ...connection && { connection } });
  await world.clock.pass(2000);
  const begun = Map.groupBy(world.platform.calls, ({ instance }) => instance.replace(/\d/g, ""));
  assertEquals([begun.get("small")?.length, begun.get("acme")?.length], [5, 1]);
  running.stop.abort();
  await world.end(running);
}

const hangs: Script = ({ instance: { labels } }) => labels.tenant === "acme" ? { runMs: HOUR_MS } : undefined;

Deno.test("Consumer.run() starts other tenants within 2 s though thousands of one, each with an order, are at its limit", async () => {
  await startsOtherTenants(new World(hangs), undefined, 20_000);
});

Deno.test("Consumer.run() starts other tenants within 2 s though thousands of one in a file are at its limit", async () => {
  await using store = await sqliteStore();
  const { clock } = store,
    [{ queue }, { queue: connection }] = [await store.connect(), await store.connect()];
  await startsOtherTenants(new World(hangs, { clock, queue }), connection, 3000);
});

/** Ids of many instances, each of a kind of its own. */
async function pushTenants(world: World, chain: Chain, count: number): Promise<void> {
  for (const id of numbered(count)) await world.push(chain, [id], { labels: { tenant: id } });
}

Deno.test("Consumer.run() goes on with all that it gave back while it was paused, and calls nothing twice", async () => {
  const world = new World();
  await world.queue.request({ kind: "pause", pause: { function: names[0]! } });
  await pushTenants(world, second[0]!, 200);
  const running = world.start({ window: 20, untilEmpty: true });
  await world.clock.pass(5000);
  const { running: held } = await world.queue.depth();
  assert(held <= 20, `${held} are held`);
  const begun = world.platform.calls.length;
  assert(begun > 20, `others of the chain begin meanwhile, and not ${begun} only`);
  await world.queue.request({ kind: "resume" });
  await world.end(running);
  assertEquals(
    world.platform.keys().sort(),
    numbered(200).flatMap((id) => [`${id}/f0`, `${id}/first`]).sort(),
  );
  assertEquals(new Set(Object.values(world.log.outcomes())), new Set(["completed"]));
});

Deno.test("Consumer.run() counts the attempts that have failed of what it gave back, and keeps to the retry budget", async () => {
  const world = new World(() => ({ outcome: SHAKY, runMs: 1 }));
  const down = chain("down", ({ call }) => void call(fn("f", { attempts: 3 })));
  await pushTenants(world, down, 60);
  const running = world.start({ window: 10, untilEmpty: true });
  await world.end(running);
  const attempts = Map.groupBy(world.platform.calls, ({ instance }) => instance);
  for (const [id, calls] of attempts) assertEquals(calls.map(({ attempt }) => attempt), [1, 2, 3], id);
  assertEquals([attempts.size, new Set(Object.values(world.log.outcomes()))], [60, new Set(["failed"])]);
});

Deno.test("Consumer.run() waits as long as it was asked to, also with what it gave back", async () => {
  const full = { ...THROTTLED, retryAfterMs: 60_000 };
  const world = new World((_, nth) => nth === 1 ? { outcome: full, runMs: 1 } : { runMs: 1 });
  await pushTenants(world, single[0]!, 60);
  const running = world.start({ window: 10, untilEmpty: true });
  await world.end(running);
  for (const [id, [first, next]] of Map.groupBy(world.platform.calls, ({ instance }) => instance)) {
    const waitedMs = next!.startedAtMs - first!.endedAtMs!;
    assert(waitedMs >= 60_000 && waitedMs < 90_000, `${id} is called again after ${waitedMs} ms`);
  }
});

Deno.test("Consumer.run() keeps a function at its limit busy, though others of it are passed over", async () => {
  const world = new World();
  await pushTenants(world, single[0]!, 500);
  const startedAtMs = world.clock.nowMs();
  const running = world.start({ window: 50, untilEmpty: true, limits: { functions: { f0: 2 } } });
  await world.end(running);
  const tookMs = Math.max(...world.log.ends.map(({ endedAtMs }) => endedAtMs)) - startedAtMs;
  assert(tookMs < 500 * 10 / 2 * 1.1, `${tookMs} ms for 2500 ms of work`);
});
