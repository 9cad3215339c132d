import { assertEquals } from "@std/assert";
import { isTemplate, templateOf, templatesOf } from "./template.ts";

Deno.test("templatesOf() finds every expression", () => {
  assertEquals(templatesOf({ a: "{% x %}", b: ["{%y%}", { c: "z {% no %}" }], d: null, e: 1 }), [" x ", "y"]);
});

Deno.test("templateOf() reads a text that is a template as a whole", () => {
  assertEquals(["{%a%}", "{%%}", "a {% b %}", "{% a"].map(isTemplate), [true, true, false, false]);
  assertEquals([" {%\n a %} ", "a"].map(templateOf), ["\n a ", undefined]);
});
