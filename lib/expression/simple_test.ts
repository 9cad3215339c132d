import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import jsonata from "jsonata";
import type { Json, JsonObject } from "../model/mod.ts";
import { keepSingletons } from "./kept_singletons.ts";
import { compileSimple } from "./simple.ts";

const data = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, 1, -1, 2.5, 0.1, "", "x", "1", "yz"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value as fc.Arbitrary<Json>;

/** Roots as chains have them: lists of objects are frequent. */
const rows = fc.array(
  fc.record({ a: fc.integer({ min: 0, max: 3 }), b: fc.constantFrom("x", "y") }, { requiredKeys: [] }),
  { maxLength: 4 },
) as unknown as fc.Arbitrary<Json>;
const roots = fc.record({ a: fc.oneof(data, rows), b: rows, c: data }) as unknown as fc.Arbitrary<JsonObject>;

const names = fc.constantFrom("a", "b", "c", "d");

const { text: texts } = fc.letrec<{ text: string; path: string; filter: string }>((tie) => ({
  text: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { arbitrary: tie("path"), weight: 6 },
    fc.constantFrom("1", "0", "-1", "2.5", "'x'", "''", "true", "false", "null", "$", "$$", "$v"),
    fc.tuple(
      tie("text"),
      fc.constantFrom(..."+ - * / % = != < <= > >= & and or in".split(" ")),
      tie("text"),
    ).map(([a, op, b]) => `(${a} ${op} ${b})`),
    fc.tuple(tie("text"), tie("text"), tie("text")).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    fc.array(tie("text"), { maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
    fc.tuple(tie("text"), tie("text")).map(([a, b]) => `{'a': ${a}, 'b': ${b}}`),
    fc.tuple(tie("text"), tie("text")).map(([a, b]) => `($v := ${a}; ${b})`),
    fc.tuple(
      fc.constantFrom(
        ..."exists count sum max min average not boolean string uppercase lowercase abs floor ceil merge"
          .split(" "),
      ),
      tie("text"),
    ).map(([name, a]) => `$${name}(${a})`),
    fc.tuple(tie("text"), tie("text")).map(([a, b]) => `$contains(${a}, ${b})`),
    fc.tuple(tie("text"), tie("filter")).map(([a, filter]) => `${a}${filter}`),
    tie("text").map((a) => `-(${a})`),
  ),
  filter: fc.oneof(
    fc.constantFrom("[0]", "[-1]", "[1]", "[]"),
    tie("text").map((a) => `[${a}]`),
    names.map((name) => `[${name} = 'x']`),
  ),
  path: fc.tuple(
    fc.oneof(
      { arbitrary: names, weight: 4 },
      fc.array(tie("text"), { maxLength: 2 }).map((items) => `[${items.join(", ")}]`),
      fc.constantFrom("$", "$$", "$v", "*", "**"),
    ),
    fc.array(
      fc.oneof(
        { arbitrary: names.map((name) => `.${name}`), weight: 3 },
        tie("filter"),
        tie("text").map((a) => `.(${a})`),
        fc.constantFrom(".*", ".**"),
      ),
      { maxLength: 3 },
    ),
  ).map(([first, steps]) => first + steps.join("")),
}));

async function fullAnswer(text: string, root: JsonObject, keepsLists: boolean): Promise<unknown> {
  try {
    const expression = jsonata(text);
    if (keepsLists) keepSingletons(expression.ast());
    return { value: plain(await expression.evaluate(structuredClone(root))) };
  } catch (error) {
    return { error };
  }
}

/** As it leaves the evaluator: as JSON. */
function plain(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text === undefined ? undefined : JSON.parse(text);
}

for (const [how, keepsLists] of [["", false], [" and keeps lists of one", true]] as const) {
  Deno.test(`compileSimple() answers what JSONata answers${how}, or declines`, async () => {
    let simple = 0, answered = 0, runs = 0;
    await fc.assert(
      fc.asyncProperty(texts, roots, async (text, root) => {
        runs++;
        const run = compileSimple(text, keepsLists);
        if (run === undefined) return;
        simple++;
        const before = JSON.stringify(root);
        const found = run(root, plain);
        if (found === undefined) return;
        answered++;
        assertEquals({ value: found.value }, await fullAnswer(text, root, keepsLists), text);
        assertEquals(JSON.stringify(root), before);
      }),
      { numRuns: 2000 },
    );
    assert(simple > runs * 0.5, `${simple} of ${runs} were taken for simple`);
    assert(answered > runs * 0.2, `${answered} of ${runs} were answered`);
  });
}

/** Of the examples, the documentation and the tests: none of these is worth a process of its own. */
const SIMPLE = [
  "inputs.a.score > 5",
  "instance.id & '/' & inputs.a.name",
  "$count(inputs.extract[words > 40]) > 0",
  "[inputs.extract[$exists(error)].error]",
  "$merge([inputs.publish, { 'summary': inputs.summarise }])",
  "$sum([inputs.a, inputs.b].**.number) % 5 != 1",
  "($id := item.id; inputs.list[id = $id].name)",
  "args.size > 3 and $not($exists(inputs.skipped))",
  "'order-' & $string(index % 3) & args.total",
  "inputs.list[-1].tags[]",
];

Deno.test("compileSimple() takes what chains commonly decide by", () => {
  for (const text of SIMPLE) {
    for (const keepsLists of [false, true]) {
      if (!keepsLists || !text.includes("$merge([")) {
        assert(compileSimple(text, keepsLists) !== undefined, text);
      }
    }
  }
});
