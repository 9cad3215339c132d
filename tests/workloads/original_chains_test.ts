import { assert, assertEquals } from "@std/assert";
import { type Chain, instanceMaker, seededRandom } from "../../lib/model/mod.ts";
import { encodeInstance } from "../../lib/wire/mod.ts";
import { type OriginalNode, readOriginal } from "../../lib/wire/original/testing.ts";
import recorded from "./original_chains.json" with { type: "json" };

type Name = keyof typeof recorded.chains;

const names = Object.keys(recorded.chains) as Name[];

async function workload(name: Name): Promise<Chain> {
  return (await import(`../../workloads/${name}.ts`)).default;
}

/** The root of the message that the first system's producer sent. */
function sent(name: Name): OriginalNode {
  return readOriginal(Uint8Array.fromHex(recorded.chains[name])).currentNode!;
}

/** The root of the message that `produce --wire original` writes. */
function written(chain: Chain): OriginalNode {
  const instance = instanceMaker(seededRandom("ids"))({ chain }, 0);
  const urlOf = () => "http://127.0.0.1/";
  return readOriginal(encodeInstance(instance, { format: "original", urlOf })).currentNode!;
}

/** A node without its URL, which a workload leaves open; with lists of ids, which the producers wrote in any order, as sets. */
function shape(
  { function: { id }, children, lastNodeIDs, chainFunctionIDs, ...node }: OriginalNode,
): unknown {
  return {
    ...node,
    function: id,
    children: children.map(shape),
    lastNodeIDs: new Set(lastNodeIDs),
    chainFunctionIDs: new Set(chainFunctionIDs),
  };
}

for (const name of names.filter((name) => name !== "fan_tail")) {
  Deno.test(`workloads/${name}.ts is what the first system's producer sent: nodes, functions, arguments`, async () => {
    const [ours, theirs] = [written(await workload(name)), sent(name)];
    if (name === "bag_of_words") { // it says 1 of its only function, 300, and ours brings the text to be counted
      Object.assign(theirs, { chainFunctionIDs: [300], args: ours.args });
    }
    assertEquals(shape(ours), shape(theirs));
  });
}

Deno.test("workloads/fan_tail.ts is the first system's chain 3 as it is drawn; its producers send the first three nodes", async () => {
  const tail = await workload("fan_tail");
  assertEquals(edges(tail), ["1", "2 after 1", "3 after 1", "4 after 3", "4 after 4", "4 after 4"]);
  const ours = written(tail), theirs = sent("fan_tail");
  const branch = ours.children[1]!;
  assertEquals([branch.function.id, branch.children.length], [3, 1]);
  assertEquals(new Set(ours.lastNodeIDs), new Set(theirs.lastNodeIDs));
  assertEquals(new Set(ours.chainFunctionIDs), new Set(theirs.chainFunctionIDs));
  const first = { ...ours, children: ours.children.map((child) => ({ ...child, children: [] })) };
  assertEquals(ids(first), ids(theirs));
});

/** The functions' ids with those of the nodes before them. */
function edges({ nodes }: Chain): string[] {
  return nodes.map(({ fn, after }) => {
    const before = after.map((i) => nodes[i]!.fn.id);
    return before.length === 0 ? `${fn.id}` : `${fn.id} after ${before.join(" ")}`;
  });
}

function ids({ function: { id }, nodeID, children }: OriginalNode): unknown {
  return [id, nodeID, children.map(ids)];
}

Deno.test("fan3 has four functions, and fan7 compiles what its first step lists", async () => {
  const fan3 = await workload("fan3"), fan7 = await workload("fan7");
  assertEquals(new Set(fan3.nodes.map(({ fn }) => fn.name)).size, 4);
  const [start, ...compiles] = fan7.nodes;
  const arches = JSON.parse(String(start!.args.arches)) as string[];
  assertEquals(compiles.map(({ args }) => args.arch), arches.toReversed());
  assert(compiles.every(({ args }) => args.s3_input === start!.args.s3_input));
});
