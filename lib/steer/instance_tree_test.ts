import { assertEquals } from "@std/assert";
import { decided, ids, instances, line, record } from "../../tests/queue/samples.ts";
import { chain, fn, linkChains, type NodeRecord, realClock, subchainOf, writeJson } from "../model/mod.ts";
import { type InstanceState, memoryQueue } from "../queue/mod.ts";
import { type InstanceTree, nodeViews, readTree } from "./instance_tree.ts";

const signal = new AbortController().signal;

function views(of: typeof line, progress: readonly NodeRecord[], state: InstanceState = "running") {
  const [instance] = instances(1, of);
  return nodeViews({ instance: instance!, state, progress });
}

function states(...args: Parameters<typeof views>) {
  return views(...args).map(({ state }) => state);
}

Deno.test("nodeViews() says of what has not settled only what the queue knows", () => {
  assertEquals(states(line, []), ["open", "waiting", "waiting"]);
  assertEquals(states(line, [record(0)], "queued"), ["ok", "open", "waiting"]);
  assertEquals(states(line, [record(0, null, "started")]), ["started", "waiting", "waiting"]);
  assertEquals(states(line, [record(0), record(1, null, "failed")], "failed"), ["ok", "failed", "not done"]);
  assertEquals(states(line, [record(0), record(1, null, "skipped")]), ["ok", "skipped", "open"]);
  assertEquals(states(decided, []).at(-1), "waiting"); // the node that undoes, while nothing has failed
});

Deno.test("nodeViews() gives a node what it got: of what came before, or of all that is undone", () => {
  const inputs = (...args: Parameters<typeof views>) => views(...args).map(({ inputs }) => inputs);
  assertEquals(inputs(line, [record(0, 7)]), [undefined, writeJson({ first: 7 }), undefined]);
  assertEquals(inputs(line, [record(0, 7), record(1, 8, "failed")]), [
    undefined,
    writeJson({ first: 7 }),
    writeJson({ second: null }),
  ]);
  const undone = [record(0, 7), record(1, null, "failed"), record(4, "done")];
  assertEquals(inputs(decided, undone, "failed").at(-1), writeJson({ list: 7 }));
  assertEquals(inputs(decided, []).at(-1), undefined);
});

Deno.test("readTree() finds what an instance has called, item by item, and what that has called", async () => {
  const inner = chain("inner", ({ call }) => void call(fn("f")));
  const middle = chain("middle", ({ call }) => void call(inner));
  const outer = linkChains([
    chain("outer", ({ call }) => {
      call(middle, { name: "each", map: "args.list" });
      call(inner, { name: "alone" });
    }),
  ])[0]!;
  await using queue = memoryQueue({ clock: realClock });
  const [root] = instances(1, outer);
  const child = (id: string, chainName: string, node: string, parent = root!.id, item?: number) => ({
    ...root!,
    id,
    chain: subchainOf(outer, chainName),
    parent: { instance: parent, node, ...item !== undefined && { item } },
  });
  await queue.push([{ ...instances(1, inner)[0]!, id: `${root!.id}/alone` }]); // only of that name
  await queue.push([root!]);
  await queue.pull(2, signal);
  const items = [1002, 10, 0].map((item) =>
    child(`${root!.id}/each/${item}`, "middle", "each", root!.id, item)
  );
  await queue.push(items);
  await queue.push([child(`${root!.id}/each/10/inner`, "inner", "inner", `${root!.id}/each/10`)]);

  const tree = await readTree(queue, (await queue.get(root!.id))!);
  const idsOf = (trees: readonly InstanceTree[] = []) => ids(trees.map(({ view }) => view));
  assertEquals([...tree.called.keys()], ["each"]);
  const each = tree.called.get("each")!;
  assertEquals(idsOf(each), [0, 10, 1002].map((item) => `${root!.id}/each/${item}`));
  assertEquals(each.map(({ called }) => idsOf(called.get("inner"))), [[], [`${root!.id}/each/10/inner`], []]);
});
