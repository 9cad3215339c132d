import { assertEquals, assertStrictEquals } from "@std/assert";
import { type Chain, chain, checkChain, fn } from "../model/mod.ts";
import { unfold } from "./unfold.ts";

const drawn = ({ nodes }: Chain) =>
  nodes.map(({ name, after }) => `${name} < ${after.map((i) => nodes[i]!.name).join(" ")}`.trimEnd());

Deno.test("unfold() leaves chains alone that decide nothing", () => {
  const plain = chain("plain", ({ call }) => void call(fn("b"), { after: call(fn("a")) }));
  assertStrictEquals(unfold(plain, 3), plain);
});

Deno.test("unfold() runs conditions as true, maps for so many items, called chains in place, and undoes nothing", () => {
  const inner = chain("inner", ({ call }) => {
    const a = call(fn("a"));
    call(fn("b"), { after: a });
    call(fn("c"), { after: a });
  });
  const outer = chain("outer", ({ call, onFailed }) => {
    const list = call(fn("list"));
    const each = call(fn("each"), { after: list, map: "inputs.list", concurrency: 2 });
    const called = call(inner, { after: list, when: "inputs.list[0]" });
    call(fn("end"), { after: [each, called], join: "settled" });
    onFailed(fn("undo"));
  });
  const plain = unfold(outer, 3);
  checkChain(plain);
  assertEquals(drawn(plain), [
    "list <",
    "each/0 < list",
    "each/1 < list",
    "each/2 < each/0",
    "inner/a < list",
    "inner/b < inner/a",
    "inner/c < inner/a",
    "end < each/0 each/1 each/2 inner/b inner/c",
  ]);
  assertEquals(plain.nodes.at(-1)!.join, "settled");
});

Deno.test("unfold() maps called chains as wholes", () => {
  const inner = chain("inner", ({ call }) => void call(fn("b"), { after: call(fn("a")) }));
  const outer = chain("outer", ({ call }) => void call(inner, { map: "args.list", name: "n" }));
  assertEquals(drawn(unfold(outer, 2)), ["n/0/a <", "n/0/b < n/0/a", "n/1/a <", "n/1/b < n/1/a"]);
});
