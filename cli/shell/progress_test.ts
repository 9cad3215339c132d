import { assertEquals } from "@std/assert";
import { barLine, leftWords } from "./progress.ts";

Deno.test("leftWords() says about how long, no finer than it can be known", () => {
  const table: [ms: number, words: string][] = [
    [0, "about 1s left"],
    [1400, "about 1s left"],
    [59_700, "about 1m left"],
    [83_456, "about 1m 23s left"],
    [115_000, "about 2m left"],
    [3_590_000, "about 1h left"],
    [8_000_000, "about 2h 10m left"],
    [200_000_000, "about 56h left"],
  ];
  for (const [ms, words] of table) assertEquals(leftWords(ms), words);
});

Deno.test("barLine() makes the bar shorter where the terminal is narrow, and leaves it out before words are cut", () => {
  const table: [part: number, columns: number, line: string][] = [
    [0.5, 80, `[${"#".repeat(15)}${"-".repeat(15)}] ended 5 of 10`],
    [0.5, 26, "[#####-----] ended 5 of 10"],
    [0.5, 19, "ended 5 of 10"],
    [7, 21, "[#####] ended 5 of 10"],
    [NaN, 21, "[-----] ended 5 of 10"],
  ];
  for (const [part, columns, line] of table) assertEquals(barLine(part, "ended 5 of 10", columns), line);
});
