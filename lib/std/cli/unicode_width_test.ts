import { assertEquals } from "@std/assert";
import { unicodeWidth } from "@std/cli/unicode-width";

const CASES: readonly [text: string, columns: number][] = [
  ["", 0],
  ["hello", 5],
  ["天地玄黃", 8],
  ["fullwidth ＡＢ", 14],
  ["é", 1],
  ["e\u0301", 1],
  ["🙂", 2],
  ["a\u200bb", 2],
  ["→ ─ █ ▁", 7],
  ["한글", 4],
  ["\x1b", 0],
];

for (const [text, columns] of CASES) {
  Deno.test(`unicodeWidth() gives ${columns} columns to ${JSON.stringify(text)}`, () => {
    assertEquals(unicodeWidth(text), columns);
  });
}
