import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ExpressionError, render, type Scope } from "./mod.ts";

const scope: Scope = {
  inputs: { list: { files: ["a", "b"] } },
  args: { size: 3 },
  instance: { id: "01X", chain: "c", labels: {}, submitted: "2026-01-01T00:00:00Z" },
};

Deno.test("render() puts values of any kind in the place of templates, anywhere", async () => {
  const args = {
    files: "{% inputs.list.files %}",
    deep: [{ size: "{%args.size%}", fixed: 7 }, " {%\n instance.id\n %} "],
    nothing: "{% inputs.nobody %}",
    text: "{ not % a template }",
  };
  assertEquals(await render(args, scope), {
    files: ["a", "b"],
    deep: [{ size: 3, fixed: 7 }, "01X"],
    nothing: null,
    text: "{ not % a template }",
  });
});

Deno.test("render() returns what has no templates as it is", async () => {
  const args = { a: [1, { b: "c" }] };
  assertStrictEquals(await render(args, scope), args);
});

Deno.test("render() fails with the first template that does", async () => {
  await assertRejects(() => render({ a: "{% $sum('x') %}" }, scope), ExpressionError, "$sum('x')");
});
