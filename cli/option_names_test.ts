import { assertEquals } from "@std/assert";
import { COMMANDS } from "./commands.ts";
import { OPTION_NAMES } from "./option_names.ts";

Deno.test("the list of option names holds the options of all commands, and no others", async () => {
  const names = new Set<string>();
  for (const { load } of Object.values(COMMANDS)) {
    for (const name of Object.keys((await load()).command.options)) names.add(name);
  }
  assertEquals([...OPTION_NAMES], [...names].sort());
});
