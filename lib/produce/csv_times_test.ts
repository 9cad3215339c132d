import { assertEquals, assertThrows } from "@std/assert";
import { csvTimes } from "./csv_times.ts";

Deno.test("csvTimes() reads the first fields, without a heading and blank lines", () => {
  const table: [string, number[]][] = [
    ["", []],
    ["time\n1\n2.5\n", [1, 2.5]],
    ["\r\n1\r\n\r\n2\r\n", [1, 2]],
    ["at;chain\n 7 ;a\n8;b", [7, 8]],
    ["1\tx\n-2\ty", [1, -2]],
  ];
  for (const [text, times] of table) assertEquals(csvTimes(text, "t.csv"), times);
});

Deno.test("csvTimes() names the line and the field that is no time", () => {
  const table: [string, string][] = [
    [",a\n1,b", "Cannot read t.csv, line 1: its first field is blank. Write a time in milliseconds"],
    ["at\n1\n\n ,b\n", "Cannot read t.csv, line 4: its first field is blank. Write a time in milliseconds"],
    ["at\nat\n", 'Cannot read t.csv, line 2: its first field is "at". Write a time in milliseconds'],
    ["1\nInfinity", 'line 2: its first field is "Infinity"'],
    [`1\n${"x".repeat(1e6)}`, `line 2: its first field is "${"x".repeat(40)}…". Write`],
  ];
  for (const [text, message] of table) assertThrows(() => csvTimes(text, "t.csv"), SyntaxError, message);
});
