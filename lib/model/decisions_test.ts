/** The decisions of a chain at run time, as data: conditions, maps, limits, compensation, sub-chains. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import type { Chain } from "./chain.ts";
import { chain, type ChainBuilder, type ChainOptions } from "./chain_builder.ts";
import { shapeOf } from "./chain_shape.ts";
import { checkChain } from "./check_chain.ts";
import type { WorkloadErrorCode } from "./errors.ts";
import { fn } from "./function.ts";
import { linkChains, subchainOf } from "./subchains.ts";
import { assertRefused } from "./testing.ts";
import { asWorkload, functionsOf, workload } from "./workload.ts";

const f = fn("f"), g = fn("g"), undo = fn("undo");
const build = (body: (builder: ChainBuilder) => void, options?: ChainOptions) => chain("c", body, options);

Deno.test("chain() keeps conditions, joins, maps, limits and the output as data", () => {
  const c = build(({ call }) => {
    const list = call(f);
    const each = call(g, { after: list, map: "inputs.f.files", concurrency: 3, onFailure: "skip" });
    call(f, { after: each, when: "inputs.g[0] > 1", join: "any" });
    call(f, { after: each, join: "all" });
  }, { output: "{% inputs.g %}", timeLimit: "1h", ttl: "5m" });
  const [, each, some, all] = c.nodes;
  assertEquals(each!.map, { items: "inputs.f.files", concurrency: 3 });
  assertEquals([some!.when, some!.join], ["inputs.g[0] > 1", "any"]);
  assertEquals("join" in all!, false, "what is the default is not written down");
  assertEquals([c.output, c.timeLimitMs, c.ttlMs], ["{% inputs.g %}", 3_600_000, 300_000]);
  assertStrictEquals(checkChain(c), c);
});

Deno.test("onFailed() adds a last node that is neither a root nor an end", () => {
  const c = build(({ call, onFailed }) => {
    onFailed(undo, { args: { what: "{% inputs.f %}" } });
    call(g, { after: call(f) });
  });
  assertEquals(c.nodes.map(({ name }) => name), ["f", "g", "undo"]);
  const { roots, last } = shapeOf(c);
  assertEquals([c.onFailed, roots, last], [2, [0], [1]]);
  assertStrictEquals(checkChain(c), c);
});

const refused: readonly [WorkloadErrorCode, RegExp, () => unknown][] = [
  [
    "bad-chain",
    /^chain "c", node "f": join is "some"\. Write "all", "any" or "settled"$/,
    () =>
      build(({ call }) => {
        call(f, { join: "some" as "any" });
      }),
  ],
  ["bad-chain", /node "f": when is no expression/, () =>
    build(({ call }) => {
      call(f, { when: " " });
    })],
  ["bad-chain", /node "f": map is no expression/, () =>
    build(({ call }) => {
      call(f, { map: "" });
    })],
  ["bad-chain", /node "f": concurrency is 0/, () =>
    build(({ call }) => {
      call(f, { map: "args.list", concurrency: 0 });
    })],
  ["bad-chain", /node "f": concurrency goes with map only/, () =>
    build(({ call }) => {
      call(f, { concurrency: 2 });
    })],
  ["bad-duration", /^chain "c": timeLimit/, () =>
    build(({ call }) => {
      call(f);
    }, { timeLimit: "soon" })],
  ["bad-chain", /^chain "c": onFailed\(\) was called twice/, () =>
    build(({ call, onFailed }) => {
      call(f);
      onFailed(undo);
      onFailed(undo);
    })],
  [
    "bad-chain",
    /^chain "c": onFailed is not the last node, or comes after others, or is alone/,
    () =>
      build(({ onFailed }) => {
        onFailed(undo);
      }),
  ],
  ["unknown-predecessor", /after names "undo"/, () =>
    build(({ call, onFailed }) => {
      onFailed(undo);
      call(f, { after: "undo" });
    })],
];

for (const [code, message, make] of refused) {
  Deno.test(`chain() refuses ${message.source}`, () => assertRefused(make, code, message));
}

const inner = chain("inner", ({ call }) => {
  call(g);
});

Deno.test("call() takes another chain, or the name of one in the workload", () => {
  const byValue = build(({ call }) => {
    call(f, { after: call(inner, { args: { x: 1 } }) });
  });
  const [node] = byValue.nodes;
  assertEquals([node!.name, node!.calls, node!.fn.name, node!.args], ["inner", "inner", "inner", { x: 1 }]);
  assertStrictEquals(checkChain(byValue), byValue);
  const byName = build(({ call }) => {
    call("inner");
  });
  const { chains } = asWorkload([byName, inner]);
  assertEquals(chains.map(({ chain }) => Object.keys(chain.subchains ?? {})), [["inner"], []]);
  assertStrictEquals(chains[1]!.chain, inner);
  assertStrictEquals(subchainOf(chains[0]!.chain, "inner"), inner);
  assertEquals([...functionsOf([chains[0]!.chain]).keys()], ["g"]);
});

const nest = (depth: number): Chain[] =>
  Array.from({ length: depth }, (_, i) =>
    chain(`c${i}`, ({ call }) => {
      if (i + 1 < depth) call(`c${i + 1}`);
      else call(f);
    }));

Deno.test("linkChains() gives a chain all that it may come to call, each once", () => {
  const [outermost, ...others] = linkChains(nest(4));
  assertEquals(Object.keys(outermost!.subchains!), ["c1", "c2", "c3"]);
  assertEquals(Object.values(outermost!.subchains!).map(({ subchains }) => subchains), [
    undefined,
    undefined,
    undefined,
  ]);
  const second = subchainOf(outermost!, "c1");
  assertStrictEquals(second, subchainOf(outermost!, "c1"), "the same object each time");
  assertEquals(subchainOf(subchainOf(second, "c2"), "c3").nodes, others[2]!.nodes);
});

Deno.test("a workload refuses chains that are unknown, call each other in a circle, or too deep", () => {
  const calls = (name: string, callee: string) =>
    chain(name, ({ call }) => {
      call(callee);
    });
  assertRefused(
    () => asWorkload([calls("a", "iner"), inner]),
    "unknown-chain",
    'chain "a", node "iner": it calls the chain "iner", which the workload has not; did you mean "inner"?',
  );
  assertRefused(
    () => workload({ chains: [{ chain: calls("a", "b") }, { chain: calls("b", "a") }] }),
    "cycle",
    'the chains call each other: "a" → "b" → "a". Take one of these calls out',
  );
  assertRefused(() => asWorkload(calls("a", "a")), "cycle", /"a" → "a"/);
  asWorkload(nest(8));
  assertRefused(
    () => asWorkload(nest(9)),
    "bad-chain",
    'chain "c0": chains call each other more than 8 deep',
  );
  assertRefused(() => checkChain(calls("a", "b")), "unknown-chain", /calls the chain "b"/);
});
