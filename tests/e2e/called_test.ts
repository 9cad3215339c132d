/** Chains that call others, through the real command line. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { folder, run, runJson, Running } from "./sequoia.ts";

Deno.test("sequoia produce --wait gives the results of what it submitted, not of what that has called", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => Response.json((await request.json() as { node: string }).node),
  );
  await using at = await folder({
    "outer.ts": `import { chain, fn } from "sequoia";
const inner = chain("inner", ({ call }) => { call(fn("work", { url: "http://127.0.0.1:${server.addr.port}/" })); });
export default chain("outer", ({ call }) => { call(inner, { name: "each", map: "args.list" }); });`,
  });
  await using consumer = new Running(["consume", "--out", "none"], at);
  await consumer.says(/Consuming/);
  const produce = ["produce", "outer.ts", "--id", "order", "--arg", "list=[1,2,3]", "--wait"];
  const work = { work: "work" };
  const { submitted, ended, results } = await runJson(produce, at) as Record<string, unknown>;
  assertEquals([submitted, ended], [1, { completed: 1, failed: 0, cancelled: 0 }]);
  assertEquals(results, [
    { id: "order", chain: "outer", state: "completed", output: { each: [work, work, work] } },
  ]);
  assertEquals((await runJson(["queue", "status"], at) as { completed: number }).completed, 4);
  const { stdout } = await run(["queue", "show", "order"], at);
  assertStringIncludes(stdout, "each × 3: 3 ok\n");
  assertEquals([...stdout.matchAll(/order\/each\/\d {2}completed/g)].length, 3);
});
