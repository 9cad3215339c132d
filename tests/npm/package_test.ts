/** The npm package of the program: its launcher, what it bundles, and the types that it brings. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run, Running } from "../e2e/sequoia.ts";
import { testWith } from "../requirements.ts";

const TOOL = fileURLToPath(new URL("../../tools/npm.ts", import.meta.url));

async function succeed(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args], cwd }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (!success) throw new Error(`${command} ${args.join(" ")}: ${text}`);
  return text;
}

/** A folder as `npm install` leaves it, but with the Deno that runs this test in the place of the `deno` package. */
async function installed(): Promise<{ readonly cwd: string; readonly program: string[] } & AsyncDisposable> {
  const cwd = await Deno.makeTempDir({ prefix: "sequoia-npm-" });
  await succeed(Deno.execPath(), ["run", "-A", "--quiet", TOOL, join(cwd, "node_modules/sequoia-qos")], cwd);
  await Deno.mkdir(join(cwd, "node_modules/deno"));
  await Deno.writeTextFile(
    join(cwd, "node_modules/deno/install_api.cjs"),
    `module.exports = { runInstall: () => ${JSON.stringify(Deno.execPath())} };`,
  );
  return {
    cwd,
    program: ["node", join(cwd, "node_modules/sequoia-qos/bin/sequoia.js")],
    [Symbol.asyncDispose]: () => Deno.remove(cwd, { recursive: true }),
  };
}

/** Its condition is more than a simple expression: an evaluator's process decides it. */
const DECIDING = `
import { chain, constant, fn } from "sequoia";
const greet = fn("greet", { time: constant("1ms") });
export default chain("deciding", ({ call }) => {
  call(greet, { name: "second", after: call(greet), when: "$join($sort(['b', 'a'], function($l, $r) { $l > $r }), ',') = 'a,b'" });
}, { output: "{% $exists(inputs.second) ? 'both' : 'one' %}" });
`;

/** A program of its own, with a consumer in it. */
const EMBEDDED = `
import { chain, constant, fn } from "sequoia-qos";
import { openConsumer } from "sequoia-qos/consume";
import { submit } from "sequoia-qos/produce";
import { openQueue } from "sequoia-qos/queue";
const greet = fn("greet", { time: constant("1ms") });
await using queue = await openQueue("memory:");
await submit(queue, chain("hello", ({ call }) => void call(greet)));
await using consumer = await openConsumer({ queue, untilEmpty: true });
console.log("completed", (await consumer.run()).completed);
`;

await testWith(
  "node",
  "the installed package runs chains from any folder, and gives editors their types",
  async () => {
    await using place = await installed();
    const { program } = place;
    const cwd = join(place.cwd, "mine");
    await Deno.mkdir(cwd);
    const sequoia = async (...args: string[]) => {
      const { code, stdout, stderr } = await run(args, { cwd, program });
      assertEquals(code, 0, stderr);
      return stdout;
    };
    assertMatch(await sequoia("--version"), /^sequoia \d/);
    assertStringIncludes(await sequoia("init"), "wrote hello.ts");
    await Deno.writeTextFile(join(cwd, "deciding.ts"), DECIDING);
    await sequoia("produce", "hello.ts", "--count", "2");
    await sequoia("produce", "deciding.ts", "--id", "d1");
    await sequoia("consume", "--until-empty");
    assertStringIncludes(await sequoia("queue", "show", "d1"), '"both"');
    assertStringIncludes(await sequoia("report", "run.json"), "3 of 3 chains completed");
    for (const file of ["hello.ts", "deciding.ts"]) {
      await succeed(Deno.execPath(), [
        "check",
        "--quiet",
        file,
      ], cwd);
    }
    await Deno.writeTextFile(join(cwd, "embedded.ts"), EMBEDDED);
    await Deno.writeTextFile(join(cwd, "package.json"), '{ "type": "module" }');
    await succeed(Deno.execPath(), ["run", "-A", "--quiet", "npm:typescript@6.0.3/tsc", "-p", "."], cwd);
    const embedding = ["run", "-A", "--quiet", "--no-config", "--node-modules-dir=manual", "embedded.ts"];
    assertStringIncludes(await succeed(Deno.execPath(), embedding, cwd), "completed 1");
  },
);

await testWith("node", "the launcher hands a signal on and ends as the program does", async () => {
  await using place = await installed();
  const options = { cwd: place.cwd, program: place.program };
  for (const [signal, code] of [["SIGTERM", 0], ["SIGINT", 130]] as const) {
    const own = Deno.build.os === "linux" ? ["setsid"] : []; // no terminal's ^C comes to the program as well
    await using consuming = new Running(["consume"], { ...options, program: [...own, ...place.program] });
    await consuming.says(/Consuming sqlite/);
    consuming.signal(signal);
    assertEquals((await consuming.ended).code, code);
  }
  assertEquals((await run(["consmue"], options)).code, 2);
});

await testWith(
  "node",
  "the package holds its packages' licences and no path of the machine that made it",
  async () => {
    await using place = await installed();
    const folder = join(place.cwd, "node_modules/sequoia-qos");
    assertStringIncludes(await Deno.readTextFile(join(folder, "THIRD_PARTY_LICENSES")), "kafkajs");
    for await (const { name, isFile } of Deno.readDir(join(folder, "program"))) {
      if (!isFile) continue;
      const text = await Deno.readTextFile(join(folder, "program", name));
      assertEquals(text.match(/\.cache\/deno|registry\.npmjs\.org/), null, name);
    }
  },
);
