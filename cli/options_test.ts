import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "./errors.ts";
import { flag, one, readOptions, text } from "./options.ts";

const TABLE = { all: flag(""), out: one("FILE", "", text) } as const;

Deno.test("a flag is true or false, and nothing else is taken for true", () => {
  const all = (...args: string[]) => readOptions(TABLE, args).values.all;
  assertEquals([all(), all("--all"), all("--all=true"), all("--all=false")], [false, true, true, false]);
  for (const value of ["no", "0", "", "False", "yes"]) {
    assertThrows(
      () => all(`--all=${value}`),
      UsageError,
      `--all: Cannot use "${value}". Write --all, or --all=false`,
    );
  }
});

Deno.test("what stands behind -- and values that look like options are no flags", () => {
  assertEquals(readOptions(TABLE, ["--out=--all=no", "--", "--all=no"]).rest, ["--all=no"]);
});
