import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { emptyPackageFolder } from "../../tools/package_folder.ts";

async function temporary(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }).catch(() => {}) };
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("emptyPackageFolder() leaves a folder alone that holds something else", async () => {
  await using at = await temporary();
  const file = join(at.path, "package.json");
  await Deno.writeTextFile(join(at.path, "thesis.txt"), "all of it");
  for (const text of [undefined, "{", "null", '{"name": "another"}']) {
    if (text !== undefined) await Deno.writeTextFile(file, text);
    await assertRejects(() => emptyPackageFolder(at.path, "mine"), Error, "something else is there");
    assertEquals(await Deno.readTextFile(join(at.path, "thesis.txt")), "all of it");
  }
});

Deno.test("emptyPackageFolder() removes what an earlier run has made, and takes an empty or a missing folder", async () => {
  await using at = await temporary();
  await emptyPackageFolder(at.path, "mine");
  await emptyPackageFolder(join(at.path, "missing"), "mine");
  const folder = join(at.path, "package");
  await Deno.mkdir(join(folder, "bin"), { recursive: true });
  await Deno.writeTextFile(join(folder, "package.json"), '{"name": "mine"}');
  await emptyPackageFolder(folder, "mine");
  assertEquals(names(at.path), []);
});
