import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";

Deno.test("strings of any characters hold whole ones, of every length in UTF-8, and examples of them can be given", () => {
  const lengths = new Set<number>();
  const any = fc.string({ unit: "binary", maxLength: 4 });
  fc.assert(
    fc.property(any, (text) => {
      assert(text.isWellFormed() && [...text].length <= 4);
      for (const character of text) lengths.add(new TextEncoder().encode(character).length);
    }),
    { numRuns: 4000 },
  );
  assertEquals([...lengths].sort(), [1, 2, 3, 4]);
  for (const text of ["", "a\ud7ff\ue000", "\u{10ffff}"]) assert(any.canShrinkWithoutContext(text));
  assert(!any.canShrinkWithoutContext("\ud800"));
});
