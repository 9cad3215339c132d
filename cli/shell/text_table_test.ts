import { assertEquals } from "@std/assert";
import { cut, textTable } from "./text_table.ts";

Deno.test("cut() counts columns, and says that it has cut", () => {
  assertEquals(cut("abcdef", 6), "abcdef");
  assertEquals(cut("abcdef", 5), "abcd…");
  assertEquals(cut("日本語", 6), "日本語");
  assertEquals(cut("日本語", 5), "日本…");
  assertEquals(cut("日本語", Infinity), "日本語");
});

Deno.test("textTable() aligns texts to the left and numbers to the right", () => {
  assertEquals(textTable([["n", "name", "x"], ["12", "日本", ""], ["3", "a", "y"]], [0]), [
    " n  name  x",
    "12  日本",
    " 3  a     y",
  ]);
  assertEquals(textTable([]), []);
});
