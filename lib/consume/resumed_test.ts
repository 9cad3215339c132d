/** A consumer that goes on with another one's instance reaches the same end, and runs nothing that had ended. */
import { assertEquals } from "@std/assert";
import { World } from "../../tests/programs/world.ts";
import { BROKEN } from "../../tests/scheduler/builders.ts";
import { held, itemRecord, record } from "../../tests/queue/samples.ts";
import "../expression/mod.ts"; // loaded here, so that it takes no time of its own
import { type CallOptions, type Chain, chain, fn, type NodeRecord } from "../model/mod.ts";

const each = fn("each"), slow = fn("slow"), undo = fn("undo");
const once = fn("once", { atMostOnce: true });

/** Nodes without a call of their own that stand before a function that may run only once. */
const before: Record<string, CallOptions> = {
  "a map": { map: "[1, 2]" },
  "an empty map": { map: "[]" },
  "a node that its condition skips": { when: "false" },
  "a node that fails without a call": { map: "1", onFailure: "continue" },
};

for (const [what, options] of Object.entries(before)) {
  Deno.test(`Consumer.run() finds a function started that may run once only and comes after ${what}`, async () => {
    const of = chain("c", ({ call }) => {
      const first = call(fn("first"));
      call(once, { after: [first, call(each, { after: first, ...options })] });
    });
    const world = new World(({ spec }) => ({ runMs: spec.name === "once" ? 1000 : 10 }));
    await world.push(of, ["a"]);
    const dead = world.start();
    await world.clock.pass(100);
    assertEquals(world.platform.keys().at(-1), "a/once");
    world.kill(dead);
    await world.consume();
    assertEquals(world.platform.keys().filter((key) => key === "a/once"), ["a/once"]);
    assertEquals((await world.nodes("a")).once, "failed");
  });
}

/** Ends an instance after other consumers have settled some of its nodes. */
async function resumed(of: Chain, records: readonly NodeRecord[]): Promise<World> {
  const world = new World();
  await world.push(of, ["a"]);
  const dead = world.memory.open();
  await dead.pull(1, new AbortController().signal);
  await dead.checkpoint([{ instanceId: "a", records }]);
  await dead.release(held("a"));
  await world.consume();
  return world;
}

for (
  const [what, state] of [["failed", "failed"], ["been started, and may run once only", "started"]] as const
) {
  Deno.test(`Consumer.run() starts nothing of an instance of which an item has ${what}`, async () => {
    const of = chain("c", ({ call }) => {
      call(once, { name: "each", map: "[1, 2]" });
      call(slow);
    });
    const world = await resumed(of, [itemRecord(0, 0, "done"), itemRecord(0, 1, null, state)]);
    assertEquals(world.platform.calls, []);
    const { state: end, reason } = await world.view("a");
    const why = state === "failed"
      ? "it did not work"
      : "it was running when its consumer died, and it must not run twice";
    assertEquals([end, reason], ["failed", `node each: item 1: ${why}`]);
  });
}

Deno.test("Consumer.run() undoes what the items of a map have done, whoever has seen it fail", async () => {
  const of = chain("c", ({ call, onFailed }) => {
    call(each, { map: "[1, 2]" });
    call(fn("other"), { map: "[1]" });
    onFailed(undo);
  });
  const world = new World(({ item, spec }) => {
    if (spec.name === "other") return { outcome: BROKEN };
    return item === 1 ? { runMs: 20, outcome: BROKEN } : undefined;
  });
  await world.push(of, ["a"]);
  await world.consume();
  const { inputs } = world.platform.calls.at(-1)!;
  assertEquals(inputs, { each: ["each#1"] }, "nothing of the other has been done");
  const failed = [
    itemRecord(0, 0, "each#1"),
    itemRecord(0, 1, null, "failed"),
    itemRecord(1, 0, null, "failed"),
  ];
  for (
    const records of [failed, [...failed, record(0, null, "failed")], [...failed, record(1, null, "failed")]]
  ) {
    const { platform: { calls } } = await resumed(of, records);
    assertEquals(calls.map(({ node, inputs }) => [node, inputs]), [["undo", inputs]]);
  }
});
