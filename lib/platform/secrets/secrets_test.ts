import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { VirtualClock } from "../../../tests/programs/virtual_clock.ts";
import { parseSecretPattern } from "./secret_pattern.ts";
import { SecretError, Secrets } from "./secrets.ts";

/** A machine with these variables and files, and secrets that may be read there. */
function machine(
  allowed: readonly string[],
  variables: Readonly<Record<string, string>> = {},
  files: Record<string, string | Error> = {},
) {
  const clock = new VirtualClock(), notes: string[] = [], read: string[] = [];
  const secrets = new Secrets({
    clock,
    variable: (name) => variables[name],
    readFile(path) {
      read.push(path);
      const file = files[path];
      return file instanceof Error ? Promise.reject(file) : Promise.resolve(file);
    },
    allowed: allowed.map(parseSecretPattern),
    onNote: (words) => notes.push(words),
  });
  const valueOf = (reference: string, url = "https://fns.example/f") =>
    secrets.valueOf(reference, { of: "the header x-key", url });
  const reason = async (reference: string, url?: string) =>
    (await assertRejects(async () => await valueOf(reference, url), SecretError)).message;
  return { clock, notes, read, files, valueOf, reason };
}

Deno.test("Secrets.valueOf() gives the secrets that are allowed", async () => {
  const { valueOf } = machine(["env:KEY", "file:/run/secrets/*"], { KEY: "k 1" }, {
    "/run/secrets/a": "a\n",
    "/run/secrets/b": "b\r\n",
    "/run/secrets/c": " c ",
  });
  assertEquals(valueOf("env:KEY"), "k 1", "at once");
  for (const [name, value] of [["a", "a"], ["b", "b"], ["c", " c "]]) {
    assertEquals(await valueOf(`file:/run/secrets/${name}`), value);
    assertEquals(valueOf(`file:/run/secrets/${name}`), value, "at once, when it has been read");
  }
});

Deno.test("Secrets.valueOf() reads nothing that is not allowed, and says so once", async () => {
  const { notes, read, reason } = machine(["env:KEY"], { KEY: "k", AWS_SECRET_ACCESS_KEY: "very secret" }, {
    "/etc/shadow": "root",
  });
  const why =
    "secret-refused: the header x-key is env:AWS_SECRET_ACCESS_KEY, which no --secret (or SEQUOIA_SECRET) " +
    "allows. If it is to be read, add --secret env:AWS_SECRET_ACCESS_KEY=https://fns.example";
  assertEquals(await reason("env:AWS_SECRET_ACCESS_KEY"), why);
  await reason("env:AWS_SECRET_ACCESS_KEY", "https://elsewhere.example/");
  assertEquals(notes, [`Calls fail: ${why}`]);
  assertStringIncludes(
    await reason("file:/etc/shadow"),
    "secret-refused: the header x-key is file:/etc/shadow",
  );
  for (const reference of ["env:", "file:./key", "file:/run/../etc/shadow", "file:a=b"]) {
    const words =
      `is ${reference}, which no --secret can allow. Write env:NAME, or file:PATH without . and .. and = in it`;
    assertStringIncludes(await reason(reference), words);
  }
  assertEquals(read, []);
  for (let i = 0; i < 200; i++) await reason(`env:${i}`);
  assertEquals(notes.length, 100, "messages cannot fill the log");
  assertEquals((await reason(`file:/${"a".repeat(10_000)}`)).length < 1000, true);
});

Deno.test("Secrets.valueOf() lets a secret go only where it may", async () => {
  const { valueOf, reason } = machine([
    "env:KEY=https://fns.example",
    "env:KEY=https://more.example:8443/run/*",
  ], {
    KEY: "k",
  });
  assertEquals(valueOf("env:KEY"), "k");
  assertEquals(valueOf("env:KEY", "https://more.example:8443/run/f"), "k");
  assertEquals(
    await reason("env:KEY", "https://me:pass@evil.example/f?code=1"),
    "secret-refused: the header x-key is env:KEY, which no --secret (or SEQUOIA_SECRET) lets go to " +
      "https://evil.example/f. If it is to be sent there, add --secret env:KEY=https://evil.example",
  );
});

