/** Three kinds of functions, through real processes; judged by what the functions themselves have written down. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { folder, freeAddress, run, runJson, Running } from "./sequoia.ts";

/** Each run of a body adds a letter to a file. */
const WORKLOAD = `import { chain, fn } from "sequoia";
const charge = fn("charge", { run: () => { Deno.writeTextFileSync("book", "x", { append: true }); return { paid: true }; } });
const rest = fn("rest");
export default [
  chain("pay", ({ call }) => { call(charge); }),
  chain("rest", ({ call }) => { call(rest); }),
];`;

const FILES = { "wl.ts": WORKLOAD, "book": "" };
const WAITS = /warn: function charge is served by nobody at 127\.0\.0\.1:\d+\. Start: sequoia functions/;

async function charged({ cwd }: { cwd: string }): Promise<number> {
  return (await Deno.readTextFile(`${cwd}/book`)).length;
}

interface Status extends Record<string, unknown> {
  readonly queued: number;
  readonly running: number;
  readonly completed: number;
  readonly failed: number;
  readonly unserved: readonly { readonly function: string; readonly reason: string }[];
}

Deno.test("what nobody serves waits, is said once, and runs when its server has come; the rest goes on", async () => {
  await using at = await folder(FILES);
  const env = { SEQUOIA_LOCAL: freeAddress() };
  const here = { ...at, env };
  const status = async () => await runJson(["queue", "status"], here) as Status;
  await run(["produce", "wl.ts", "--chain", "pay", "--id", "first"], here);
  const shown = async () => (await run(["queue", "show", "first"], here)).stdout;
  assertMatch(await shown(), /charge {2}open: waits for a consumer: none runs\n/);
  await run(["produce", "wl.ts", "--chain", "pay", "--burst", "4"], here);
  await using consumer = new Running(["consume", "--out", "run.json"], here);
  await consumer.says(WAITS);
  while (!/charge {2}open: waits for a server: function charge is served by nobody at /.test(await shown())) {
    // until a record of the consumer says it
  }
  const waiting = await status();
  assertEquals([waiting.completed, waiting.failed, waiting.unserved.map((fn) => fn.function)], [0, 0, [
    "charge",
  ]]);
  assertMatch((await run(["queue", "status"], here)).stdout, /\nwaits +function charge is served by nobody/);
  assertEquals(await charged(at), 0);
  // What is modelled goes on: the consumer starts a platform, which does not stand in for the body.
  await run(["produce", "wl.ts", "--chain", "rest", "--burst", "3", "--wait"], here);
  await consumer.says(/No local platform at .*: started one/);
  assertEquals([(await status()).completed, await charged(at)], [3, 0]);
  // The address is left to the server with the bodies.
  await using server = new Running(["functions", "wl.ts"], here);
  await server.says(/Serving/);
  await consumer.says(/function charge is served now/);
  await run(["produce", "wl.ts", "--chain", "pay", "--burst", "2", "--wait"], here);
  const done = await status();
  assertEquals([done.completed, done.failed, done.unserved], [10, 0, []]);
  assertEquals(await charged(at), 7);
  consumer.signal("SIGINT");
  const { stderr } = await consumer.ended;
  assertEquals(stderr.match(/charge is served by nobody/g)?.length, 1, stderr);
  const report = await runJson(["report", "run.json"], here) as { functions: Record<string, number> };
  assertEquals([report.functions.attempts, report.functions.retried], [10, 0], "waiting is no attempt");
});

Deno.test("a server that is killed while it is called for leaves calls waiting for the next one", async () => {
  await using at = await folder(FILES);
  const address = freeAddress();
  const serve = () => new Running(["functions", "wl.ts", "--listen", address], at);
  await using consumer = new Running(["consume", "--out", "none", "--local", address], at);
  {
    await using server = serve();
    await server.says(/Serving/);
    await run(["produce", "wl.ts", "--chain", "pay", "--burst", "5", "--wait"], at);
    server.signal("SIGKILL");
    await server.ended;
  }
  assertEquals(await charged(at), 5);
  await run(["produce", "wl.ts", "--burst", "8", "--count", "8"], at);
  await consumer.says(/is served by nobody|nobody listens/);
  const { completed, failed } = await runJson(["queue", "status", "--local", address], at) as Status;
  assertEquals([completed, failed], [5, 0]);
  await using server = serve();
  await server.says(/Serving/);
  consumer.signal("SIGINT");
  await consumer.ended;
  const rest = await run(["consume", "--out", "none", "--local", address, "--until-empty"], at);
  assertEquals(rest.code, 0, rest.stderr);
  const done = await runJson(["queue", "status"], at) as Status;
  assertEquals([done.completed, done.failed], [13, 0]);
  const list = await run(["queue", "list", "--chain", "pay", "--json"], at);
  assertEquals(await charged(at), list.stdout.trim().split("\n").length);
});

