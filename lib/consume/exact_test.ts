/** Data that no expression computes with reaches the next function unchanged, to the byte. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Script } from "../../tests/programs/scripted_platform.ts";
import { World } from "../../tests/programs/world.ts";
import { instanceOf } from "../../tests/scheduler/builders.ts";
import { type Chain, chain, fn, type JsonText, listText, objectText } from "../model/mod.ts";
import { jsonTexts } from "../model/testing.ts";

const [read, each, join, deep] = [fn("read"), fn("each"), fn("join"), fn("deep")];

const inner = chain("inner", ({ call }) => {
  call(deep, { args: { given: "{% args.given %}" } });
});

/** Its functions are given parts of args and outputs, as a list's items, through a called chain, and all of them at the end. */
const outer: Chain = chain("outer", ({ call }) => {
  const first = call(read, { args: { order: "{% args.order %}", all: ["{% args %}"] } });
  const items = call(each, { after: first, map: "inputs.read.list" });
  const called = call(inner, { after: first, args: { given: "{% inputs.read.part %}" } });
  const rest = call(each, {
    name: "rest",
    after: first,
    map: "inputs.read.list",
    args: { item: "{% inputs.read.part %}" },
  });
  call(join, { after: [items, called, rest] });
}, { output: "{% inputs.join %}" });

interface Texts {
  readonly order: JsonText;
  readonly part: JsonText;
  readonly list: readonly JsonText[];
  readonly answers: readonly JsonText[];
}

const texts: fc.Arbitrary<Texts> = fc.record({
  order: jsonTexts,
  part: jsonTexts,
  list: fc.array(jsonTexts, { minLength: 1, maxLength: 3 }),
  answers: fc.array(jsonTexts, { minLength: 4, maxLength: 4 }),
});

/** The expected data of each call, by node, item and chain. */
function expectedCalls(
  { order, part, list, answers: [a, b, c] }: Texts,
): Record<string, [args: string, inputs: string]> {
  const calls: Record<string, [string, string]> = {
    "a/read": [`{"order":${order},"all":[{"order":${order}}]}`, "{}"],
    "a/inner/deep": [`{"given":${part}}`, "{}"],
    "a/join": [
      "{}",
      `{"each":${listText(list.map(() => a!))},"inner":{"deep":${c}},"rest":${listText(list.map(() => b!))}}`,
    ],
  };
  for (const [i, item] of list.entries()) {
    calls[`a/each/${i}`] = [`{"item":${item},"index":${i}}`, "{}"];
    calls[`a/rest/${i}`] = [`{"item":${part},"index":${i}}`, "{}"];
  }
  return calls;
}

function answerOf(node: string, { part, list, answers }: Texts): JsonText {
  if (node === "read") return objectText([["list", listText(list)], ["part", part]]);
  return answers[["each", "rest", "deep", "join"].indexOf(node)]!;
}

Deno.test("Consumer.run() hands on args and outputs to the byte, also when another consumer goes on after a crash", async () => {
  await fc.assert(
    fc.asyncProperty(texts, fc.nat(12), async (given, killAt) => {
      const expected = expectedCalls(given);
      const seen: Record<string, [string, string]> = {};
      const script: Script = ({ instance, node, item, args, inputs }) => {
        const { name } = instance.chain.nodes[node]!;
        const key = `${instance.id}/${name}${item === undefined ? "" : `/${item}`}`;
        const call: [string, string] = [args, objectText(Object.entries(inputs))];
        assertEquals(seen[key] ?? call, call, "every attempt is given the same");
        seen[key] = call;
        return { outcome: { kind: "ok", output: answerOf(name, given) } };
      };
      const world = new World(script);
      await world.queue.push([instanceOf(outer, "a", { args: objectText([["order", given.order]]) })]);
      const first = world.start({ untilEmpty: true, limits: { global: 2 } });
      let killed = false;
      world.platform.onCall = () => {
        if (killed || world.platform.calls.length <= killAt) return;
        killed = true;
        world.kill(first);
      };
      await world.clock.run(Promise.race([first.ended, world.clock.until(world.clock.nowMs() + 60_000)]));
      if (killed) await world.consume({ limits: { global: 2 } });
      assertEquals(seen, expected);
      const { state, output } = (await world.queue.get("a"))!;
      assertEquals([state, output], ["completed", given.answers[3]]);
    }),
    { numRuns: 60 },
  );
});
