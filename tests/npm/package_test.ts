/** The npm package of the program: its launcher, what it bundles, and the types that it brings. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { run, Running } from "../e2e/sequoia.ts";
import { testWith } from "../requirements.ts";
import { installed, succeed } from "./installed.ts";

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
    await Deno.writeTextFile(join(cwd, "own_name.ts"), DECIDING.replace('"sequoia"', '"sequoia-qos"'));
    assertStringIncludes(await sequoia("workload", "own_name.ts"), "deciding: 2 nodes");
    await sequoia("consume", "--until-empty");
    assertStringIncludes(await sequoia("queue", "show", "d1"), '"both"');
    assertStringIncludes(await sequoia("report", "run.json"), "3 chains submitted, 3 completed");
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
  "the program starts without modules of Node.js, or of commands that were not asked for",
  async () => {
    await using place = await installed();
    const program = join(place.cwd, "node_modules/sequoia-qos/program");
    const args = ["info", "--json", "--config", join(program, "deno.json"), join(program, "cli/main.js")];
    const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
    const modules: { specifier: string; size: number }[] =
      JSON.parse(new TextDecoder().decode(stdout)).modules;
    assertEquals(modules.filter(({ specifier }) => !specifier.startsWith("file:")), []);
    assert(modules.reduce((sum, { size }) => sum + size, 0) < 50_000, JSON.stringify(modules, undefined, 2));
  },
);

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
