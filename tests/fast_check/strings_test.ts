import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";

Deno.test("strings of any characters hold whole ones, of every length in UTF-8, and examples of them can be given", () => {
  const any = fc.string({ unit: "binary", maxLength: 4 });
  fc.assert(
    fc.property(any, (text) => assert(text.isWellFormed() && [...text].length <= 4)),
    { numRuns: 4000 },
  );
  // two bytes are those of 1,920 characters in 1.1 million, which the runs of a short lane may not hit
  const characters = fc.sample(any, 20_000).flatMap((text) => [...text]);
  const lengths = new Set(characters.map((character) => new TextEncoder().encode(character).length));
  assertEquals([...lengths].sort(), [1, 2, 3, 4]);
  for (const text of ["", "a\ud7ff\ue000", "\u{10ffff}"]) assert(any.canShrinkWithoutContext(text));
  assert(!any.canShrinkWithoutContext("\ud800"));
});
