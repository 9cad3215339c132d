/** The first system's wrapper, which fails its function where no collector takes its connection, with none asked for. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Program } from "../program.ts";
import { testWith } from "../requirements.ts";
import { PYTHON } from "./python_functions.ts";
import { folder, run, runJson } from "./sequoia.ts";

await testWith("python3", "functions with the first system's wrapper go well without --collect", async () => {
  await using at = await folder({ "functions.py": PYTHON });
  await using server = new Program("python3", "functions.py", at.cwd);
  await Deno.writeTextFile(
    `${at.cwd}/one.ts`,
    `import { chain, fn } from "sequoia";
export default chain("one", ({ call }) => { call(fn("a", { url: "http://localhost:${await server
      .line()}/a" })); });`,
  );
  await run(["produce", "one.ts", "--burst", "10", "--count", "10"], at);
  const { stderr } = await run(["consume", "--until-empty"], at);
  const { completed, failed } = await runJson(["queue", "status"], at) as Record<string, number>;
  assertEquals([completed, failed], [10, 0], stderr);
  const spam = await run(["spam", "one.ts", "--batch", "5", "--out", "none"], at);
  assertStringIncludes(spam.stderr, "ok 5, throttled 0, failed 0", spam.stderr);
});
