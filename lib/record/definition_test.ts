import { assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { type Chain, chain, checkChain, fn } from "../model/mod.ts";
import { anyInstance } from "../wire/testing.ts";
import { definedChain, definitionArgs } from "./definition.ts";

const args = (of: Chain) => JSON.parse(JSON.stringify(definitionArgs(of))) as Record<string, unknown>;

/** The parts of a chain that scheduling depends on. */
function shape({ name, nodes, onFailed }: Chain): unknown {
  return [
    name,
    nodes.slice(0, onFailed).map((
      { name, after, onFailure, join, fn: { name: of, timeoutMs, retry, time, priority, atMostOnce } },
    ) => [
      ...[name, after, onFailure, join],
      ...[of, timeoutMs, retry, time, priority, atMostOnce],
    ]),
  ];
}

Deno.test("definedChain() gives back the shape of any chain, as one that can be run", () => {
  fc.assert(fc.property(anyInstance, ({ chain }) => {
    const back = definedChain(args(chain))!;
    assertEquals(shape(checkChain(back)), shape(chain));
  }));
});

Deno.test("definitionArgs() says nothing of where and with what functions are called", () => {
  const secret = chain("c", ({ call }) => {
    const f = fn("f", { url: "https://example.net/?key=hush", headers: { authorization: "hush" } });
    call(f, { args: { password: "hush" } });
  });
  assertFalse(JSON.stringify(definitionArgs(secret)).includes("hush"));
});

Deno.test("definedChain() answers undefined for what cannot be run, whatever it is", () => {
  const good = args(chain("c", ({ call }) => {
    call(fn("g"), { after: call(fn("f")) });
  }));
  const parts = fc.constantFrom("chain", "functions", "nodes");
  fc.assert(fc.property(parts, fc.jsonValue(), (part, value) => {
    const chain = definedChain({ ...good, [part]: value });
    if (chain !== undefined) checkChain(chain);
  }));
  assertEquals(definedChain({ ...good, functions: [] }), undefined);
  assertEquals(definedChain({}), undefined);
});
