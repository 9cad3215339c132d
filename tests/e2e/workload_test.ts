/** Chains on paper, and instances by their ids and arguments, through the real command line. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { folder, ROOT, run, runJson } from "./sequoia.ts";

Deno.test("sequoia workload draws the chains of several files", async () => {
  const { code, stdout, stderr } = await run(["workload", "workloads/join.ts", "workloads/vidpipe.ts"], {
    cwd: ROOT,
  });
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout.trimEnd().split("\n"), [
    "join: 4 nodes",
    "└─ split  short, 1.02s",
    "   ├─ medium  5.03s",
    "   │  └─ → merge",
    "   └─ long  10.1s",
    "      └─ merge  short, 1.02s, after all of medium, long",
    "   critical path: split → long → merge; 12.1s",
    "   widest stage: 2 (medium, long)",
    "   expected work: 17.1s",
    "",
    "vidpipe: 3 nodes",
    "└─ vidpipe_preview  3.05s",
    "   └─ vidpipe_grayscale  7.13s",
    "      └─ vidpipe_reverse  5.10s",
    "   critical path: vidpipe_preview → vidpipe_grayscale → vidpipe_reverse; 15.3s",
    "   widest stage: 1 (vidpipe_preview)",
    "   expected work: 15.3s",
  ]);
});

Deno.test("each example of the clone is read where it stands, the starter of init too", async () => {
  const examples: string[] = [];
  for await (const { name } of Deno.readDir(join(ROOT, "workloads"))) {
    if (name !== "lengths.ts") examples.push(`workloads/${name}`); // it holds what the others share
  }
  assert(examples.includes("workloads/hello.ts"));
  const read = examples.map((example) => run(["workload", example], { cwd: ROOT }));
  assertEquals((await Promise.all(read)).map(({ stderr }) => stderr), examples.map(() => ""));
});

Deno.test("sequoia workload draws flowcharts, and gives figures as JSON", async () => {
  const { stdout } = await run(["workload", "workloads/join.ts", "--mermaid"], { cwd: ROOT });
  assertEquals(stdout.trimEnd().split("\n"), [
    "flowchart TD",
    '  subgraph c0["join: 4 nodes"]',
    '    c0n0["split<br>short<br>1.02s"]',
    '    c0n1["medium<br>5.03s"]',
    '    c0n2["long<br>10.1s"]',
    '    c0n3["merge<br>short<br>1.02s<br>after all of medium, long"]',
    "    c0n0 --> c0n1",
    "    c0n0 --> c0n2",
    "    c0n1 --> c0n3",
    "    c0n2 --> c0n3",
    "  end",
  ]);
  const outlines = await runJson(["workload", "workloads/mixed.ts", "--chain", "fan7"], { cwd: ROOT }) as {
    file: string;
    chain: string;
    widestStage: { width: number };
  }[];
  assertEquals(outlines.map(({ file, chain, widestStage }) => [file, chain, widestStage.width]), [
    ["workloads/mixed.ts", "fan7", 7],
  ]);
});

interface Waited {
  submitted: number;
  existing?: number;
  ended: Record<string, number>;
  results: { id: string; chain: string; state: string; output?: unknown; reason?: string }[];
}

Deno.test("sequoia produce --id is one instance however often it is submitted, also after it finished", async () => {
  let calls = 0;
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    calls++;
    return Response.json({ total: calls });
  });
  const url = `http://127.0.0.1:${server.addr.port}/`;
  await using at = await folder({
    "order.ts": `import { chain, fn } from "sequoia";
      export default chain("order", ({ call }) => { call(fn("sum", { url: "${url}" })); });`,
    "args.json": '{"total": 3}',
  });
  const produce = ["produce", "order.ts", "--args", "args.json", "--arg", "note=as is"];
  const consume = ["consume", "--until-empty"];
  for (let i = 0; i < 2; i++) assertEquals((await run([...produce, "--id", "order-17"], at)).code, 0);
  assertEquals((await runJson(consume, at) as Record<string, number>).completed, 1);
  const again = await runJson([...produce, "--id", "order-17", "--wait"], at) as Waited;
  assertEquals(again.results, [
    { id: "order-17", chain: "order", state: "completed", output: { sum: { total: 1 } } },
  ]);
  assertEquals((await runJson(["queue", "status"], at) as Record<string, number>).queued, 0);
  const shown = await runJson(["queue", "show", "order-17"], at) as { args: unknown };
  assertEquals(shown.args, { total: 3, note: "as is" });

  const named = [...produce, "--burst", "6", "--id-from", "{% 'order-' & $string(index % 3) & args.total %}"];
  for (let i = 0; i < 2; i++) assertEquals((await run(named, at)).code, 0);
  assertEquals((await runJson(consume, at) as Record<string, number>).completed, 3);
  const { results, ended, submitted, existing } = await runJson([...named, "--wait"], at) as Waited;
  assertEquals(results.map(({ id }) => id).sort(), ["order-03", "order-13", "order-23"]);
  assertEquals([submitted, existing, ended.completed, calls], [0, 6, 3, 4]);
  const { stdout } = await run(["queue", "show", "order-13"], at);
  assertStringIncludes(stdout, '  args: {"total":3,"note":"as is"}\n');
  assert(/output: \{"sum":\{"total":\d\}\}/.test(stdout), stdout);
});

Deno.test("sequoia writes to stderr what a workload prints, and nothing but its results to stdout", async () => {
  await using at = await folder({
    "loud.ts": `import { chain, fn } from "sequoia";
console.log("log"), console.info("info"), console.debug("debug"), console.table([1]);
export default chain("loud", ({ call }) => { call(fn("f", { time: "5ms" })); });`,
  });
  const { stdout, stderr } = await run(["workload", "loud.ts", "--json"], at);
  assertEquals((JSON.parse(stdout) as { chain: string }[]).map(({ chain }) => chain), ["loud"]);
  assertEquals(stderr.split("\n").slice(0, 3), ["log", "info", "debug"]);
});
