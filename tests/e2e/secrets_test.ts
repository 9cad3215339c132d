/** Secrets that headers refer to, through the real command line. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { folder, run, runJson } from "./sequoia.ts";

const SECRET = "k3y-of-the-function";

Deno.test("sequoia consume and spam send secrets that --secret allows, and store them nowhere", async () => {
  const seen: (string | null)[][] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ headers }) => {
    seen.push([headers.get("x-functions-key"), headers.get("x-file")]);
    return headers.get("x-functions-key") === SECRET
      ? Response.json(1)
      : new Response(headers.get("x-functions-key"), { status: 401 });
  });
  const origin = `http://127.0.0.1:${server.addr.port}`;
  await using at = await folder({
    "key.txt": `${SECRET}-2\n`,
    "w.ts": `import { chain, fn } from "sequoia";
const headers = { "x-functions-key": "env:AZURE_KEY", "x-file": "file:" + Deno.cwd() + "/key.txt" };
export default chain("keyed", ({ call }) => {
  call(fn("f", { url: "${origin}/f", headers }));
  call(fn("stolen", { url: "${origin}/stolen", headers: { "x-key": "env:HOME" } }), { onFailure: "skip" });
});`,
  });
  const produce = ["produce", "w.ts", "--burst", "1", "--count", "1"];
  await run(produce, at);
  const env = {
    AZURE_KEY: SECRET,
    SEQUOIA_SECRET: `env:AZURE_KEY=${origin}\nfile:${await Deno.realPath(at.cwd)}/*`,
  };
  const { code, stdout, stderr } = await run(["consume", "--until-empty"], { ...at, env });
  assertEquals(code, 0, stderr);
  assertEquals(seen, [[SECRET, `${SECRET}-2`]], stderr);
  assertStringIncludes(
    stderr,
    "Calls fail: secret-refused: the header x-key is env:HOME, which no --secret (or SEQUOIA_SECRET) allows. " +
      "If it is to be read, add --secret env:HOME",
  );
  assertStringIncludes(stderr, `Whoever can write to the queue can have file:`);

  await run(produce, at);
  const without = ["consume", "--until-empty", "--secret", "env:AZURE_KEY=https://elsewhere.example"];
  const refused = await run(without, { ...at, env: { AZURE_KEY: SECRET } });
  assertStringIncludes(refused.stderr, `lets go to ${origin}/f. If it is to be sent there, add`);
  const spam = ["spam", "w.ts", "--batch", "1", "--out", "spam.json"];
  const { calls } = await runJson([
    ...spam,
    "--secret",
    "env:AZURE_KEY",
    "--secret",
    `file:${await Deno.realPath(at.cwd)}/*`,
  ], {
    ...at,
    env: { AZURE_KEY: SECRET },
  }) as { calls: { ok: number; failed: number } };
  assertEquals([calls.ok, calls.failed], [1, 1]);
  assertEquals(seen, Array(2).fill([SECRET, `${SECRET}-2`]));

  const shown = await run(["queue", "dead"], at);
  for (const text of [stdout, stderr, refused.stderr, shown.stdout]) {
    assertEquals(text.includes(SECRET), false);
  }
  assertEquals(await filesWith(at.cwd, SECRET), ["key.txt"]);
  assertEquals((await filesWith(at.cwd, "env:AZURE_KEY")).includes("queue.db"), true);
});

/** The names of the files in a folder, and in those in it, whose bytes hold a text. */
async function filesWith(folder: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await filesWith(path, text));
    else if (new TextDecoder("latin1").decode(await Deno.readFile(path)).includes(text)) found.push(name);
  }
  return found;
}
