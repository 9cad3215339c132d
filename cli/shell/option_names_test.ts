import { assertEquals } from "@std/assert";
import { COMMANDS } from "../commands.ts";
import { OPTION_NAMES } from "./option_names.ts";

Deno.test("the list of option names holds the options of all commands, and no others", async () => {
  const names = new Set<string>();
  for (const { load } of Object.values(COMMANDS)) {
    for (const name of Object.keys((await load()).command.options)) names.add(name);
  }
  const listed = [...OPTION_NAMES];
  const missing = [...names].filter((name) => !OPTION_NAMES.has(name));
  const stray = listed.filter((name) => !names.has(name));
  assertEquals({ missing, stray }, { missing: [], stray: [] }, "Run: deno task generate");
  assertEquals(listed, listed.toSorted());
});
