import { assertEquals } from "@std/assert";
import { parseTimedLine } from "./timed_line.ts";

Deno.test("parseTimedLine() reads who, what, when and of what, with a - in any of the texts", () => {
  const read = (text: string) => {
    const line = parseTimedLine(text);
    return line && [line.who, line.status, line.atMs, line.id];
  };
  assertEquals(read("functionSide-start-1795424330.229898-{'a': 1}"), [
    "functionSide",
    "start",
    1795424330229.898,
    "{'a': 1}",
  ]);
  assertEquals(read("a-start-b-end-1795424330.5-01J/x-start-1795424330-y\r"), [
    "a-start-b",
    "end",
    1795424330500,
    "01J/x-start-1795424330-y",
  ]);
  assertEquals(read("f-end-1795424330-"), ["f", "end", 1795424330000, ""]);
  assertEquals(read("f-end-nan-x"), ["f", "end", undefined, "x"]);
  for (const text of ["", "f", "f-begin-1795424330-x", "-start-1795424330-x", "f-start-1795424330"]) {
    assertEquals(read(text), undefined, text);
  }
});
