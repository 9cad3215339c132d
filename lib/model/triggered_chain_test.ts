import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Calling, type Chain, chain, fn, TriggeredChain } from "./mod.ts";

const f = fn("f");

/** A chain by what each node comes after. */
function shaped(after: readonly (readonly number[])[], mapped: readonly number[] = []): Chain {
  return chain("c", ({ call }) => {
    const nodes: string[] = [];
    after.forEach((before, i) => {
      const map = mapped.includes(i) ? { map: "[]" } : {};
      nodes.push(call(f, { name: `n${i}`, after: before.map((node) => nodes[node]!), ...map }).name);
    });
  });
}

const nodesOf = (due: readonly Calling[]) => due.map(({ node }) => node);

Deno.test("TriggeredChain.end() says what is due: a join when all before it have ended", () => {
  const run = new TriggeredChain(shaped([[], [0], [0], [1, 2]]));
  assertEquals(nodesOf(run.begin()), [0]);
  assertEquals(nodesOf(run.end({ node: 0 }, 10)), [1, 2]);
  assertEquals(nodesOf(run.end({ node: 2 }, 30)), []);
  assertEquals(run.open, 1);
  assertEquals(nodesOf(run.end({ node: 1 }, 20)), [3]);
  assertEquals(nodesOf(run.end({ node: 3 }, 5)), []);
  assertEquals([run.open, run.lost, run.idealMs], [0, undefined, 45]);
});

Deno.test("TriggeredChain is lost by its first call that is, while other branches go on", () => {
  const run = new TriggeredChain(shaped([[], [0], [0], [1, 2], [2]]));
  run.begin();
  run.end({ node: 0 }, 1);
  assertEquals(nodesOf(run.end({ node: 1 }, 1, "refused")), []);
  assertEquals(nodesOf(run.end({ node: 2 }, 1)), [4], "the join never is");
  run.end({ node: 4 }, 1, "timeout");
  assertEquals([run.open, run.lost], [0, "node n1: refused"]);
});

Deno.test("TriggeredChain calls all items of a map at once, and what comes after when all went well", () => {
  const run = new TriggeredChain(shaped([[], [0], [1]], [1]), 3);
  run.begin();
  const items = run.end({ node: 0 }, 1);
  assertEquals(items, [{ node: 1, item: 0 }, { node: 1, item: 1 }, { node: 1, item: 2 }]);
  assertEquals(items.map((item, i) => nodesOf(run.end(item, i))), [[], [], [2]]);
});

const shapes = fc.array(fc.uniqueArray(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 12 }).map((
  rows,
) =>
  rows.map((row, i) => [...new Set(i === 0 ? [] : row.map((before) => before % i))].toSorted((a, b) => a - b))
);

Deno.test("TriggeredChain calls every node once after all before it, and is over when nothing is open", () => {
  fc.assert(fc.property(shapes, fc.infiniteStream(fc.nat(99)), (after, chance) => {
    const run = new TriggeredChain(shaped(after));
    const open = run.begin(), called = nodesOf(open), ok = new Set<number>();
    while (run.open > 0) {
      assertEquals(open.length, run.open);
      const [call] = open.splice(chance.next().value! % open.length, 1);
      const isLost = chance.next().value! < 15;
      if (!isLost) ok.add(call!.node);
      const due = run.end(call!, 1, isLost ? "refused" : undefined);
      for (const { node } of due) assert(after[node]!.every((before) => ok.has(before)));
      called.push(...nodesOf(due));
      open.push(...due);
    }
    assertEquals(new Set(called).size, called.length);
    assertEquals(
      run.lost === undefined,
      ok.size === after.length,
      "it is dropped if and only if a call was lost",
    );
    for (const [node, before] of after.entries()) {
      assertEquals(called.includes(node), before.every((each) => ok.has(each)));
    }
  }));
});