Deno.test("Secrets.valueOf() says why a secret cannot be used, and what to do, but not the secret", async () => {
  const { notes, reason } = machine(
    ["env:UNSET", "env:EMPTY", "env:LINES", "file:/run/*"],
    { EMPTY: "", LINES: "hidden\r\nx-injected: 1" },
    {
      "/run/empty": "\n",
      "/run/lines": "hidden\nhidden\n",
      "/run/nul": "hidden\0",
      "/run/denied": new Error("Permission denied"),
    },
  );
  const cases = [
    ["env:UNSET", "the variable is not set. Set UNSET where this program is started, and start it again"],
    ["env:EMPTY", "the variable is not set"],
    ["env:LINES", "its value has a line break, or another sign that no header may have"],
    ["file:/run/none", "there is no such file. Check the path"],
    ["file:/run/empty", "the file is empty"],
    ["file:/run/lines", "its value has a line break"],
    ["file:/run/nul", "its value has a line break, or another sign that no header may have"],
    ["file:/run/denied", "the file cannot be read: Permission denied. Check it, and its rights"],
  ] as const;
  for (const [reference, words] of cases) {
    const message = await reason(reference);
    assertStringIncludes(message, `secret-unusable: the header x-key is ${reference}: ${words}`);
    await reason(reference);
    assertEquals(message.includes("hidden"), false);
  }
  assertEquals(notes.length, cases.length);
});

Deno.test("Secrets.valueOf() reads a file again after ten seconds, once for all calls", async () => {
  const { clock, files, read, valueOf, reason } = machine(["file:/run/*"], {}, { "/run/key": "old\n" });
  const both = await Promise.all([valueOf("file:/run/key"), valueOf("file:/run/key")]);
  assertEquals([both, read.length], [["old", "old"], 1]);
  files["/run/key"] = "new\n";
  await clock.run(clock.until(clock.nowMs() + 9999));
  assertEquals(valueOf("file:/run/key"), "old");
  await clock.run(clock.until(clock.nowMs() + 1));
  assertEquals(await valueOf("file:/run/key"), "new");
  files["/run/key"] = new Error("gone");
  await clock.run(clock.until(clock.nowMs() + 10_000));
  assertStringIncludes(await reason("file:/run/key"), "gone");
  await reason("file:/run/key");
  assertEquals(read.length, 3, "a file that cannot be read is not asked for all the time either");
});

Deno.test("Secrets.valueOf() does not ask for a file again while it waits for it", async () => {
  const clock = new VirtualClock(), file = Promise.withResolvers<string>();
  let asked = 0;
  const readFile = () => {
    asked++;
    return file.promise;
  };
  const allowed = [parseSecretPattern("file:/run/key")];
  const secrets = new Secrets({ clock, variable: () => undefined, readFile, allowed });
  const use = { of: "the header x-key", url: "https://fns.example/f" };
  const first = secrets.valueOf("file:/run/key", use);
  await clock.run(clock.until(clock.nowMs() + 60_000));
  const second = secrets.valueOf("file:/run/key", use);
  file.resolve("late\n");
  assertEquals(await Promise.all([first, second]), ["late", "late"]);
  assertEquals(asked, 1);
});

Deno.test("Secrets.valueOf() keeps the texts of 256 files", async () => {
  const files = Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`/run/${i}`, `${i}`]));
  const { read, valueOf } = machine(["file:/run/*"], {}, files);
  for (const path in files) await valueOf(`file:${path}`);
  assertEquals(read.length, 257);
  assertEquals(valueOf("file:/run/256"), "256");
  await valueOf("file:/run/0");
  assertEquals(read.length, 258, "the first was forgotten");
});
