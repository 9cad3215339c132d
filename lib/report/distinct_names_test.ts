import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { fitDistinct, fitMiddle } from "./distinct_names.ts";
import { unicodeWidth } from "./width.ts";

Deno.test("fitMiddle() cuts in the middle, by columns", () => {
  assertEquals(fitMiddle("image_pipeline", 14), "image_pipeline");
  assertEquals(fitMiddle("image_pipeline_nightly", 11), "image…ghtly");
  assertEquals(fitMiddle("図図図図図図", 7), "図…図図");
});

Deno.test("fitDistinct() shows names by their different parts where their ends are alike", () => {
  const names = ["out/first/2026-01-01/run.json", "out/first/2026-01-02/run.json", "other"];
  assertEquals(fitDistinct(names, 12), ["…1/run.json", "…2/run.json", "other"]);
  assertEquals(fitDistinct(["nightly-image-a-x", "nightly-image-b-x", "nightly-audio-a-x"], 8), [
    "…ima…a-x",
    "nigh…b-x",
    "…aud…a-x",
  ]);
});

Deno.test("fitDistinct() numbers what looks alike in each part, and keeps equal names equal", () => {
  const [same, other, again] = fitDistinct(["a".repeat(40), "b", "a".repeat(40)], 9);
  assertEquals([same, other, again], ["aaaa…aaaa", "b", "aaaa…aaaa"]);
  assertEquals(fitDistinct(["…x", "x0000000000", "x1111111111"].map((name) => `${name}zzzz`), 6).length, 3);
});

Deno.test("fitDistinct() never makes two names alike", () => {
  const name = fc.array(fc.constantFrom("a", "b", "…", "1", "#", "図"), { maxLength: 24 }).map((all) =>
    all.join("")
  );
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 8 }), fc.integer({ min: 6, max: 16 }), (names, width) => {
      const cut = fitDistinct(names, width);
      assertEquals(new Set(cut).size, names.length, JSON.stringify(cut));
      for (const text of cut) assert(unicodeWidth(text) <= width, text);
    }),
  );
});
