/** Steering what runs, through the real command line. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { onAbort } from "../../lib/model/mod.ts";
import { folder, freeAddress, run, runJson, Running } from "./sequoia.ts";

type Answer = (node: string, signal: AbortSignal, instance: string) => Promise<unknown>;

/** Functions that a test answers itself; it knows which nodes were called. */
function serve(answer: Answer): { url: string; called: string[] } & AsyncDisposable {
  const called: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { instance, node } = await request.json() as { instance: string; node: string };
    called.push(`${instance} ${node}`);
    return Response.json(await answer(node, request.signal, instance));
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    called,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Two nodes behind each other. */
const twoNodes = (url: string) =>
  `import { chain, fn } from "sequoia";
export default chain("two", ({ call }) => {
  call(fn("second", { url: "${url}" }), { after: call(fn("first", { url: "${url}" })) });
});`;

const consume = ["consume", "--out", "none", "--local", freeAddress()];

Deno.test("sequoia queue pause lets nothing of a function start, also after a restart, until it is resumed", async () => {
  await using functions = serve((node) => Promise.resolve(node));
  await using at = await folder({ "two.ts": twoNodes(functions.url) });
  await run(["queue", "pause", "--function", "second"], at);
  for (const id of ["a", "b"]) {
    await run(["produce", "two.ts", "--id", id], at);
    await using consumer = new Running(consume, at);
    await consumer.says(/Consuming/);
    while (!(await run(["queue", "show", id], at)).stdout.includes("first  ok")) { /* it is being run */ }
    assertMatch((await run(["queue", "show", id], at)).stdout, /second {2}open\n/);
    consumer.signal("SIGINT");
    await consumer.ended;
  }
  assertEquals(functions.called, ["a first", "b first"]);
  await using consumer = new Running([...consume, "--until-empty"], at);
  await consumer.says(/Consuming/);
  assertEquals(functions.called.length, 2);
  await run(["queue", "resume", "--function", "second"], at);
  assertEquals((await consumer.ended).code, 0);
  assertEquals(functions.called.slice(2).sort(), ["a second", "b second"]);
});

Deno.test("sequoia queue cancel awaits the calls in flight, with --abort it ends them", async () => {
  const bothInFlight = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<string>();
  const answer = Promise.withResolvers<void>();
  await using functions = serve(async (node, signal, instance) => {
    onAbort(signal, () => aborted.resolve(instance));
    if (functions.called.length === 2) bothInFlight.resolve();
    await (instance === "gentle" ? answer.promise : aborted.promise);
    return node;
  });
  await using at = await folder({ "two.ts": twoNodes(functions.url) });
  const show = async (id: string) => (await run(["queue", "show", id], at)).stdout;
  const cancel = async (...args: string[]) => (await run(["queue", "cancel", ...args], at)).stdout;
  for (const id of ["gentle", "abrupt"]) await run(["produce", "two.ts", "--id", id], at);
  await using consumer = new Running([...consume, "--until-empty"], at);
  await bothInFlight.promise;
  assertEquals(await cancel("gentle"), "cancel: 1 reached\n");
  assertEquals(await cancel("abrupt", "--abort"), "cancel: 1 reached\n");
  assertEquals(await aborted.promise, "abrupt"); // so the consumer has heard of the other as well
  answer.resolve();
  assertEquals((await consumer.ended).code, 0);
  assertMatch(await show("abrupt"), /^abrupt {2}cancelled [^]*first {2}failed, .* second {2}not done\n/s);
  assertMatch(await show("gentle"), /^gentle {2}cancelled [^]*first {2}ok, .* second {2}not done\n/s);
  assertEquals(functions.called.toSorted(), ["abrupt first", "gentle first"]);
});

Deno.test("sequoia queue retry --from runs a node of what has completed again, and what comes after it", async () => {
  await using functions = serve(() => Promise.resolve(functions.called.length));
  await using at = await folder({ "two.ts": twoNodes(functions.url) });
  await run(["produce", "two.ts", "--id", "order"], at);
  await run([...consume, "--until-empty"], at);
  await run(["queue", "retry", "order", "--from", "second"], at);
  await run([...consume, "--until-empty"], at);
  assertEquals(functions.called, ["order first", "order second", "order second"]);
  const { output } = await runJson(["queue", "show", "order"], at) as { output: unknown };
  assertEquals(output, { second: 3 });
});

Deno.test("sequoia produce --wait gives the results of what it submitted, not of what that has called", async () => {
  await using functions = serve((node) => Promise.resolve(node));
  await using at = await folder({
    "outer.ts": `import { chain, fn } from "sequoia";
const inner = chain("inner", ({ call }) => { call(fn("work", { url: "${functions.url}" })); });
export default chain("outer", ({ call }) => { call(inner, { name: "each", map: "args.list" }); });`,
  });
  await using consumer = new Running(consume, at);
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
