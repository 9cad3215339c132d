/** Limits that are set while consumers run under limits of their own, in virtual time. */
import { assert, assertEquals } from "@std/assert";
import { World } from "../../tests/programs/world.ts";
import type { Limits } from "../scheduler/mod.ts";
import { type LimitSettings, setLimits } from "./mod.ts";

const ABOUT = { host: "h", pid: 1, version: "1" };
const FLOORS: LimitSettings = { floors: { labels: { tenant: { acme: 8 } } } };
const TOO_MANY =
  "Cannot reserve 8 slots (tenant=acme 8): the limit is 5. Lower the floors by 3, or raise the limit to 8";

/** A consumer under limits of its own. @param isOld its record does not tell them */
async function consumerUnder(limits: Limits, isOld = false) {
  const world = new World();
  const running = world.start({
    ...{ limits, about: ABOUT },
    alter: (queue) => ({
      beat: (record) => {
        const { limits: _, ...others } = record;
        return queue.beat(isOld ? { ...others, limits: {} } : record);
      },
    }),
  });
  await world.clock.pass(100);
  return {
    running,
    set: async (change: LimitSettings) => await world.clock.run(setLimits(world.queue, change, world.clock)),
    settings: () => world.queue.settings(),
    async [Symbol.asyncDispose]() {
      running.drain.abort();
      await world.end(running);
    },
  };
}

Deno.test("setLimits() sets nothing where floors cannot be met under what is set, or under a consumer's own limit", async () => {
  await using at = await consumerUnder({ global: 5 });
  const together = await at.set({ limit: 2, floors: { chains: { nightly: 3 } } });
  assertEquals(together, {
    kind: "impossible",
    reason:
      "Cannot reserve 3 slots (chain nightly 3): the limit is 2. Lower the floors by 1, or raise the limit to 3",
  });
  const outcome = await at.set(FLOORS);
  assert(outcome.kind === "impossible");
  assertEquals([outcome.reason, outcome.by?.pid], [TOO_MANY, 1]);
  assertEquals((await at.settings()).revision, 0);
  assertEquals((await at.set({ ...FLOORS, limit: 10 })).kind, "set");
  assertEquals(at.running.scheduler.limits.floors, { labels: { tenant: { acme: 8 } } });
});

Deno.test("setLimits() sets again what was set before where a consumer refuses after all", async () => {
  await using at = await consumerUnder({ global: 5 }, true);
  for (const before of [undefined, { chains: { nightly: 2 } }]) {
    if (before !== undefined) assertEquals((await at.set({ floors: before })).kind, "set");
    const outcome = await at.set(FLOORS);
    assert(outcome.kind === "refused");
    assertEquals([outcome.reason, outcome.by.pid], [TOO_MANY, 1]);
    assertEquals((await at.settings()).floors, before);
    assertEquals(at.running.scheduler.limits.floors, before);
  }
});
