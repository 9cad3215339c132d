import { assertEquals } from "@std/assert";
import { wordWrap } from "./text.ts";
import { unicodeWidth } from "./width.ts";

Deno.test("wordWrap() breaks at spaces, and cuts longer words", () => {
  assertEquals(wordWrap("one two three", 7), ["one two", "three"]);
  assertEquals(wordWrap("a abcdefghij", 4), ["a", "abcd", "efgh", "ij"]);
});

Deno.test("wordWrap() cuts by columns, and no sign in two", () => {
  for (const sign of ["漢", "🌲"]) {
    const lines = wordWrap(sign.repeat(9), 5);
    assertEquals(lines, [2, 2, 2, 2, 1].map((count) => sign.repeat(count)));
    assertEquals(Math.max(...lines.map(unicodeWidth)), 4);
    assertEquals(wordWrap(sign.repeat(2), 1), [sign, sign]);
  }
});
