import { assertEquals } from "@std/assert";
import { itemRecord, record } from "../../tests/queue/samples.ts";
import {
  type Chain,
  chain,
  fn,
  instanceMaker,
  type NodeRecord,
  seededRandom,
  writeJson,
} from "../../lib/model/mod.ts";
import type { InstanceView } from "../../lib/queue/mod.ts";
import { drawInstance } from "./instance_drawing.ts";
import type { InstanceTree } from "../../lib/steer/mod.ts";

const make = instanceMaker(seededRandom(1));

function treeOf(of: Chain, id: string, rest: Partial<InstanceView>, called = {}): InstanceTree {
  const view = {
    instance: make({ chain: of }, 1000, { id }),
    state: "running",
    progress: [],
    ...rest,
  } as const;
  return { view, called: new Map(Object.entries(called)) };
}

const sub = chain("thumbnails", ({ call }) => void call(fn("resize")));
const documents = chain("documents", ({ call, onFailed }) => {
  const list = call(fn("list"));
  const convert = call(fn("render"), { after: list, name: "convert", map: "inputs.list" });
  const thumbs = call(sub, { after: list, name: "thumbs" });
  call(fn("publish"), { after: [convert, thumbs] });
  onFailed(fn("undo"));
});

Deno.test("drawInstance() draws a tree of nodes with their inputs, items, outputs and called instances", () => {
  const thumbs = treeOf(sub, "order-7/thumbs", {
    state: "failed",
    progress: [{ ...record(0, null, "failed"), attempts: 3 }],
    reason: "node resize: HTTP 404",
    endedAtMs: 2500,
  });
  const tree = treeOf(documents, "order-7", {
    state: "failed",
    progress: [
      record(0, ["a", "b"]),
      { ...record(1, ["A", "B"]), attempts: 2, runMs: 125, endedAtMs: 1500 },
      itemRecord(1, 0, "A"),
      itemRecord(1, 1, null, "failed"),
      { ...record(2, null, "failed"), reason: "called-failed: \x1b[2J" },
      { ...record(4, null), attempts: 0 },
    ],
    reason: "node thumbs: called-failed",
    endedAtMs: 2500,
    output: writeJson({ list: [] }),
  }, { thumbs: [thumbs] });
  assertEquals(drawInstance(tree, { nowMs: 3000, width: 200 }), [
    "order-7  failed  documents  4/5  2s ago  node thumbs: called-failed",
    "  submitted: 1970-01-01T00:00:01.000Z",
    "  ended: 1970-01-01T00:00:02.500Z, after 1.50s",
    "├─ list  ok, 1 attempt",
    '│  │  output: ["a","b"]',
    "│  ├─ convert  ok, render, 2 attempts, 125ms, at +500ms",
    '│  │  │  inputs: {"list":["a","b"]}',
    "│  │  │  convert × 2: 1 ok, 1 failed",
    "│  │  │  convert[1]  failed, 1 attempt: it did not work",
    '│  │  │  output: ["A","B"]',
    "│  │  └─ → publish",
    "│  └─ thumbs  failed, chain thumbnails, 1 attempt: called-failed: [2J",
    '│     │  inputs: {"list":["a","b"]}',
    "│     │  order-7/thumbs  failed  thumbnails  1/1  2s ago  node resize: HTTP 404",
    "│     │    submitted: 1970-01-01T00:00:01.000Z",
    "│     │    ended: 1970-01-01T00:00:02.500Z, after 1.50s",
    "│     │  └─ resize  failed, 3 attempts: it did not work",
    "│     └─ publish  not done",
    "└─ undo  ok, only if the chain fails",
    '      inputs: {"list":["a","b"],"convert":["A","B"]}',
    '  output: {"list":[]}',
  ]);
});

Deno.test("drawInstance() says whence an instance comes, and with what", () => {
  const { view, called } = treeOf(sub, "a/b", {});
  const instance = {
    ...view.instance,
    parent: { instance: "a", node: "b" },
    labels: { tenant: "acme" },
    args: writeJson({ pages: 3 }),
  };
  assertEquals(drawInstance({ view: { ...view, instance }, called }, { nowMs: 1000, width: 200 }).slice(1), [
    "  called by: a b",
    "  submitted: 1970-01-01T00:00:01.000Z",
    "  labels: tenant=acme",
    '  args: {"pages":3}',
    "└─ resize  open",
  ]);
});

