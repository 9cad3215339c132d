import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { UsageError } from "../shell/errors.ts";
import { command } from "./command.ts";

async function init(...args: string[]): Promise<string> {
  const lines: string[] = [];
  const never = new AbortController().signal;
  const print = (text: string) => void lines.push(text);
  await command.run(args, { drain: never, stop: never, print, printLines: print, printEscaped: print });
  return lines.join("\n");
}

Deno.test("init keeps what a folder has already", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(folder, "hello.ts"), "mine");
    const { written, kept } = JSON.parse(await init(folder, "--json"));
    assertEquals([written, kept], [["sequoia.d.ts", "tsconfig.json", "deno.json"], ["hello.ts"]]);
    assertEquals(await Deno.readTextFile(join(folder, "hello.ts")), "mine");
    assertStringIncludes(await init(folder), `kept ${join(folder, "sequoia.d.ts")}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("init says what a configuration that it keeps needs, unless that is there", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(folder, "tsconfig.json"), '{ "compilerOptions": { "strict": true } }');
    const lines = await init(folder);
    assertStringIncludes(
      lines,
      `tsconfig.json, which is there already. For these types, its compilerOptions need "paths": {"sequoia":["./sequoia.d.ts"]}`,
    );
    assertStringIncludes(await init(folder), `kept ${join(folder, "deno.json")}, which is there already\n`);
    await Deno.writeTextFile(join(folder, "deno.json"), "{}");
    assertStringIncludes(await init(folder), 'it needs "imports": {"sequoia":"./sequoia.d.ts"}');
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("init writes types again that an older program has written", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "sequoia.d.ts");
    await init(folder);
    const present = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, present.split("\n")[0] + "\nexport declare const older: true;\n");
    assertEquals(JSON.parse(await init(folder, "--json")).written, ["sequoia.d.ts"]);
    assertEquals(await Deno.readTextFile(path), present);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("init makes the folder that it is given", async () => {
  const parent = await Deno.makeTempDir();
  try {
    await init(join(parent, "a/b"));
    assertStringIncludes(await Deno.readTextFile(join(parent, "a/b/hello.ts")), 'chain("hello"');
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});

Deno.test("init says that a file is in the place of the folder", async () => {
  const file = await Deno.makeTempFile();
  try {
    await assertRejects(() => init(file), UsageError, `init: Cannot make the folder ${file}`);
  } finally {
    await Deno.remove(file);
  }
});
