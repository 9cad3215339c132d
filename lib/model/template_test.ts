import { assertEquals } from "@std/assert";
import { isTemplate, templateOf, templatesOf } from "./template.ts";

Deno.test("templatesOf() finds every expression, and where it stands", () => {
  const value = { a: "{% x %}", b: [0, "{%y%}", { c: "z {% no %}", d: "{%z%}" }], e: null, f: 1 };
  assertEquals(templatesOf(value, "args"), [
    { path: "args.a", expression: " x " },
    { path: "args.b[1]", expression: "y" },
    { path: "args.b[2].d", expression: "z" },
  ]);
});

Deno.test("templateOf() reads a text that is a template as a whole", () => {
  assertEquals(["{%a%}", "{%%}", "a {% b %}", "{% a"].map(isTemplate), [true, true, false, false]);
  assertEquals([" {%\n a %} ", "a"].map(templateOf), ["\n a ", undefined]);
});
