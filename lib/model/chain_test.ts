import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { growthOf } from "../../tests/growth.ts";
import {
  type CallOptions,
  type Chain,
  chain,
  type ChainNode,
  checkChain,
  definitionOf,
  MAX_NODES,
} from "./mod.ts";
import { WorkloadError, type WorkloadErrorCode } from "./errors.ts";
import { fn, type FunctionDefinition } from "./function.ts";
import { assertRefused, thrownBy } from "./testing.ts";

const f = fn("f");

function names({ nodes }: Chain): string[] {
  return nodes.map((node) => node.name);
}

/** A chain out of `name: predecessors`, in this order of calls. */
function graph(calls: Record<string, string[]>): Chain {
  return chain("c", ({ call }) => {
    for (const [name, after] of Object.entries(calls)) call(f, { name, after });
  });
}

Deno.test("chain() builds nodes in call order, with their predecessors' indices", () => {
  const fan = chain("fan", ({ call }) => {
    const start = call(fn("init"));
    const parts = ["a", "b"].map((arch) => call(f, { after: start, name: arch, args: { arch } }));
    call(fn("join"), { after: parts, onFailure: "continue" });
  });
  assertStrictEquals(fan.name, "fan");
  assertEquals(
    fan.nodes.map(({ name, after, args, onFailure }) => ({ name, after, args, onFailure })),
    [
      { name: "init", after: [], args: {}, onFailure: "fail" },
      { name: "a", after: [0], args: { arch: "a" }, onFailure: "fail" },
      { name: "b", after: [0], args: { arch: "b" }, onFailure: "fail" },
      { name: "join", after: [1, 2], args: {}, onFailure: "continue" },
    ],
  );
});

Deno.test("chain() names further calls of a function _2, _3, …, past names that are taken", () => {
  const c = chain("c", ({ call }) => {
    call(f);
    call(fn("g"), { name: "f_2" });
    call(f);
    call(f);
  });
  assertEquals(names(c), ["f", "f_2", "f_3", "f_4"]);
});

Deno.test("chain() shares the function of its nodes, and keeps the body out of the data", () => {
  const body = fn("g", { run: () => 1 });
  const { nodes } = chain("c", ({ call }) => [call(body), call(body)]);
  assertStrictEquals(nodes[0]!.fn, nodes[1]!.fn);
  assert(!("run" in nodes[0]!.fn));
  assertStrictEquals(definitionOf(nodes[0]!.fn), body);
  const plain = { ...nodes[0]!.fn };
  assertStrictEquals(definitionOf(plain), plain);
});

Deno.test("chain() keeps call order wherever predecessors allow it", () => {
  assertEquals(names(graph({ a: [], b: ["a"], c: [] })), ["a", "b", "c"]);
  assertEquals(names(graph({ a: [], d: ["b"], c: [], b: ["a"] })), ["a", "b", "d", "c"]);
  assertEquals(names(graph({ a: ["c"], b: ["a"], c: [] })), ["c", "a", "b"]);
  assertEquals(graph({ a: [], b: ["a", "a"] }).nodes[1]!.after, [0]);
});

Deno.test("chain() puts every node behind its predecessors, and moves none without need", () => {
  const calls = fc.integer({ min: 1, max: 15 }).chain((n) =>
    fc.record({
      edges: fc.array(fc.tuple(fc.nat(n - 1), fc.nat(n - 1)), { maxLength: 30 }),
      order: fc.shuffledSubarray([...Array(n).keys()], { minLength: n }),
    })
  );
  fc.assert(fc.property(calls, ({ edges, order }) => {
    const after = (i: number) =>
      edges.filter(([from, to]) => to === i && from < to).map(([from]) => `n${from}`);
    const built = graph(Object.fromEntries(order.map((i) => [`n${i}`, after(i)])));
    assertStrictEquals(built.nodes.length, order.length);
    for (const [at, node] of built.nodes.entries()) {
      assert(node.after.every((before) => before < at));
      const expected = new Set(after(Number(node.name.slice(1))));
      assertEquals(new Set(node.after.map((before) => built.nodes[before]!.name)), expected);
    }
    const inOrder = order.toSorted((a, b) => a - b);
    const again = graph(Object.fromEntries(inOrder.map((i) => [`n${i}`, after(i)])));
    assertEquals(names(again), inOrder.map((i) => `n${i}`));
  }));
});

