import { assertEquals } from "@std/assert";
import { cut, LongTable, textTable } from "./text_table.ts";

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

Deno.test("LongTable prints its head and rows in parts, whose columns get no narrower", () => {
  const lines: string[] = [];
  const table = new LongTable(["name", "n"], [1], (line) => void lines.push(line));
  table.flush();
  assertEquals(lines, [], "nothing is there");
  table.add(["a", "10", "it has a note"]);
  assertEquals(lines, [], "wider rows may follow");
  for (let i = 1; i < 99; i++) table.add(["bb", `${i}`]);
  assertEquals([lines.length, ...lines.slice(0, 3)], [
    100,
    "name   n",
    "a     10  it has a note",
    "bb     1",
  ]);
  table.add(["c", "1"]);
  table.add(["eeeeee", "1"]);
  table.flush();
  table.flush();
  assertEquals(lines.slice(100), ["c        1", "eeeeee   1"]);
});
