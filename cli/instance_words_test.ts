import { assertEquals } from "@std/assert";
import { chain, fn, instanceMaker, type NodeRecord, seededRandom } from "../lib/model/mod.ts";
import type { InstanceView } from "../lib/queue/mod.ts";
import { instanceJson, instanceLine } from "./instance_words.ts";

const sub = chain("thumbnails", ({ call }) => void call(fn("resize")));
const documents = chain("documents", ({ call }) => {
  const list = call(fn("list"));
  const convert = call(fn("convert"), { after: list, map: "inputs.list" });
  const check = call(fn("check"), { after: list, name: "check_all", map: "inputs.list" });
  call(sub, { after: [convert, check] });
});

const record = (node: number, rest: Partial<NodeRecord> = {}): NodeRecord => ({
  node,
  state: "ok",
  attempts: 1,
  output: null,
  ...rest,
});
const view: InstanceView = {
  instance: {
    ...instanceMaker(seededRandom(1))({ chain: documents, labels: { tenant: "acme" } }, 1000, {
      id: "order-7",
      args: { pages: 3 },
    }),
    parent: { instance: "order-6", node: "all", item: 4 },
  },
  state: "failed",
  progress: [
    record(0, { output: ["a", "b"] }),
    record(1, { state: "failed", reason: "HTTP 404" }),
    record(1, { item: 0 }),
    record(1, { item: 1, state: "failed", reason: "HTTP 404" }),
    record(2, { item: 1 }),
  ],
  reason: "HTTP 404",
  output: { left: 1 },
};

Deno.test("instanceLine() counts nodes, not the items of maps", () => {
  assertEquals(
    instanceLine(view, 3000),
    "order-7  failed     documents               2/4  2s ago  HTTP 404",
  );
});

Deno.test("instanceJson() names the nodes of records, and keeps their items", () => {
  const json = instanceJson(view);
  assertEquals([json.id, json.args, json.parent], [
    "order-7",
    { pages: 3 },
    { instance: "order-6", node: "all", item: 4 },
  ]);
  assertEquals(json.nodes.map(({ node, item }) => [node, item]), [
    ["list", undefined],
    ["convert", undefined],
    ["convert", 0],
    ["convert", 1],
    ["check_all", 1],
  ]);
});
