import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { type JsonText, writeJson } from "./json_text.ts";
import { plainPath, textAt } from "./plain_path.ts";
import { hasTemplates, renderTemplates } from "./template.ts";
import { jsonTexts } from "./testing.ts";

Deno.test("renderTemplates() puts texts as they came in the place of templates, anywhere", async () => {
  const args = {
    files: "{% files %}",
    deep: [{ size: "{%size%}", fixed: 7 }, " {%\n id\n %} "],
    text: "{ not % a template }",
    ["__proto__"]: "{% id %}",
  };
  assertEquals(
    await renderTemplates(args, (expression) => `"${expression.trim()}" ` as JsonText),
    '{"files":"files" ,"deep":[{"size":"size" ,"fixed":7},"id" ],"text":"{ not % a template }","__proto__":"id" }',
  );
  assertEquals([hasTemplates(args), hasTemplates({ a: [1, "%"] })], [true, false]);
  assertEquals(await renderTemplates({ a: [1, { b: "c" }] }, () => writeJson(1)), '{"a":[1,{"b":"c"}]}');
});

Deno.test("renderTemplates() fails with the first template that does", async () => {
  const failing = (expression: string) => Promise.reject(new Error(expression));
  await assertRejects(() => renderTemplates(["{%a%}", "{%b%}"], failing), Error, "a");
});

Deno.test("plainPath() reads expressions that only name something, and no other", () => {
  assertEquals(plainPath(" inputs.list . files"), undefined);
  assertEquals(plainPath(" args\n"), ["args"]);
  assertEquals(plainPath("inputs.`a b.c`._x1"), ["inputs", "a b.c", "_x1"]);
  for (
    const text of [
      "",
      "1",
      "args.1",
      "$x",
      "args.$x",
      "args[0]",
      "args.*",
      "args.",
      "true",
      "a.in",
      "a & b",
      "a/b",
      "'a'",
      "a-b",
    ]
  ) {
    assertEquals(plainPath(text), undefined, text);
  }
});

Deno.test("textAt() gives what stands at a path as it came, and nothing beside it or within a list", () => {
  const text = '{"a": {"b" :1.0, "c":[{"d":1}]}, "e": null}' as JsonText;
  assertEquals(textAt(text, ["a", "b"]), "1.0");
  assertEquals(textAt(text, ["a", "c"]), '[{"d":1}]');
  for (const path of [["x"], ["a", "b", "c"], ["a", "c", "d"], ["e", "f"]]) {
    assertEquals(textAt(text, path), undefined);
  }
  fc.assert(fc.property(jsonTexts, (part) => {
    assertEquals(textAt(`{"a":[{}],"b" : { "c": ${part} }}` as JsonText, ["b", "c"]), part);
  }));
});
