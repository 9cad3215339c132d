import { assert, assertEquals } from "@std/assert";
import { openOwnFile } from "./own_file.ts";

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes a text to the file that is opened for a path. @returns the file's path */
async function write(path: string, text: string): Promise<string> {
  const { file, path: own } = await openOwnFile(path);
  using _ = file;
  await file.write(new TextEncoder().encode(text));
  return own;
}

/** The files of a folder with what they hold. */
function contents(folder: string): Record<string, string> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  return Object.fromEntries(names.map((name) => [name, Deno.readTextFileSync(`${folder}/${name}`)]));
}

Deno.test("openOwnFile() keeps five earlier files, the latest as number 1", () =>
  inFolder(async (folder) => {
    for (let i = 1; i <= 8; i++) await write(`${folder}/run.json`, `${i}`);
    assertEquals(contents(folder), {
      "run.1.json": "7",
      "run.2.json": "6",
      "run.3.json": "5",
      "run.4.json": "4",
      "run.5.json": "3",
      "run.json": "8",
    });
  }));

Deno.test("openOwnFile() moves only as many earlier files as it must", () =>
  inFolder(async (folder) => {
    for (const name of ["run.json", "run.1.json", "run.3.json"]) {
      await Deno.writeTextFile(`${folder}/${name}`, name);
    }
    await write(`${folder}/run.json`, "new");
    assertEquals(contents(folder), {
      "run.1.json": "run.json",
      "run.2.json": "run.1.json",
      "run.3.json": "run.3.json",
      "run.json": "new",
    });
  }));

Deno.test("openOwnFile() takes another name while a file is being written", () =>
  inFolder(async (folder) => {
    const path = `${folder}/my.run.json.gz`;
    const first = await openOwnFile(path);
    using _first = first.file;
    const second = await openOwnFile(path);
    using _second = second.file;
    assertEquals(second.path, `${folder}/my.run-2.json.gz`);
    assertEquals(await write(path, "third"), `${folder}/my.run-3.json.gz`);
    assertEquals(Object.keys(contents(folder)), ["my.run-2.json.gz", "my.run-3.json.gz", "my.run.json.gz"]);
  }));

Deno.test("openOwnFile() gives each of many at once a file of its own", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/run`, "earlier");
    const opened = await Promise.all(Array.from({ length: 20 }, () => openOwnFile(`${folder}/run`)));
    const inodes = new Set<number | null>();
    for (const { file } of opened) {
      using own = file;
      inodes.add((await own.stat()).ino);
    }
    assertEquals(inodes.size, 20);
    assertEquals(await Deno.readTextFile(`${folder}/run.1`), "earlier");
  }));

Deno.test("openOwnFile() opens what is no regular file as it is", async () => {
  const { file, path } = await openOwnFile("/dev/null");
  using _ = file;
  assertEquals(path, "/dev/null");
  assert((await file.stat()).isCharDevice);
});
