import { assert, assertEquals } from "@std/assert";
import { sqliteStore } from "../../tests/programs/chaos/stores.ts";
import { numbered, type Running, type Setup, World } from "../../tests/programs/world.ts";
import { linear } from "../../tests/scheduler/builders.ts";
import type { QueueDriver } from "../queue/mod.ts";

const CALL_MS = 500;
const JOIN_MS = 4000;
const two = linear("two", 2);

/** Consumers of one queue, each of which shows itself to the others. */
class Group {
  readonly world: World;
  #pid = 0;

  constructor(elsewhere?: ConstructorParameters<typeof World>[1]) {
    this.world = new World(() => ({ runMs: CALL_MS }), elsewhere);
  }

  start(setup: Setup): Running {
    return this.world.start({ about: { host: "h", pid: ++this.#pid, version: "1" }, ...setup });
  }

  async end(running: readonly Running[]): Promise<void> {
    for (const each of running) await this.world.end(each);
  }

  /** When the last instance ended. */
  get endedAtMs(): number {
    return Math.max(...this.world.log.ends.map(({ endedAtMs }) => endedAtMs));
  }
}

/** The first consumer has one slot, and all that is queued, when another comes that has a hundred. */
async function joins(group: Group, connections: readonly QueueDriver[] = []): Promise<void> {
  const { world } = group, { clock, platform, log } = world;
  const [first, second] = connections.map((connection) => ({ connection }));
  await clock.run(world.push(two, numbered(200)));
  const slow = group.start({ limits: { global: 1, fixed: true }, ...first });
  await clock.pass(JOIN_MS);
  const before = platform.calls.length, joinedAtMs = clock.nowMs();
  const quick = group.start({ limits: { global: 100, fixed: true }, untilEmpty: true, ...second });
  await clock.pass(2000);
  assert(platform.calls.length - before > 50, `${platform.calls.length - before} calls 2 s after it has joined`);
  await group.end([quick]);
  slow.drain.abort();
  await group.end([slow]);
  const tookMs = group.endedAtMs - joinedAtMs, workMs = (400 - before) * CALL_MS;
  assert(tookMs < 2000 + workMs / 101 + 2 * CALL_MS, `${tookMs} ms for ${workMs} ms of work`);
  assertEquals(platform.keys().length, new Set(platform.keys()).size, "nothing is called twice");
  assertEquals([log.ends.length, new Set(Object.values(log.outcomes()))], [200, new Set(["completed"])]);
}

Deno.test("Consumer.run() hands over what waits to one that joins later with more slots", async () => {
  await joins(new Group());
});

Deno.test("Consumer.run() hands over what waits to one that joins a file later with more slots", async () => {
  await using store = await sqliteStore();
  const connect = async () => (await store.connect()).queue;
  const queue = await connect();
  await joins(new Group({ clock: store.clock, queue }), [await connect(), await connect()]);
});
