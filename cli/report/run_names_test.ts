import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { UsageError } from "../shell/errors.ts";
import { differentNames, runArguments } from "./run_names.ts";

Deno.test("runArguments() takes names before paths, unless a file has the whole name", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(dir, "a=b.json"), "");
    assertEquals(await runArguments(["before=out/a.json", "out/x=y.json", "kafka://h:1?prefix=p"], []), [
      { path: "out/a.json", name: "before" },
      { path: "out/x=y.json" },
      { path: "kafka://h:1?prefix=p" },
    ]);
    assertEquals(await runArguments([join(dir, "a=b.json")], []), [{ path: join(dir, "a=b.json") }]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("runArguments() takes a name for each argument", async () => {
  assertEquals(await runArguments(["a.json"], ["before"]), [{ path: "a.json", name: "before" }]);
  await assertRejects(() => runArguments(["a.json", "b.json"], ["before"]), UsageError, "1 names for 2");
});

Deno.test("differentNames() are the different parts of paths, or those given", () => {
  const names = (...own: string[]) => differentNames(own.map((own) => ({ own })));
  assertEquals(names("out/run.json"), ["out/run.json"]);
  assertEquals(names("out/with.json", "out/without.json"), ["with", "without"]);
  assertEquals(names("a/run.json", "b/run.json"), ["a", "b"]);
  assertEquals(names("run.json", "run.json"), ["run.json", "run.json#2"]);
  assertEquals(differentNames([{ own: "a.json", given: "x" }, { own: "b.json" }]), ["x", "b.json"]);
});