Deno.test("a platform that was named is never started, and is waited for", async () => {
  await using at = await folder(FILES);
  const address = freeAddress();
  await run(["produce", "wl.ts", "--chain", "rest", "--burst", "3"], at);
  await using consumer = new Running(
    ["consume", "--out", "none", "--until-empty", "--platform", `edge=http://${address}`],
    at,
  );
  const said =
    `warn: function rest cannot run: nobody listens at ${address}. Start: sequoia functions --listen ${address}`;
  await consumer.says(new RegExp(said.replaceAll(".", "\\.")));
  const { unserved } = await runJson(["queue", "status", "--local", address], at) as Status;
  assertEquals(unserved.map((fn) => fn.function), ["rest"]);
  await using server = new Running(["functions", "--listen", address], at);
  const { code, stderr } = await consumer.endsWithin(60_000);
  assertEquals(code, 0, stderr);
  const { completed, failed } = await runJson(["queue", "status"], at) as Status;
  assertEquals([completed, failed], [3, 0]);
  assert(!server.isOver);
});

Deno.test("a called function whose server refuses connections fails, as attempts are charged to it", async () => {
  const address = freeAddress();
  await using at = await folder({
    "wl.ts": `import { chain, fn } from "sequoia";
const gone = fn("gone", { url: "http://${address}/f", attempts: 2, retry: { firstDelay: "1ms" } });
export default chain("c", ({ call }) => { call(gone); });`,
  });
  await run(["produce", "wl.ts"], at);
  const { failed, retried } = await runJson(["consume", "--until-empty"], at) as Record<string, number>;
  assertEquals([failed, retried], [1, 1]);
  const report = await runJson(["report", "run.json"], at) as {
    readonly chains: { readonly failed: number };
    readonly functions: { readonly retried: number };
  };
  assertEquals([report.chains.failed, report.functions.retried], [failed, retried], "they mean the same");
});

Deno.test("sequoia spam says that nobody serves a function, and loads nothing", async () => {
  await using at = await folder({
    ...FILES,
    "two.ts": `import { chain, fn } from "sequoia";
const a = fn("a"), b = fn("b", { run: () => 1 });
export default chain("two", ({ call }) => { call(b, { after: call(a) }); });`,
  });
  for (const [file, name] of [["wl.ts", "charge"], ["two.ts", "b"]]) {
    const { code, stderr } = await run(["spam", file!, "--batch", "3"], at);
    assertEquals(code, 1, stderr);
    assertStringIncludes(stderr, `function ${name} is served by nobody at 127.0.0.1:`);
  }
  const address = freeAddress();
  const { code, stderr } = await run(["spam", "--batch", "3", "--local", address], at);
  assertEquals(code, 1, stderr);
  assertStringIncludes(stderr, `nobody listens at ${address}. Start: sequoia functions --listen ${address}`);
  await using server = new Running(["functions", "two.ts", "--listen", address], at);
  await server.says(/Serving/);
  const spam = await runJson(["spam", "two.ts", "--batch", "3", "--local", address], at) as {
    chains: Record<string, number>;
  };
  assertEquals(spam.chains, { started: 3, completed: 3, dropped: 0 });
});

Deno.test("a url that is undefined is an error where the workload is read", async () => {
  await using at = await folder({
    "wl.ts": `import { chain, fn } from "sequoia";
const compile = fn("compile", { url: Deno.env.get("COMPILE_URL_THAT_NOBODY_SETS") });
export default chain("c", ({ call }) => { call(compile); });`,
    "inputs.ts": `import { chain, fn } from "sequoia";
const f = fn("f");
export default chain("c", ({ call }) => { call(f, { name: "b", after: call(f, { name: "a" }), when: "inputs.aa" }); });`,
  });
  const { code, stderr } = await run(["produce", "wl.ts"], at);
  assertEquals(code, 2);
  assertStringIncludes(stderr, 'wl.ts: function "compile": url is there, but undefined. Set the variable');
  const inputs = await run(["produce", "inputs.ts"], at);
  assertEquals(inputs.code, 2);
  assertStringIncludes(inputs.stderr, 'inputs.ts, chain "c", node "b": when: inputs.aa names no node');
});