Deno.test("chain() names the nodes of a cycle", () => {
  const advice = '. Take one of these out of "after"';
  const loops: [Record<string, string[]>, string][] = [
    [{ a: ["a"] }, 'chain "c", node "a": the nodes wait for each other: "a" → "a"' + advice],
    [
      { start: [], a: ["start", "c"], b: ["a"], c: ["b"], end: ["c"] },
      'chain "c", node "a": the nodes wait for each other: "a" → "b" → "c" → "a"' + advice,
    ],
    [
      { a: ["b"], b: ["a"], c: ["d"], d: ["c"] },
      'chain "c", node "a": the nodes wait for each other: "a" → "b" → "a"' + advice,
    ],
    [
      { x: ["a"], a: ["b"], b: ["a"] },
      'chain "c", node "a": the nodes wait for each other: "a" → "b" → "a"' + advice,
    ],
  ];
  for (const [calls, message] of loops) assertRefused(() => graph(calls), "cycle", message);
});

Deno.test("chain() finds a cycle of 65,535 nodes", () => {
  const calls = Object.fromEntries(
    Array.from({ length: MAX_NODES }, (_, i) => [`n${i}`, [`n${(i + 1) % MAX_NODES}`]]),
  );
  assertRefused(() => graph(calls), "cycle", /^chain "c", node "n0": the nodes wait for each other: /);
});

Deno.test("chain() builds 65,535 calls of one function, in time that grows as their number", async () => {
  const lineOf = (length: number) =>
    chain("c", ({ call }) => {
      for (let i = 0, after: CallOptions["after"] = []; i < length; i++) after = call(f, { after });
    });
  const long = lineOf(MAX_NODES);
  assertStrictEquals(long.nodes.at(-1)!.name, `f_${MAX_NODES}`);
  const growth = await growthOf(lineOf, [MAX_NODES / 15, MAX_NODES], 2);
  assert(growth < 75, `15 times as many nodes take ${growth.toFixed(1)} times as long`);
  assertRefused(
    () => checkChain({ ...long, nodes: [...long.nodes, long.nodes[0]!] }),
    "bad-chain",
    'chain "c": 65536 nodes are more than 65535',
  );
});

Deno.test("chain() names chain and node, what is wrong and what to write instead", () => {
  const one = (options: CallOptions) => () => chain("c", ({ call }) => [call(f), call(f, options)]);
  assertRefused(
    one({ name: "f" }),
    "duplicate-node",
    'chain "c", node "f": two nodes have this name. Give one of them another: call(…, { name: … })',
  );
  assertRefused(
    one({ after: "g" }),
    "unknown-predecessor",
    'chain "c", node "f_2": after names "g", which the chain has not. Its nodes are f, f_2',
  );
  assertRefused(
    one({ after: 5 as unknown as string }),
    "unknown-predecessor",
    'chain "c", node "f_2": after names 5, which is no node. Write what call() returned, or a node\'s name',
  );
  const other = chain("other", ({ call }) => void call(f));
  for (const [named, item] of [['function "f"', f], ['chain "other"', other]] as const) {
    assertRefused(
      one({ after: [item] as unknown as string[] }),
      "unknown-predecessor",
      `chain "c", node "f_2": after names the ${named}, which is no node. Write what call() returned, or a node's name`,
    );
  }
  assertRefused(
    one({ args: { when: NaN } }),
    "bad-arguments",
    'chain "c", node "f_2": args.when is not JSON, or more than 100 levels deep. Write an object of strings, numbers, ' +
      "lists and objects",
  );
  assertRefused(
    one({ args: [] as unknown as Record<string, never> }),
    "bad-arguments",
    /node "f_2": args is not JSON/,
  );
  assertRefused(
    one({ onFailure: "retry" as "skip" }),
    "bad-chain",
    'chain "c", node "f_2": onFailure is "retry". Write "fail", "skip" or "continue"',
  );
  assertRefused(
    one({ name: "a b" }),
    "bad-name",
    /^chain "c", node "a b": Cannot use "a b" as the name of a node\. Write /,
  );
  assertRefused(
    () => chain("c d", () => {}),
    "bad-name",
    /^Cannot use "c d" as the name of a chain\. Write /,
  );
  assertRefused(
    () => chain("c", () => {}),
    "bad-chain",
    'chain "c": the chain has no nodes. Add one: call(fn(…))',
  );
  assertRefused(
    () => chain("c", undefined as unknown as () => void),
    "bad-chain",
    'chain "c": the second argument is no function. Write chain(name, ({ call }) => { … })',
  );
  assertRefused(
    () => chain("c", ({ call }) => call(7 as unknown as FunctionDefinition)),
    "bad-function",
    'chain "c": call() was not given a function. Write call(fn(name, { … }), { … })',
  );
  assertRefused(
    () => chain("c", ({ call }) => [call(f), call(fn("f", { timeout: "1s" }))]),
    "duplicate-function",
    'chain "c", node "f_2": two different functions of the chain are named "f". Give one of them another name',
  );
  assertStrictEquals(chain("c", ({ call }) => [call(fn("g")), call(fn("g"))]).nodes.length, 2); // equal ones are one
});

