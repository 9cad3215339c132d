import { assert, assertEquals, assertMatch } from "@std/assert";
import { unicodeWidth } from "@std/cli/unicode-width";
import { commandHelp, generalHelp } from "./help.ts";
import { command as consume } from "../consume/command.ts";
import { command as simulate } from "../simulate/command.ts";
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

Deno.test("the help of an action of queue has its options, tables and examples alone", () => {
  for (const word of queue.words!) {
    const topic = queue.helpOf!(word), help = commandHelp(`queue ${word}`, topic.summary!, topic, 80);
    assert(topic.examples.length > 0, word);
    for (const line of help.split("\n")) assert(unicodeWidth(line) <= 80, line);
  }
  const help = commandHelp("queue retry", "", queue.helpOf!("retry"), 80);
  assertMatch(help, /^ {2}sequoia queue retry ID… \[options\]$/m);
  assertMatch(help, /--from NODE/);
  assert(!/--floor|--waiting|queue cancel/.test(help), help);
});

Deno.test("commandHelp() shows options by what they are for, the command's own first and those of every command last", () => {
  const headings = commandHelp("x", "does x", consume).match(/^Options.*:$/gm);
  assertEquals(headings, [
    "Options:",
    "Options for the policy:",
    "Options for limits:",
    "Options for calls:",
    "Options for watching:",
    "Options for the queue:",
    "Options of every command:",
  ]);
});

Deno.test("commandHelp() names the policies, profiles and figures that may be given", () => {
  const help = commandHelp("x", "does x", simulate);
  for (const name of ["fair-share", "hard-limit", "chain_ms.p99"]) {
    assertMatch(help, new RegExp(`^  ${name} `, "m"));
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
