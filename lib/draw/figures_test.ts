import { assertEquals } from "@std/assert";
import { type Chain, chain, constant, fn, linkChains, lognormal, meanMs } from "../model/mod.ts";
import { figuresOf, outlineOf } from "./mod.ts";
import { DOCUMENTS } from "./testing.ts";

const second = fn("second", { time: constant("1s") });

function pathOf(chain: Chain): readonly string[] {
  return figuresOf(chain).criticalPath.map((i) => chain.nodes[i]!.name);
}

Deno.test("figuresOf() takes the path that is expected to take longest, not that of most nodes", () => {
  const slow = fn("slow", { time: lognormal("9s", "20s") });
  const fork = chain("fork", ({ call }) => {
    const start = call(second);
    call(slow, { after: start });
    call(second, { after: call(second, { after: start }) });
  });
  assertEquals(pathOf(fork), ["second", "slow"]);
  assertEquals(figuresOf(fork).criticalMs, 1000 + meanMs(slow.time!));
  assertEquals(figuresOf(fork).workMs, 3000 + meanMs(slow.time!));
});

Deno.test("figuresOf() takes the path of most nodes where no times are declared", () => {
  const fork = chain("fork", ({ call }) => {
    const start = call(fn("a"));
    call(fn("b"), { after: start });
    call(fn("d"), { after: call(fn("c"), { after: start }) });
  });
  assertEquals(pathOf(fork), ["a", "c", "d"]);
  const { criticalMs, undeclared, expectedMs } = figuresOf(fork);
  assertEquals([criticalMs, undeclared, expectedMs[0]], [0, ["a", "b", "c", "d"], undefined]);
});

Deno.test("figuresOf() counts what called chains take, through all levels", () => {
  const inner = chain("inner", ({ call }) => call(second, { after: [call(second), call(second)] }));
  const middle = chain("middle", ({ call }) => {
    call(inner, { name: "one" });
    call(inner, { name: "two" });
    call("inner", { name: "last", after: ["one", "two"] });
  });
  const outer = chain("outer", ({ call }) => call(second, { after: call("middle") }));
  const [linked] = linkChains([outer, middle, inner]);
  const { criticalMs, workMs, width, expectedMs, widestStage } = figuresOf(linked!);
  assertEquals({ criticalMs, workMs, width, expectedMs, widestStage }, {
    criticalMs: 5000,
    workMs: 10_000,
    width: 4,
    expectedMs: [4000, 1000],
    widestStage: [0],
  });
});

Deno.test("figuresOf() leaves out what runs only when the chain has failed", () => {
  const undone = chain("undone", ({ call, onFailed }) => {
    call(second);
    onFailed(fn("undo", { time: constant("1h") }));
  });
  const { criticalMs, workMs, width, undeclared } = figuresOf(undone);
  assertEquals({ criticalMs, workMs, width, undeclared }, {
    criticalMs: 1000,
    workMs: 1000,
    width: 1,
    undeclared: [],
  });
});

Deno.test("outlineOf() says all by names", () => {
  const { nodes, ...outline } = JSON.parse(JSON.stringify(outlineOf(DOCUMENTS[0]!)));
  assertEquals(outline, {
    chain: "documents",
    onFailed: "undo",
    output: "{% inputs.publish %}",
    timeLimitMs: 3_600_000,
    ttlMs: 300_000,
    criticalPath: { nodes: ["list", "convert", "publish"], expectedMs: 2500 },
    widestStage: { nodes: ["convert", "many"], width: 4 },
    expectedWorkMs: 8500,
    undeclared: ["publish"],
  });
  assertEquals(nodes[0], { name: "list", onFailure: "fail", function: "list", after: [], expectedMs: 500 });
  assertEquals(nodes[1], {
    name: "convert",
    calls: "convert",
    after: ["list"],
    when: "inputs.list.pages < 10",
    onFailure: "fail",
    expectedMs: 2000,
  });
});