Deno.test("checkChain() refuses data that no builder made", () => {
  const [node] = chain("c", ({ call }) => call(f)).nodes as [ChainNode];
  for (const value of [null, 5, {}, { name: "c", nodes: "none" }]) {
    assertRefused(
      () => checkChain(value),
      "bad-chain",
      "this is no chain. Write chain(name, ({ call }) => { … })",
    );
  }
  const nodes: [unknown, WorkloadErrorCode, RegExp][] = [
    [null, "bad-name", /^chain "c", node "#1": Cannot use undefined as the name of a node/],
    [{ ...node, fn: undefined }, "bad-function", /^chain "c", node "f": a function is no object/],
    [{ ...node, after: [0] }, "unknown-predecessor", /a predecessor does not stand before the node/],
    [{ ...node, after: [-1] }, "unknown-predecessor", /a predecessor does not stand before the node/],
    [{ ...node, after: "x" }, "unknown-predecessor", /a predecessor does not stand before the node/],
  ];
  for (const [bad, code, message] of nodes) {
    assertRefused(() => checkChain({ name: "c", nodes: [bad] }), code, message);
  }
  const twice = { name: "c", nodes: [node, { ...node, name: "g", after: [0, 0] }] };
  assertRefused(
    () => checkChain(twice),
    "unknown-predecessor",
    /its predecessors are not in ascending order, each once/,
  );
});

Deno.test("chain(), call() and onFailed() refuse options that do not exist, and name the nearest", () => {
  const f = fn("f");
  const misspelt: readonly (readonly [build: () => unknown, words: string])[] = [
    [
      () => chain("c", ({ call }) => call(f, { affter: "x" } as object)),
      'chain "c", node "f": call() has no option "affter". Did you mean "after"? Its options are after, name, ',
    ],
    [
      () =>
        chain("c", ({ call, onFailed }) => [call(f), onFailed(f, { name: "undo", after: "f" } as object)]),
      'chain "c", node "undo": onFailed() has no option "after". Its options are name, args',
    ],
    [
      () => chain("c", ({ call }) => call(f), { timelimit: "1s" } as object),
      'chain "c": chain() has no option "timelimit". Did you mean "timeLimit"?',
    ],
    [
      () => chain("c", ({ call }) => call({ ...f, attempts: 5 } as typeof f)),
      'chain "c": function "f" has no option "attempts". Its options are name, url, ',
    ],
  ];
  for (const [build, words] of misspelt) {
    const error = thrownBy(build);
    assert(error instanceof WorkloadError && error.message.startsWith(words), String(error));
  }
});

Deno.test("chain() says of functions with a body alone that they are served", () => {
  const served = fn("f", { run: () => 1 });
  const { nodes } = chain("c", ({ call }) => [
    call(served),
    call({ ...fn("g", { run: () => 1 }), url: "http://h/g" }),
    call(fn("h")),
  ]);
  assertEquals(nodes.map(({ fn }) => fn.served), [true, undefined, undefined]);
  assertStrictEquals(definitionOf(nodes[0]!.fn), served);
});

Deno.test("call() refuses a function whose URL was overwritten with nothing", () => {
  const lost = { ...fn("f", { url: "http://h/" }), url: undefined } as unknown as FunctionDefinition;
  assertRefused(
    () => chain("c", ({ call }) => call(lost)),
    "bad-url",
    /^function "f": url is there, but undefined/,
  );
});
