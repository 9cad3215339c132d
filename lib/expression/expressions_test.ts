import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { type Json, readJson, realClock } from "../model/mod.ts";
import { type Constants, ExpressionError, Expressions, isTrue, type Scope } from "./mod.ts";
import { compileSimple } from "./simple.ts";
import { scopeOf } from "./testing.ts";

const scope = scopeOf({
  inputs: { resize: { score: 0.7, files: ["a.png", "b.png"], "content-type": "image/png" }, skipped: null },
  args: { bucket: "photos" },
  item: { file: "c.png" },
});

async function valueOf(
  expressions: Expressions,
  text: string,
  of = scope,
  constants?: Constants,
): Promise<Json | undefined> {
  const json = await expressions.value(text, of, constants);
  return json === undefined ? undefined : readJson(json);
}

const table: readonly [string, Json | undefined][] = [
  ["inputs.resize.score > 0.5", true],
  ["inputs.resize.files", ["a.png", "b.png"]],
  ["inputs.resize.files[0]", "a.png"],
  ["inputs.resize.`content-type`", "image/png"],
  ['args.bucket & "/" & instance.id', "photos/01X"],
  ["instance.labels.tenant", "acme"],
  ["item.file", "c.png"],
  ["index + 1", 3],
  ["inputs.skipped", null],
  ["inputs.nobody", undefined],
  ["inputs.resize.{ 'n': $count(files) }", { n: 2 }],
  ["$distinct([1, 2, 1, '1', {'a': 1}, {'a': 1}])", [1, 2, "1", { a: 1 }]],
  ["$pad('x', 3) & $pad('y', -3, '#')", "x  ##y"],
  ["$map(inputs.resize.files, $uppercase)", ["A.PNG", "B.PNG"]],
  ["($first := $substring(?, 0, 1); $first('abc'))", "a"],
  ["$sort([3, 1, 2])", [1, 2, 3]],
  ["$eval('1 + 1')", 2],
];

Deno.test("Expressions.value() answers as JSONata does, at once or by an evaluator", async (t) => {
  await using expressions = new Expressions(realClock);
  for (const [text, expected] of table) {
    await t.step(text, async () => assertEquals(await valueOf(expressions, text), expected));
  }
});

Deno.test("Expressions.value() hands parts of the scope to an evaluator byte for byte", async () => {
  await using expressions = new Expressions(realClock);
  const args = '{ "text": "é\\u0000\\n\\"", "n": 1.50 }\n' as Scope["args"];
  const value = await valueOf(expressions, "$map([args], function($a) { $a })", { ...scope, args });
  assertEquals(value, { text: 'é\0\n"', n: 1.5 });
});

Deno.test("Expressions.list() takes what is no list for a list of one, and nothing and null for an empty one", async () => {
  await using expressions = new Expressions(realClock);
  const list = [{ price: 3 }, { price: 7 }, { price: 9 }];
  const of = scopeOf({ inputs: { list, none: null, one: { a: 1 } }, args: {} });
  const cases: readonly [string, readonly Json[]][] = [
    ["inputs.list", list],
    ["inputs.list[price > 5]", [{ price: 7 }, { price: 9 }]],
    ["inputs.list[price > 8]", [{ price: 9 }]],
    ["inputs.list[price > 9]", []],
    ["inputs.none", []],
    ["inputs.one", [{ a: 1 }]],
    ["'text'", ["text"]],
    ["[]", []],
    ["[[1, 2]]", [[1, 2]]],
  ];
  for (const [text, expected] of cases) {
    for (const form of [text, `$eval(${JSON.stringify(text)})`]) { // at once, and by an evaluator
      assertEquals((await expressions.list(form, of)).map(readJson), expected, form);
    }
    assertEquals(compileSimple(text) === undefined, false, text);
  }
});

Deno.test("Expressions.list() takes a match that is a list for one item, however many matches there are", async () => {
  await using expressions = new Expressions(realClock);
  const of = scopeOf({
    inputs: {
      pairs: [[1, 2], [3, 4], [5, 6]],
      one: [7],
      nulls: [null, 1],
      none: null,
      rows: [{ tags: [1, 2] }],
    },
  });
  const cases: readonly [string, readonly Json[]][] = [
    ["inputs.pairs[$[0] > 9]", []],
    ["inputs.pairs[$[0] > 4]", [[5, 6]]],
    ["inputs.pairs[$[0] > 2]", [[3, 4], [5, 6]]],
    ["index = 2 ? inputs.pairs[$[0] > 4] : []", [[5, 6]]],
    ["($least := 4; inputs.pairs[$[0] > $least])", [[5, 6]]],
    ["inputs.one.[$, 1]", [[7, 1]]],
    ["inputs.pairs[0]", [1, 2]], // it names a list, and is no filter
    ["inputs.rows.tags", [1, 2]],
    ["(inputs.none)", []],
    ["inputs.none[$ = null]", []],
    ["[null]", [null]],
    ["$filter(inputs.pairs, function($pair) { $pair[0] > 4 })", [[5, 6]]],
    ["$map(inputs.one, function($n) { [$n, $n] })", [[7, 7]]],
  ];
  for (const [text, expected] of cases) {
    for (const form of [text, `$match('a', /a/) ? (${text}) : []`]) { // at once, where it can be, and by an evaluator
      assertEquals((await expressions.list(form, { ...of, index: 2 })).map(readJson), expected, form);
    }
  }
});

