import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Json, type JsonObject, plainPath, realClock, textAt, writeJson } from "../model/mod.ts";
import { Expressions } from "./mod.ts";
import { scopeOf } from "./testing.ts";

const name = fc.constantFrom("a", "b", "c d", "_e");
const value: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json[]>(1, -0.5, "", "x", true, null),
    fc.dictionary(name, tie("value"), { noNullPrototype: true }),
    fc.array(tie("value"), { maxLength: 3 }),
  ),
})).value;

Deno.test("Expressions.value() answers what stands at a plain path, wherever textAt() finds something", async () => {
  await using expressions = new Expressions(realClock);
  const paths = fc.array(name, { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(value, paths, async (a, path) => {
      const args: JsonObject = { a };
      const expression = ["args", "a", ...path].map((step) => /\W/.test(step) ? `\`${step}\`` : step).join(
        ".",
      );
      const [, ...steps] = plainPath(expression)!;
      const text = textAt(writeJson(args), steps);
      if (text === undefined) return;
      assertEquals(await expressions.value(expression, scopeOf({ args })), text, expression);
    }),
    { numRuns: 500 },
  );
});
