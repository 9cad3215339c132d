import { assertEquals, assertRejects } from "@std/assert";
import { type Chain, chain, type ChainOptions, fn, WorkloadError } from "../model/mod.ts";
import { checkExpressions } from "./mod.ts";

const f = fn("f");

Deno.test("checkExpressions() takes chains whose expressions can all be read, and those that have none", async () => {
  await checkExpressions(chain("plain", ({ call }) => call(f, { args: { text: "no {% template %}" } })));
  await checkExpressions(chain("good", ({ call, onFailed }) => {
    const list = call(f, { name: "list", when: "args.size > 3" });
    call(f, { after: list, map: "inputs.list[size > 3].name", args: { file: ["{% item %}"] } });
    onFailed(f, { args: { done: '{% $match("a", /a+/) %}' } });
  }, { output: "{% $sum(inputs.f) %}" }));
  await checkExpressions(chain("inner", ({ call }) => {
    call(f, { name: "list" });
    call(f, { after: "list", args: { a: "{% args.files[inputs.x = 1].(inputs.y) ^(inputs.z) %}" } });
    call(f, { name: "all", after: "list", when: "$count(inputs.*) > 0 and $lookup(inputs, 'no') = null" });
  }));
  await checkExpressions(chain("constant", ({ call }) => call(f), { output: "1 +" }));
});

const inner = (name: string) => chain(name, ({ call }) => call(f, { name: "deep", when: "1 +" }));
const one = (
  options: Parameters<Parameters<Parameters<typeof chain>[1]>[0]["call"]>[1],
  more?: ChainOptions,
) => chain("c", ({ call }) => call(f, options), more);

const CASES: readonly (readonly [what: string, Chain, place: string, start: string])[] = [
  [
    "when",
    one({ when: "inputs.a >" }),
    'chain "c", node "f"',
    'when: the expression "inputs.a >" cannot be read: ',
  ],
  ["map", one({ map: "list[" }), 'chain "c", node "f"', 'map: the expression "list[" cannot be read: '],
  [
    "args",
    one({ args: { a: [{ b: "{% ) %}" }] } }),
    'chain "c", node "f"',
    'args.a[0].b: the expression " ) " ',
  ],
  [
    "output",
    one({}, { output: "{% 'open %}" }),
    'chain "c"',
    'output: the expression " \'open " cannot be read: ',
  ],
  [
    "onFailed",
    chain("c", ({ call, onFailed }) => [call(f), onFailed(f, { name: "undo", args: { a: "{% 1 1 %}" } })]),
    'chain "c", node "undo"',
    'args.a: the expression " 1 1 " cannot be read: ',
  ],
  [
    "a called chain",
    chain("c", ({ call }) => call(inner("sub"))),
    'chain "sub", node "deep"',
    'when: the expression "1 +" cannot be read: ',
  ],
  [
    "a regular expression that needs more than linear time",
    one({ when: "$match('a', /(a)\\1/)" }),
    'chain "c", node "f"',
    "when: the expression ",
  ],
];

for (const [what, bad, place, start] of CASES) {
  Deno.test(`checkExpressions() says where in ${what} an expression cannot be read`, async () => {
    const error = await assertRejects(() => checkExpressions(bad), WorkloadError);
    assertEquals(error.code, "bad-expression");
    assertEquals(error.message.slice(0, place.length + 2 + start.length), `${place}: ${start}`);
    if (!what.startsWith("a regular")) {
      assertEquals(/, at position \d+\. Write JSONata/.test(error.message), true, error.message);
    }
  });
}

for (
  const [expression, input] of [
    ["inputs.lst.files", "lst"],
    ["$count(inputs.first) > 0", "first"],
    ["args.x ? inputs.lst : 1", "lst"],
    ["$map(args.files, function($file) { $file & inputs.lst })", "lst"],
    ["args.files.($$.inputs.list.name & 'x')[0] = $$.inputs.lst", "lst"],
    ["inputs.'the list'", "the list"],
    ["{ 'a': [inputs.lst] }.a", "lst"],
  ] as const
) {
  Deno.test(`checkExpressions() refuses ${expression}, as inputs has no such node`, async () => {
    const bad = chain("c", ({ call }) => {
      const list = call(f, { name: "list", after: call(f, { name: "first" }) });
      call(f, { name: "n", after: list, when: expression });
    });
    const { code, message } = await assertRejects(() => checkExpressions(bad), WorkloadError);
    assertEquals(code, "unknown-predecessor");
    const hint = input === "lst" ? 'Did you mean "list"? ' : "";
    assertEquals(
      message,
      `chain "c", node "n": when: inputs.${input} names no node whose output is known there. ${hint}inputs has list`,
    );
  });
}

Deno.test("checkExpressions() lets onFailed and the chain's output read all nodes, but the one that undoes", async () => {
  const build = (name: string) =>
    chain("c", ({ call, onFailed }) => {
      call(f, { name: "b", after: call(f, { name: "a" }) });
      onFailed(f, { name: "undo", args: { why: `{% inputs.${name} %}` } });
    }, { output: `{% inputs.${name} %}` });
  await checkExpressions(build("a"));
  await checkExpressions(build("b"));
  await assertRejects(() => checkExpressions(build("undo")), WorkloadError, "inputs.undo names no node");
});
