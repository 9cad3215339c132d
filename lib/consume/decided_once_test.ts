/** Expressions that use chance or the time of day decide once for each node, and item of a map. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { World } from "../../tests/programs/world.ts";
import { SHAKY } from "../../tests/scheduler/builders.ts";
import { chain, fn, writeJson } from "../model/mod.ts";
import { idempotencyKey } from "../platform/mod.ts";

const LIST = [0, 1, 2, 3, 4, 5, 6, 7];

const of = chain("c", ({ call }) => {
  const listed = call(fn("list"));
  const each = call(fn("each", { retry: { firstDelay: "10ms" } }), {
    ...{ after: listed, map: "$shuffle(inputs.list)", concurrency: 2 },
    args: { chance: "{% $random() %}", at: "{% $millis() %}" },
  });
  call(fn("sometimes"), { after: each, when: "$random() < 0.5" });
}, { output: "{% [$millis(), $random()] %}" });

const scenes = fc.record({
  killsAfterMs: fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 3 }),
  shaky: fc.nat({ max: 7 }),
  id: fc.stringMatching(/^[a-z]{1,8}$/),
});

Deno.test("Consumer.run() gives each key one body, and each node one decision, whatever becomes of consumers", async () => {
  await fc.assert(
    fc.asyncProperty(scenes, async ({ killsAfterMs, shaky, id }) => {
      const bodies = new Map<string, string>();
      const world = new World((call) => {
        const key = idempotencyKey(call), body = call.args;
        assertEquals(bodies.get(key) ?? body, body, key);
        bodies.set(key, body);
        const isShaky = call.item === shaky && call.attempt === 1;
        const output = call.node === 0 ? writeJson(LIST) : call.args;
        return { runMs: 50, outcome: isShaky ? SHAKY : { kind: "ok", output } };
      });
      await world.push(of, [id]);
      for (const ms of killsAfterMs) {
        const dying = world.start();
        await world.clock.pass(ms);
        world.kill(dying);
      }
      await world.consume();
      const { state, progress, output } = await world.view(id);
      assertEquals(state, "completed");
      const [first, ...items] = [...bodies.values()].map((body) => JSON.parse(body));
      assertEquals(first, {});
      assertEquals(items.slice(0, LIST.length).map(({ item }) => item).toSorted(), LIST);
      const listEndedAtMs = Math.floor(progress.find(({ node }) => node === 0)!.endedAtMs!);
      for (const { at } of items.slice(0, LIST.length)) assertEquals(at, listEndedAtMs);
      const mapEndedAtMs = progress.find(({ node, item }) => node === 1 && item === undefined)!.endedAtMs!;
      const [at] = output as number[];
      assert(at! >= Math.floor(mapEndedAtMs), "the result comes after all nodes");
    }),
    { numRuns: 8 },
  );
});