Deno.test("Expressions.value() matches regular expressions as JavaScript does", async () => {
  await using expressions = new Expressions(realClock);
  for (const regex of ["/[a-z]+\\.png/", "/[a-z]+\\.png/i", "/(\\w)(\\d+)/", "/^a/m", "/(x)?a/"]) {
    const [, source, flags] = /^\/(.*)\/(\w*)$/.exec(regex)!;
    for (const text of ["a.png b.PNG c.jpg", "", "ab12cd345", "a\nb\na"]) {
      const found = await valueOf(
        expressions,
        `$match(args.text, ${regex}).match`,
        scopeOf({ args: { text } }),
      );
      const expected = [...text.matchAll(new RegExp(source!, flags + "g"))].map(([match]) => match);
      assertEquals(found === undefined ? [] : [found].flat(), expected, `${regex} in ${text}`);
    }
  }
  assertEquals(await valueOf(expressions, "$replace('a-b', /(\\w)-(\\w)/, '$2-$1')"), "b-a");
});

const failing: readonly [code: string, text: string, words: string][] = [
  ["bad-expression", "inputs.a.(", 'Expected ")" before end of expression, at position 10'],
  ["bad-expression", "", "end of expression"],
  ["bad-expression", "$match('ab', /(?=b)/)", "(?="],
  [
    "expression-failed",
    "$sum('a')",
    'Argument 1 of function "sum" must be an array of "numbers", at position',
  ],
  ["expression-failed", "$error('no such tenant')", "no such tenant"],
  ["not-json", "function($x) { $x }", "answers what JSON cannot carry"],
  ["not-json", "{'a': [$sum]}", "at .a"],
  ["not-json", "inputs.page.title", "needs the output of page, which is no JSON"],
];

Deno.test("Expressions.value() says why an expression has no value", async (t) => {
  await using expressions = new Expressions(realClock);
  const of = scopeOf({ inputs: { page: "<html>" } }, { unreadable: ["page"] });
  for (const [code, text, words] of failing) {
    await t.step(`${code}: ${text}`, async () => {
      const error = await assertRejects(async () => await expressions.value(text, of), ExpressionError);
      assertEquals(error.code, code, error.message);
      assertStringIncludes(error.message, words);
      assertStringIncludes(error.message, JSON.stringify(text));
    });
  }
});

Deno.test("Expressions.value() leaves nothing behind for the next evaluation", async () => {
  await using expressions = new Expressions(realClock);
  await valueOf(expressions, "inputs ~> |resize|{'score': 1}|");
  await valueOf(expressions, "($x := 5; $sum := 3; $x)");
  assertEquals(await valueOf(expressions, "inputs.resize.score"), 0.7);
  assertEquals(await valueOf(expressions, "$x"), undefined);
  assertEquals(await valueOf(expressions, "$sum([1, 2])"), 3);
  assertEquals(await valueOf(expressions, "__proto__.polluted"), undefined);
});

const decided = [
  "$random()",
  "[$random(), $random()]",
  "$shuffle([1..20])",
  "$now()",
  "$now('[Y]-[M01]')",
  "$millis()",
  "$map([1..3], function($i) { $random() })",
];

Deno.test("Expressions.value() decides the same for the same constants, in another process too", async () => {
  await using one = new Expressions(realClock);
  await using other = new Expressions(realClock);
  for (const text of decided) {
    const constants = { seed: `i/pay args.${text}`, nowMs: Date.UTC(2026, 0, 2) };
    const first = await valueOf(one, text, scope, constants);
    assertEquals(await valueOf(one, text, scope, constants), first, text);
    assertEquals(await valueOf(other, text, scope, constants), first, text);
  }
  const constants = { seed: "a", nowMs: Date.UTC(2026, 0, 2) };
  assertEquals(await valueOf(one, "$now()", scope, constants), "2026-01-02T00:00:00.000Z");
  assertEquals(await valueOf(one, "$millis()", scope, constants), Date.UTC(2026, 0, 2));
  const shuffled = await valueOf(one, "$shuffle([1..20])", scope, constants);
  const otherwise = await valueOf(one, "$shuffle([1..20])", scope, { ...constants, seed: "b" });
  assert(JSON.stringify(shuffled) !== JSON.stringify(otherwise), "another seed, another order");
  assertEquals((shuffled as number[]).toSorted((a, b) => a - b), Array.from({ length: 20 }, (_, i) => i + 1));
});

Deno.test("isTrue() is $boolean", async () => {
  await using expressions = new Expressions(realClock);
  const values = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom(null, true, false, 0, 1, -1, "", "x"),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("a", "b"), tie("value"), { maxKeys: 2, noNullPrototype: true }),
    ),
  })).value as fc.Arbitrary<Json>;
  await fc.assert(fc.asyncProperty(values, async (value) => {
    // A singleton list stands for its item in JSONata, before $boolean sees it.
    const expected = await valueOf(
      expressions,
      "$eval('$boolean(args.value)')",
      scopeOf({ args: { value } }),
    );
    assertEquals(isTrue(value), expected ?? false);
  }));
  assert(!isTrue(undefined));
});
