import { assertEquals } from "@std/assert";
import { chain, fn, type Instance, instanceMaker, type NodeRecord, seededRandom } from "../lib/model/mod.ts";
import type { InstanceView } from "../lib/queue/mod.ts";
import { type Family, instanceTree } from "./instance_tree.ts";

const sub = chain("thumbnails", ({ call }) => void call(fn("resize")));
const documents = chain("documents", ({ call, onFailed }) => {
  const list = call(fn("list"));
  const convert = call(fn("convert"), { after: list, map: "inputs.list" });
  call(sub, { after: list, name: "small", map: "inputs.list" });
  call(fn("index"), { after: convert, name: "index_all" });
  onFailed(fn("clean_up"));
});

const instance: Instance = {
  ...instanceMaker(seededRandom(1))({ chain: documents }, 1000, { id: "order-7", args: { pages: 3 } }),
  parent: { instance: "order-6", node: "all", item: 4 },
};

const record = (node: number, rest: Partial<NodeRecord> = {}): NodeRecord => ({
  ...{ node, state: "ok", attempts: 1, output: null },
  ...rest,
});

const view: InstanceView = {
  instance,
  state: "failed",
  progress: [
    record(0, { output: ["a", "b"], runMs: 120.4, endedAtMs: 1500, attempts: 3 }),
    record(1, { state: "failed", reason: "item 1: HTTP 404" }),
    record(1, { item: 0 }),
    record(1, { item: 1, state: "failed", reason: "HTTP 404" }),
  ],
  reason: "node convert: item 1: HTTP 404",
  endedAtMs: 3000,
  output: { left: 1 },
};

const child = (item: number, state: InstanceView["state"]): Family => ({
  view: {
    instance: {
      ...instanceMaker(seededRandom(1))({ chain: sub }, 1600, { id: `order-7/small/${item}` }),
      parent: { instance: "order-7", node: "small", item },
    },
    state,
    progress: [record(0, { output: "x".repeat(300), state: state === "completed" ? "ok" : "failed" })],
  },
  called: [],
});

const showing = { nowMs: 5000, full: false };

Deno.test("instanceTree() draws what each node got and answered, its items, and what it has called", () => {
  const family = { view, called: [child(0, "completed"), child(1, "failed")] };
  assertEquals(instanceTree(family, showing), [
    "order-7  failed     documents               2/5  4s ago  node convert: item 1: HTTP 404",
    "called by: order-6 all[4]",
    "submitted: 1970-01-01T00:00:01.000Z",
    "ended: 1970-01-01T00:00:03.000Z, after 2s",
    'args: {"pages":3}',
    "├─ list  ok, 3 attempts, 120ms, at +500ms",
    '│  │  out: ["a","b"]',
    "│  ├─ convert  failed, items settled: 1 ok, 1 failed",
    '│  │  │  in:  {"list":["a","b"]}',
    "│  │  │  item 1: HTTP 404",
    "│  │  └─ index_all  index, open",
    '│  │        in:  {"convert":null}',
    "│  └─ small  chain thumbnails, open, begun",
    '│        in:  {"list":["a","b"]}',
    "│        order-7/small/0  completed  thumbnails              1/1  3.40s ago",
    "│        └─ resize  ok",
    `│              out: "${"x".repeat(159)}…`,
    "│        order-7/small/1  failed     thumbnails              1/1  3.40s ago",
    "│        └─ resize  failed",
    "└─ clean_up  open",
    'output: {"left":1}',
  ]);
});

Deno.test("instanceTree() shows outputs whole if it is told so", () => {
  const [line] = instanceTree(child(0, "completed"), { ...showing, full: true }).slice(-1);
  assertEquals(line!.length, 11 + 302);
});

Deno.test("instanceTree() draws the most urgent of many called instances", () => {
  const called = Array.from({ length: 30 }, (_, i) => child(i, i < 25 ? "completed" : "failed"));
  const lines = instanceTree({ view, called }, showing);
  assertEquals(lines.filter((line) => /order-7\/small\/\d+ {2}failed/.test(line)).length, 5);
  assertEquals(lines.filter((line) => line.includes("… and 20 more called")).length, 1);
});
