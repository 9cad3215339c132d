import { assert, assertEquals } from "@std/assert";
import { itemRecord, record } from "../../tests/queue/samples.ts";
import { chain, fn, instanceMaker, printJson, seededRandom, writeJson } from "../../lib/model/mod.ts";
import type { InstanceView } from "../../lib/queue/mod.ts";
import { listRow, listTable, shownLine } from "./instance_words.ts";
import { instanceJson } from "../../lib/steer/mod.ts";

const sub = chain("thumbnails", ({ call }) => void call(fn("resize")));
const documents = chain("documents", ({ call }) => {
  const list = call(fn("list"));
  const convert = call(fn("convert"), { after: list, map: "inputs.list" });
  call(sub, { after: convert });
});
const make = instanceMaker(seededRandom(1));

const view: InstanceView = {
  instance: {
    ...make({ chain: documents, labels: { tenant: "acme" } }, 1000, {
      id: "order-7",
      args: writeJson({ pages: 3 }),
    }),
    parent: { instance: "order-6", node: "all", item: 4 },
  },
  state: "failed",
  progress: [
    record(0, ["a", "b"]),
    record(1, null, "failed"),
    itemRecord(1, 0, "A"),
    itemRecord(1, 1, null, "failed"),
  ],
  reason: "HTTP\x1b[2J\n404",
  output: writeJson({ left: 1 }),
};

Deno.test("shownLine() counts nodes, not the items of maps, and moves no cursor", () => {
  assertEquals(
    shownLine(view, 3000),
    "order-7  failed  documents  2/3  2s ago  HTTP [2J 404",
  );
});

/** The lines of a table of instances. */
function listed(views: readonly InstanceView[], nowMs: number): string[] {
  const lines: string[] = [], table = listTable((line) => void lines.push(line));
  for (const each of views) table.add(listRow(each, nowMs));
  table.flush();
  return lines;
}

Deno.test("listRow() tells instances that were called", () => {
  const small: InstanceView = {
    instance: make({ chain: sub }, 2000, { id: "a" }),
    state: "completed",
    progress: [],
  };
  assertEquals(listed([view, small], 3000), [
    "instance  state      chain       settled  age",
    "order-7   failed     documents       2/3  2s ago  called by order-6 all[4]  HTTP [2J 404",
    "a         completed  thumbnails      0/1  1s ago",
  ]);
  assertEquals(listed([], 3000), []);
});

Deno.test("instanceJson() has each node with its inputs, items and what it has called", () => {
  const instance = make({ chain: sub }, 2000, { id: "order-7/thumbnails" });
  const child: InstanceView = { instance, state: "running", progress: [] };
  const called = new Map([["thumbnails", [{ view: child, called: new Map() }]]]);
  assertEquals(JSON.parse(printJson(instanceJson({ view, called }))), {
    id: "order-7",
    chain: "documents",
    state: "failed",
    args: { pages: 3 },
    parent: { instance: "order-6", node: "all", item: 4 },
    labels: { tenant: "acme" },
    submittedAtMs: 1000,
    reason: "HTTP\x1b[2J\n404",
    output: { left: 1 },
    nodes: [
      { node: "list", state: "ok", attempts: 1, output: ["a", "b"] },
      {
        node: "convert",
        state: "failed",
        attempts: 1,
        output: null,
        reason: "it did not work",
        inputs: { list: ["a", "b"] },
        items: [
          { item: 0, state: "ok", attempts: 1, output: "A" },
          { item: 1, state: "failed", attempts: 1, output: null, reason: "it did not work" },
        ],
      },
      { node: "thumbnails", state: "not done" },
    ],
    called: [{
      id: "order-7/thumbnails",
      chain: "thumbnails",
      state: "running",
      labels: {},
      submittedAtMs: 2000,
      nodes: [{ node: "resize", state: "open" }],
    }],
  });
});

Deno.test("shownLine() and listRow() say what cannot be read, once", () => {
  const damaged = { ...view, unreadable: "labels is no JSON" };
  for (const line of [shownLine(damaged, 0), listed([damaged], 0)[1]!]) {
    assert(line.endsWith("  unreadable: labels is no JSON"), line);
  }
  const failed = { ...damaged, reason: "Cannot read what was stored: labels is no JSON" };
  assert(!listRow(failed, 0).join().includes("unreadable"));
});
