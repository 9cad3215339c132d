import { assert, assertEquals } from "@std/assert";
import { type Chain, chain, constant, fn, type NodeRef } from "../model/mod.ts";
import { drawChain, drawNodes } from "./mod.ts";
import { DOCUMENTS } from "./testing.ts";

const f = fn("f", { time: constant("1s") });

Deno.test("drawChain() draws what a chain decides, and a join once", () => {
  assertEquals(drawChain(DOCUMENTS[0]!), [
    "documents: 5 nodes, time limit 1h, must start within 5m",
    "├─ list  500ms",
    "│  ├─ convert  chain convert, 2s, if inputs.list.pages < 10",
    "│  │  └─ → publish",
    '│  └─ many  chain convert, 2s, if inputs.list.kind = "large"',
    "│     └─ publish  after the ends of convert, many, skip if it fails",
    "└─ undo  1s, only if the chain fails",
    "   output: {% inputs.publish %}",
    "   critical path: list → convert → publish; at least 2.50s",
    "   widest stage: 4 (convert, many)",
    "   expected work: at least 8.50s",
    "   no time declared: publish",
  ]);
});

Deno.test("drawChain() draws maps and several first nodes", () => {
  assertEquals(drawChain(DOCUMENTS[1]!), [
    "convert: 2 nodes",
    "├─ render  2s, for each of args.pages, 3 at once, continue if it fails",
    "└─ cover  render, 2s",
    "   output: {% $count(inputs.render) %}",
    "   critical path: render; 2s",
    "   widest stage: 2 (render, cover)",
    "   expected work: 4s",
  ]);
});

Deno.test("drawChain() says nothing of times where none are declared", () => {
  const bare = chain("bare", ({ call }) => call(chain("inner", ({ call }) => call(fn("g")))));
  assertEquals(drawChain(bare), [
    "bare: 1 node",
    "└─ inner  chain inner",
    "   critical path: inner",
    "   widest stage: 1 (inner)",
    "   no time declared: g",
  ]);
});

Deno.test("drawChain() refers to a join below each of those before it but the last", () => {
  const diamond = chain("diamond", ({ call }) => {
    const start = call(f, { name: "start" });
    const [a, b] = [call(f, { name: "a", after: start }), call(f, { name: "b", after: start })];
    const both = call(f, { name: "both", after: [start, a, b] });
    call(f, { name: "any", after: [a, both], join: "any" });
    call(f, { name: "end", after: both });
  });
  assertEquals(drawChain(diamond).slice(0, 9), [
    "diamond: 6 nodes",
    "└─ start  f, 1s",
    "   ├─ a  f, 1s",
    "   │  ├─ → both",
    "   │  └─ → any",
    "   ├─ b  f, 1s",
    "   │  └─ both  f, 1s, after all of start, a, b",
    "   │     ├─ any  f, 1s, after any of a, both",
    "   │     └─ end  f, 1s",
  ]);
});

Deno.test("drawChain() keeps expressions in one short line, whatever they hold", () => {
  const odd = chain("odd", ({ call }) => call(f, { when: `\x1b[2J a\n\t and ${"x".repeat(200)}` }));
  assertEquals(drawChain(odd)[1], `└─ f  1s, if [2J a and ${"x".repeat(70)}…`);
});

function line(length: number): Chain {
  return chain("line", ({ call }) => {
    for (let i = 1, last: NodeRef | undefined; i <= length; i++) {
      last = call(f, { name: `n${i}`, ...(last && { after: last }) });
    }
  });
}

Deno.test("drawChain() goes on at the margin where a chain is deep", () => {
  const lines = drawChain(line(18));
  assertEquals(lines.slice(1, 3), ["├─ n1  f, 1s", "│  └─ n2  f, 1s"]);
  assertEquals(lines.slice(16, 20), [
    `│  ${"   ".repeat(14)}└─ n16  f, 1s`,
    `│  ${"   ".repeat(15)}└─ → n17`,
    "└─ n17  f, 1s",
    "   └─ n18  f, 1s",
  ]);
});

Deno.test("drawChain() draws large chains in a drawing of linear size", () => {
  const lines = drawChain(line(20_000));
  assert(lines.length < 25_000 && lines.every((text) => text.length < 250));
  assertEquals(
    lines.find((text) => text.includes("critical path")),
    "   critical path: n1 → n2 → n3 → n4 → n5 → n6 → n7 → n8 → n9 → n10 → … (19989 more) → n20000; 5h 33m",
  );
  for (let i = 1; i <= 20_000; i += 997) {
    assert(lines.some((text) => text.endsWith(`─ n${i}  f, 1s`)), `n${i}`);
  }
});

Deno.test("drawNodes() puts further lines below a node, beside what comes after it", () => {
  const two = chain("two", ({ call }) => void call(f, { name: "end", after: call(f, { name: "start" }) }));
  assertEquals(drawNodes(two, (node) => [`number ${node}`, "first", "second"]), [
    "└─ start  number 0",
    "   │  first",
    "   │  second",
    "   └─ end  number 1",
    "         first",
    "         second",
  ]);
});
