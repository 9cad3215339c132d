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
  const { file, path: own } = await opened(path);
  using _ = file;
  await file.write(new TextEncoder().encode(text));
  return own;
}

/** Opens a path that no reader must be waited for. */
async function opened(path: string): Promise<{ readonly file: Deno.FsFile; readonly path: string }> {
  const log = await openOwnFile(path);
  return { file: log.kind === "file" ? log.file : await log.open(), path: log.path };
}

/** The files of a folder with their contents. */
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
    const first = await opened(path);
    using _first = first.file;
    const second = await opened(path);
    using _second = second.file;
    assertEquals(second.path, `${folder}/my.run-2.json.gz`);
    assertEquals(await write(path, "third"), `${folder}/my.run-3.json.gz`);
    assertEquals(Object.keys(contents(folder)), ["my.run-2.json.gz", "my.run-3.json.gz", "my.run.json.gz"]);
  }));

Deno.test("openOwnFile() gives each of many at once a file of its own", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/run`, "earlier");
    const logs = await Promise.all(Array.from({ length: 20 }, () => opened(`${folder}/run`)));
    const inodes = new Set<number | null>();
    for (const { file } of logs) {
      using own = file;
      inodes.add((await own.stat()).ino);
    }
    assertEquals(inodes.size, 20);
    assertEquals(await Deno.readTextFile(`${folder}/run.1`), "earlier");
  }));

Deno.test("openOwnFile() opens what is no regular file as it is", async () => {
  const { file, path } = await opened("/dev/null");
  using _ = file;
  assertEquals(path, "/dev/null");
  assert((await file.stat()).isCharDevice);
});

Deno.test("openOwnFile() leaves symbolic links alone, and keeps what is in the files that they name", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/logs`);
    await Deno.symlink("logs/run.json", `${folder}/middle`);
    await Deno.symlink("middle", `${folder}/latest`);
    for (const text of ["first", "second"]) {
      assertEquals(await write(`${folder}/latest`, text), `${folder}/latest`);
    }
    assertEquals(contents(`${folder}/logs`), { "run.1.json": "first", "run.json": "second" });
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["latest", "logs", "middle"]);
    const { file } = await opened(`${folder}/logs/run.json`);
    using _ = file;
    assertEquals(await write(`${folder}/latest`, "third"), `${folder}/logs/run-2.json`);
  }));

Deno.test("openOwnFile() appends to what the process has open, and moves nothing of it", {
  ignore: Deno.build.os !== "linux", // elsewhere a process cannot tell the number of a descriptor
}, () =>
  inFolder(async (folder) => {
    const path = `${folder}/out`;
    await Deno.writeTextFile(path, "before ");
    using _open = await Deno.open(path, { append: true });
    const number = [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => name).find((name) => {
      try {
        return Deno.readLinkSync(`/proc/self/fd/${name}`) === path;
      } catch {
        return false; // that of the reading itself
      }
    });
    await Deno.symlink(`/proc/self/fd/${number}`, `${folder}/stdout`);
    for (const name of [`${folder}/stdout`, `/dev/fd/${number}`]) {
      assertEquals(await write(name, "log "), name);
    }
    assertEquals(contents(folder), { out: "before log log ", stdout: "before log log " });
  }));
