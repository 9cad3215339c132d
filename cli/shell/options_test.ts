import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "./errors.ts";
import { flag, one, readOptions, several, size, text } from "./options.ts";

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

Deno.test("size() reads numbers of bytes, and says what to write", () => {
  assertEquals(["1kB", "100MB", "1.5GB"].map(size), [1000, 100_000_000, 1_500_000_000]);
  for (const text of ["", "100", "0.5kB", "-1MB", "1mb", "2000GB", "MB"]) {
    assertThrows(
      () => size(text),
      SyntaxError,
      `Cannot read "${text}" as a size. Write a number with a unit`,
    );
  }
});

Deno.test("an option may take all words up to the next option", () => {
  const table = { ...TABLE, base: several("RUN…", "", text), against: several("RUN…", "", text) } as const;
  assertEquals(readOptions(table, ["--base", "-", "a", "-", "--against", "-"]).values.base, ["-", "a", "-"]);
  const read = (...args: string[]) => {
    const { values: { base, against, all, out }, rest } = readOptions(table, args);
    return { base, against, all, out, rest };
  };
  const none = { base: [], against: [], all: false, out: undefined, rest: [] };
  assertEquals(read("--base", "a", "b", "--against", "c", "d"), {
    ...none,
    base: ["a", "b"],
    against: ["c", "d"],
  });
  assertEquals(read("x", "--base=a", "b", "--all", "y", "--base", "c"), {
    ...none,
    ...{ base: ["a", "b", "c"], all: true, rest: ["x", "y"] },
  });
  assertEquals(read("--base", "a", "--out", "o", "b", "--", "c"), {
    ...none,
    base: ["a"],
    out: "o",
    rest: ["b", "c"],
  });
  assertThrows(() => read("--base", "--all"), UsageError, "--base lacks its value");
});
