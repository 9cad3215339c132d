/** Others start in the places of invocations whose outputs become durable: how many, and what does not start before that. */
import { assertEquals } from "@std/assert";
import { numbered, World } from "../../tests/programs/world.ts";
import { linear } from "../../tests/scheduler/builders.ts";
import type { QueueDriver } from "../queue/mod.ts";

const WRITE_MS = 100;
const TWO = linear("two", 2);

/** A world of chains of two functions of 10 ms, with a queue that takes 100 ms to write an output. */
async function slowlyWritten(instances: number, limit: number) {
  const world = new World();
  const startMs = world.clock.nowMs();
  const durableAtMs = new Map<string, number>();
  const alter = (queue: QueueDriver): Partial<QueueDriver> => ({
    checkpoint: async (progress) => {
      await world.clock.until(world.clock.nowMs() + WRITE_MS);
      await queue.checkpoint(progress);
      for (const { instanceId } of progress) durableAtMs.set(instanceId, world.clock.nowMs());
    },
  });
  await world.push(TWO, numbered(instances));
  await world.consume({ alter, limits: { global: limit, fixed: true }, policy: "running-first" });
  const { calls } = world.platform;
  return {
    firsts: calls.filter(({ node }) => node === "n0").map(({ startedAtMs }) => startedAtMs - startMs),
    nodes: calls.map(({ instance, node }) => `${instance}/${node}`),
    early: calls.filter(({ node, instance, startedAtMs }) =>
      node === "n1" && startedAtMs < (durableAtMs.get(instance) ?? Infinity)
    ),
    most: world.platform.most.all,
  };
}

Deno.test("Consumer.run() starts others while outputs become durable, half as many again at most, and no successor before that", async () => {
  const { firsts, early, most } = await slowlyWritten(200, 32);
  const before = (ms: number) => firsts.filter((atMs) => atMs < ms).length;
  assertEquals([before(1), before(WRITE_MS)], [32, 48], "32 at once, and 16 in the places of the first 16");
  assertEquals([early, most], [[], 32]);
});

Deno.test("Consumer.run() keeps to the policy's order while few calls are in flight: a chain's next function comes first", async () => {
  const { nodes, early } = await slowlyWritten(5, 1);
  assertEquals(nodes, numbered(5).flatMap((id) => [`${id}/n0`, `${id}/n1`]));
  assertEquals(early, []);
});