Deno.test("drawInstance() cuts lines to the width of the terminal, and --full does not", () => {
  const wide = "漢".repeat(500);
  const tree = treeOf(sub, "wide", {
    state: "completed",
    progress: [record(0, wide)],
    output: writeJson(wide),
  });
  const whole = drawInstance(tree, { nowMs: 1000, width: Infinity });
  assertEquals(whole.slice(-2), [`      output: "${wide}"`, `  output: "${wide}"`]);
  const short = drawInstance(tree, { nowMs: 1000, width: 60 });
  assertEquals(short.slice(-2), [`      output: "${"漢".repeat(22)}…`, `  output: "${"漢".repeat(24)}…`]);
  const deep = drawInstance(tree, { nowMs: 1000, width: 1 });
  assertEquals(deep.at(-1), `  output: "${"漢".repeat(15)}…`);
});

const map = chain("map", ({ call }) => void call(fn("convert"), { map: "args.list" }));
const calls = chain("calls", ({ call }) => void call(sub, { name: "each", map: "args.list" }));

function linesOf(tree: InstanceTree, width = 200): string[] {
  return drawInstance(tree, { nowMs: 1000, width }).slice(2).map((text) => text.trim());
}

Deno.test("drawInstance() names ten failed items of a map, and says how many there are more", () => {
  const items: NodeRecord[] = Array.from(
    { length: 120 },
    (_, i) => itemRecord(0, i, null, i < 12 ? "failed" : "ok"),
  );
  const tree = treeOf(map, "map", { state: "failed", progress: [record(0, null, "failed"), ...items] });
  const lines = linesOf(tree);
  assertEquals(lines.slice(0, 3), [
    "└─ convert  failed, 1 attempt: it did not work",
    "convert × 120: 12 failed, 108 ok",
    "convert[0]  failed, 1 attempt: it did not work",
  ]);
  assertEquals(lines.slice(-2), [
    "convert[9]  failed, 1 attempt: it did not work",
    "… (2 more; see --full)",
  ]);
  assertEquals(linesOf(tree, Infinity).filter((text) => text.startsWith("convert[")).length, 120);
  assertEquals(linesOf(treeOf(map, "map", { progress: items.slice(12, 20) }))[1], "convert: 8 ok so far");
  assertEquals(linesOf(treeOf(map, "map", { progress: [record(0, [])] }))[1], "convert × 0");
  assertEquals(linesOf(treeOf(map, "map", {})), ["└─ convert  open"]);
});

Deno.test("drawInstance() shows few called instances of a map, or only those that are not ok", () => {
  const child = (item: number): InstanceTree => {
    const { view, called } = treeOf(sub, `calls/each/${item}`, {});
    const parent = { instance: "calls", node: "each", item };
    return { view: { ...view, instance: { ...view.instance, parent } }, called };
  };
  const each = Array.from({ length: 30 }, (_, item) => child(item));
  const progress = each.slice(0, 28).map((_, item) => itemRecord(0, item));
  const many = linesOf(treeOf(calls, "calls", { progress }, { each }));
  assertEquals(many[1], "each: 28 ok, 2 running so far");
  assertEquals(many.filter((text) => text.startsWith("calls/")).map((text) => text.split(" ")[0]), [
    "calls/each/28",
    "calls/each/29",
  ]);
  const few = linesOf(treeOf(calls, "calls", { progress: progress.slice(0, 2) }, { each: each.slice(0, 2) }));
  assertEquals(few.map((text) => text.split(" ")[0]), [
    "└─",
    "each:",
    "calls/each/0",
    "submitted:",
    "└─",
    "calls/each/1",
    "submitted:",
    "└─",
  ]);
});

Deno.test("drawInstance() says what open nodes wait for, and which deadline was missed", () => {
  const [first] = documents.nodes;
  const tree = treeOf(documents, "order-8", {});
  const { instance } = tree.view;
  const urgent = {
    ...tree,
    view: { ...tree.view, instance: { ...instance, priority: -1, deadlineMs: 2000 } },
  };
  const standing = (node: { readonly function: string }) => `waits for ${node.function}`;
  const lines = drawInstance(urgent, { nowMs: 3000, width: 200, standing });
  assertEquals(lines.slice(0, 5), [
    "order-8  running  documents  0/5  2s ago",
    "  submitted: 1970-01-01T00:00:01.000Z",
    "  priority: -1",
    "  deadline: 1970-01-01T00:00:02.000Z, missed",
    `├─ list  open: waits for ${first!.fn.name}`,
  ]);
  assertEquals(lines.filter((line) => line.includes("waits for")).length, 1, "others wait for nodes");
});
