import { assert, assertEquals } from "@std/assert";
import { unicodeWidth } from "@std/cli/unicode-width";
import { commandHelp, generalHelp } from "./help.ts";
import { command as consume } from "../consume/command.ts";
import { command as queue } from "../queue/command.ts";

Deno.test("commandHelp() breaks no word at 80 columns, and leaves none out", () => {
  for (const command of [consume, queue]) {
    const words = (help: string) => help.split(/\s+/).toSorted();
    const wide = commandHelp("x", "does x", command), narrow = commandHelp("x", "does x", command, 80);
    assertEquals(words(narrow), words(wide));
    for (const line of narrow.split("\n")) {
      const isWords = !line.startsWith("  sequoia"); // what is to be typed stays in one line
      assert(!isWords || unicodeWidth(line) <= 80, line);
    }
  }
});

Deno.test("commandHelp() puts the right column below the left where there is little room", () => {
  const rows = [["cancel", "ends what is queued or running, and says how many"]] as const;
  assertEquals(generalHelp(rows, 48).split("\n").slice(5, 8), [
    "  cancel",
    "      ends what is queued or running, and says",
    "      how many",
  ]);
  const side = generalHelp([["cancel", "ends"], ["a", "one two three"]], 80).split("\n").slice(5, 7);
  assertEquals(side, ["  cancel  ends", "  a       one two three"]);
});
