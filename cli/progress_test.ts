import { assert, assertEquals } from "@std/assert";
import { unicodeWidth } from "@std/cli/unicode-width";
import { leftWords, spinnerMessage } from "./progress.ts";

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

Deno.test("spinnerMessage() fits in one line beside the spinner, whatever it says", () => {
  assertEquals(spinnerMessage("running 1", 80), "running 1");
  const shown = spinnerMessage("nobody serves 日本語 ".repeat(20), 80);
  assert(unicodeWidth(`⠋ ${shown}^C`) < 80 && shown.endsWith("…"), shown);
});
