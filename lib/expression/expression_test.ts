import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import type { Json } from "../model/mod.ts";
import { checkExpression, evaluate, ExpressionError, isTrue, type Scope } from "./mod.ts";

const scope: Scope = {
  inputs: { resize: { score: 0.7, files: ["a.png", "b.png"], "content-type": "image/png" }, skipped: null },
  args: { bucket: "photos" },
  instance: { id: "01X", chain: "thumbnails", labels: { tenant: "acme" }, submitted: "2026-01-01T00:00:00Z" },
  item: { file: "c.png" },
  index: 2,
};

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
];

for (const [text, expected] of table) {
  Deno.test(`evaluate() ${text}`, async () => assertEquals(await evaluate(text, scope), expected));
}

Deno.test("evaluate() matches regular expressions as JavaScript does", async () => {
  const texts = ["a.png b.PNG c.jpg", "", "ab12cd345", "a\nb\na"];
  for (const regex of ["/[a-z]+\\.png/", "/[a-z]+\\.png/i", "/(\\w)(\\d+)/", "/^a/m", "/(x)?a/"]) {
    const [, source, flags] = /^\/(.*)\/(\w*)$/.exec(regex)!;
    for (const text of texts) {
      const found = await evaluate(`$match(args.text, ${regex}).match`, { ...scope, args: { text } });
      const expected = [...text.matchAll(new RegExp(source!, flags + "g"))].map(([match]) => match);
      assertEquals(found === undefined ? [] : [found].flat(), expected, `${regex} in ${text}`);
    }
  }
  assertEquals(await evaluate("$replace('a-b', /(\\w)-(\\w)/, '$2-$1')", scope), "b-a");
});

const failing: readonly [code: string, text: string, words: string][] = [
  ["bad-expression", "inputs.a.(", 'Expected ")" before end of expression, at position 10'],
  ["bad-expression", "", "end of expression"],
  [
    "expression-failed",
    "$sum('a')",
    'Argument 1 of function "sum" must be an array of "numbers", at position',
  ],
  ["expression-failed", "$error('no such tenant')", "no such tenant"],
  ["bad-expression", "$match('ab', /(?=b)/)", "(?="],
  ["expression-timeout", "($f := function($n) { $f($n + 1) }; $f(0))", "took longer than 100 ms"],
  ["expression-depth", "($f := function($n) { 1 + $f($n + 1) }; $f(0))", "goes deeper than 500 levels"],
  ["expression-size", "[1..10000000]", "too large"],
  ["expression-size", "[1..100000000]", "too large"],
  ["expression-size", "$pad('x', 1000000000)", "too large"],
  ["expression-size", "$reduce([1..60], function($s, $i) { $s & $s }, 'x')", "too large"],
  ["not-json", "function($x) { $x }", "answers what JSON cannot carry"],
  ["not-json", "{'a': [$sum]}", "at .a"],
];

for (const [code, text, words] of failing) {
  Deno.test(`evaluate() stops at ${code}: ${text}`, async () => {
    const error = await assertRejects(() => evaluate(text, scope), ExpressionError);
    assertEquals(error.code, code, error.message);
    assertStringIncludes(error.message, words);
    assertStringIncludes(error.message, JSON.stringify(text));
  });
}

Deno.test("evaluate() does not hang in what takes more than linear time elsewhere", async () => {
  const list = Array.from({ length: 100_000 }, (_, i) => i);
  const distinct = await evaluate("$distinct(args.list)", { ...scope, args: { list } });
  assertEquals((distinct as Json[]).length, 100_000);
  const text = "a".repeat(40) + "c";
  assertEquals(await evaluate("$contains(args.text, /(a+)+b/)", { ...scope, args: { text } }), false);
});

Deno.test("evaluate() cannot change what it is given, nor the next evaluation", async () => {
  const before = structuredClone(scope);
  await evaluate("inputs ~> |resize|{'score': 1}|", scope);
  await evaluate("($x := 5; $sum := 3; $x)", scope);
  assertEquals(scope, before);
  assertEquals(await evaluate("$x", scope), undefined);
  assertEquals(await evaluate("$sum([1, 2])", scope), 3);
  assertEquals(await evaluate("__proto__.polluted", scope), undefined);
});

Deno.test("checkExpression() takes what can be read only", async () => {
  await checkExpression("$nobody(inputs)"); // names are looked up when it is evaluated
  await assertRejects(() => checkExpression("a b"), ExpressionError);
});

Deno.test("isTrue() is $boolean", async () => {
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
    const expected = await evaluate("$boolean(args.value)", { ...scope, args: { value } });
    assertEquals(isTrue(value), expected ?? false);
  }));
  assert(!isTrue(undefined));
});
