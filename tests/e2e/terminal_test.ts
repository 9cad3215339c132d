/** Texts from a queue cannot control the terminal that shows them. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { folder, run, runJson } from "./sequoia.ts";

const ONE = `import { chain, constant, fn } from "sequoia";
export default chain("one", ({ call }) => { call(fn("a", { time: constant("5ms") })); });`;

const TRICK = "x\u202egpj.exe\u200b\x1b[2K";

Deno.test("labels and arguments with invisible signs are shown with escapes, and are the same as JSON", async () => {
  await using at = await folder({ "one.ts": ONE });
  const produced = await run([
    ...[
      "produce",
      "one.ts",
      "--id",
      "a",
      "--label",
      `tenant=${TRICK}`,
      "--arg",
      `name=${JSON.stringify(TRICK)}`,
    ],
  ], at);
  assertEquals(produced.code, 0, produced.stderr);
  for (const args of [["show", "a"], ["show", "a", "--json"], ["list"], ["list", "--json"]]) {
    const { stdout } = await run(["queue", ...args], at);
    assert(!["\u202e", "\u200b", "\x1b"].some((sign) => stdout.includes(sign)), JSON.stringify(stdout));
  }
  assertStringIncludes((await run(["queue", "show", "a"], at)).stdout, "x\\u202egpj.exe\\u200b");
  const view = await runJson(["queue", "show", "a"], at) as { labels: unknown; args: unknown };
  assertEquals([view.labels, view.args], [{ tenant: TRICK }, { name: TRICK }]);
});

Deno.test("an error that quotes what was written shows its invisible signs as escapes", async () => {
  await using at = await folder({ "one.ts": ONE });
  const { code, stderr } = await run(["produce", "one.ts", "--id", TRICK], at);
  assertEquals(code, 2);
  assert(!["\u202e", "\u200b", "\x1b"].some((sign) => stderr.includes(sign)), JSON.stringify(stderr));
  assertStringIncludes(stderr, "x\\u202egpj.exe");
});
