import { assertEquals } from "@std/assert";
import { chain, fn } from "../model/mod.ts";
import { drawMermaid } from "./mod.ts";
import { DOCUMENTS } from "./testing.ts";

Deno.test("drawMermaid() draws chains as subgraphs, with arrows to those that are called", () => {
  assertEquals(drawMermaid([DOCUMENTS]), [
    "flowchart TD",
    '  subgraph c0["documents: 5 nodes, time limit 1h, must start within 5m"]',
    '    c0n0["list<br>500ms"]',
    '    c0n1(["convert<br>chain convert<br>2s<br>if inputs.list.pages #60; 10"])',
    '    c0n2(["many<br>chain convert<br>2s<br>if inputs.list.kind = #34;large#34;"])',
    '    c0n3["publish<br>after the ends of convert, many<br>skip if it fails"]',
    '    c0n4{{"undo<br>1s<br>only if the chain fails"}}',
    "    c0n0 --> c0n1",
    "    c0n0 --> c0n2",
    "    c0n1 --> c0n3",
    "    c0n2 --> c0n3",
    "  end",
    '  subgraph c1["convert: 2 nodes"]',
    '    c1n0[["render<br>2s<br>for each of args.pages, 3 at once<br>continue if it fails"]]',
    '    c1n1["cover<br>render<br>2s"]',
    "  end",
    "  c0n1 -.-> c1",
    "  c0n2 -.-> c1",
  ]);
});

Deno.test("drawMermaid() escapes what means something to Mermaid or HTML", () => {
  const odd = chain("end", ({ call }) => call(fn("f"), { when: '`a` & "b" <script>\n#quot; \\"' }));
  assertEquals(
    drawMermaid([[odd]])[2],
    '    c0n0["f<br>if #96;a#96; #38; #34;b#34; #60;script#62; #35;quot; #92;#34;"]',
  );
});

Deno.test("drawMermaid() keeps chains of the same name apart that come from different workloads", () => {
  const [callee, other] = [1, 2].map((n) => chain("same", ({ call }) => call(fn(`f${n}`))));
  const caller = chain("caller", ({ call }) => call(callee!));
  const lines = drawMermaid([[caller, callee!], [other!]]);
  assertEquals(lines.filter((text) => /subgraph|-\.->/.test(text)), [
    '  subgraph c0["caller: 1 node"]',
    '  subgraph c1["same: 1 node"]',
    "  c0n0 -.-> c1",
    '  subgraph c2["same: 1 node"]',
  ]);
});
