/** Functions report their runs over TCP to the real command line. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { FunctionEvent } from "../../lib/model/mod.ts";
import { Program } from "../program.ts";
import { testWith } from "../requirements.ts";
import { comesTrue } from "./recorded_calls.ts";
import { folder, freeAddress, run, runJson, Running } from "./sequoia.ts";
import { PYTHON } from "./python_functions.ts";

interface Figures {
  readonly run_ms: Quantity;
  readonly function_ms: Quantity;
  readonly provider_queueing_ms: Quantity;
}

interface Quantity {
  readonly p50: number | null;
  readonly max: number | null;
}

type Report = Figures & {
  readonly functions: Record<string, number>;
  readonly byFunction: Record<string, Figures>;
};

/** Sends one line over a connection of its own, as the original's wrapper does. */
async function say(event: FunctionEvent, status: "start" | "end", shiftMs = 0): Promise<void> {
  using connection = await Deno.connect({ hostname: event.ip, port: event.port });
  const seconds = ((performance.timeOrigin + performance.now() + shiftMs) / 1000).toFixed(6);
  const line = new TextEncoder().encode(`${event.name}-${status}-${seconds}-${event.id}\n`);
  assertEquals(await connection.write(line), line.length);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Functions that wait 40 ms for their container, and then run for 60 ms. */
function serveFunctions(shiftMs = 0): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const event = await request.json() as FunctionEvent;
    if (new URL(request.url).pathname === "/silent") return Response.json("ok");
    await pause(40);
    await say(event, "start", shiftMs);
    await pause(60);
    await say(event, "end", shiftMs);
    return Response.json("ok");
  });
}

const workload = (url: string) =>
  `import { chain, fn } from "sequoia";
const told = fn("told", { url: "${url}/told" }), silent = fn("silent", { url: "${url}/silent" });
export default chain("pair", ({ call }) => {
  const first = call(told, { name: "first-of-two" });
  call(told, { after: first, name: "items", map: "[1, 2]" });
  call(silent, { after: first });
});`;

Deno.test("sequoia consume --collect says how long functions ran, and waited at the provider", async () => {
  await using server = serveFunctions();
  await using at = await folder({ "pair.ts": workload(`http://127.0.0.1:${server.addr.port}`) });
  await run(["produce", "pair.ts", "--burst", "10"], at);
  const { code, stderr } = await run(["consume", "--until-empty", "--collect", "0"], at);
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /Heard from the functions of 30 of 40 calls/);
  const report = await runJson(["report", "run.json"], at) as Report;
  assertEquals(report.functions.completed, 40);
  const { run_ms, function_ms, provider_queueing_ms } = report.byFunction.told!;
  assert(function_ms.p50! >= 59 && provider_queueing_ms.p50! >= 39, JSON.stringify(report.byFunction.told));
  assert(function_ms.p50! + provider_queueing_ms.p50! <= run_ms.max!);
  assertEquals(report.byFunction.silent!.function_ms.p50, null);
  const { stdout } = await run(["report", "run.json"], at);
  assertMatch(stdout, /\n· function time +\S+ms .*\n· queue at provider +\S+ms /);
});

Deno.test("sequoia consume --collect hears from the local platform, which starts containers first", async () => {
  await using at = await folder({
    "quick.ts": `import { chain, constant, fn } from "sequoia";
const body = fn("body", { run: ({ args }) => args.text }), timed = fn("timed", { time: constant("30ms") });
export default chain("quick", ({ call }) => { call(timed, { after: call(body, { args: { text: "a" } }) }); });`,
  });
  await Deno.writeTextFile(
    `${at.cwd}/own.ts`,
    `import { chain, constant, fn } from "sequoia";
const quick = fn("quick"), timed = fn("timed", { time: constant("30ms") });
export default chain("own", ({ call }) => { call(timed, { after: call(quick) }); });`,
  );
  const address = freeAddress();
  const profile = ["--profile", "hard-limit,cold=50ms"];
  await run(["produce", "own.ts"], at);
  const own = await run(["consume", "--until-empty", "--collect", "0", ...profile], at);
  assertMatch(own.stderr, /Heard from the functions of 2 of 2 calls/, own.stderr);
  const { byFunction } = await runJson(["report", "run.json"], at) as Report;
  const { function_ms, provider_queueing_ms } = byFunction.timed!;
  assert(function_ms.p50! >= 29 && provider_queueing_ms.p50! >= 49, JSON.stringify(byFunction.timed));
  const collector = freeAddress();
  const serve = ["functions", "quick.ts", "--listen", address, "--collector", collector];
  await using server = new Running(serve, at);
  await server.says(/Serving/);
  const consume = async (collect: string) => {
    await run(["produce", "quick.ts"], at);
    return (await run(["consume", "--until-empty", "--collect", collect, "--local", address], at)).stderr;
  };
  assertMatch(await consume(collector), /Heard from the functions of 2 of 2 calls/);
  assertMatch(await consume("0"), /Heard from the functions of 0 of 2 calls/);
  await server.says(
    /warn: A call asked functions to tell 127\.0\.0\.1:\d+\. Allow it, if it is yours: --collector/,
  );
});

Deno.test("sequoia consume --collect says that clocks do not agree, and no queue at the provider then", async () => {
  await using server = serveFunctions(-30_000);
  await using at = await folder({ "pair.ts": workload(`http://127.0.0.1:${server.addr.port}`) });
  await run(["produce", "pair.ts"], at);
  const { stderr } = await run(["consume", "--until-empty", "--collect", "0"], at);
  assertMatch(stderr, /warn: Clocks do not agree: at 3 of 3 calls .* \(up to (29|30).*s behind\)/);
  const { function_ms, provider_queueing_ms } = await runJson(["report", "run.json"], at) as Report;
  assert(function_ms.p50! >= 59);
  assertEquals(provider_queueing_ms.p50, null);
});

Deno.test("sequoia consume --collect says if nobody speaks, and where functions must be able to reach it", async () => {
  await using server = serveFunctions();
  await using at = await folder({
    "silent.ts": `import { chain, fn } from "sequoia";
const silent = fn("silent", { url: "http://127.0.0.1:${server.addr.port}/silent" });
export default chain("one", ({ call }) => { call(silent); });`,
  });
  await run(["produce", "silent.ts"], at);
  const { code, stderr } = await run(["consume", "--until-empty", "--collect", freeAddress()], at);
  assertEquals(code, 0);
  assertStringIncludes(stderr, "warn: No function has said anything");
  const open = await run(["consume", "--until-empty", "--collect", "0.0.0.0:0"], at);
  assertEquals(open.code, 2);
  assertStringIncludes(open.stderr, "Say with --collect-address HOST:PORT how they reach this machine");
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const busy = await run(["consume", "--collect", String((taken.addr as Deno.NetAddr).port)], at);
  assertEquals(busy.code, 1);
  assertMatch(busy.stderr, /^sequoia: Cannot listen for functions at 127.0.0.1:\d+: the port is in use/m);
});

/** The lines that the original's wrapper sent of a call by the original's consumer, as recorded. */
const RECORDED =
  "functionSide-start-1795424330.229898-{'instanceId': 0, 'chainId': 2, 'functionId': 3, 'nodeId': 1, 'lastNodeIdList': '[3]', 'extras': [], 'chainFunctionIdList': '[1, 2, 3]', 'hybrid': '', 'id': 0}\n" +
  "functionSide-end-1795424330.230053-{'instanceId': 0, 'chainId': 2, 'functionId': 3, 'nodeId': 1, 'lastNodeIdList': '[3]', 'extras': [], 'chainFunctionIdList': '[1, 2, 3]', 'hybrid': '', 'id': 0}\n";

Deno.test("sequoia collect records what it hears, whoever calls the functions", async () => {
  await using at = await folder();
  await using collector = new Running(["collect", "127.0.0.1:0", "--json"], at);
  const [, port] = await collector.says(/Hearing functions at 127.0.0.1:(\d+)/);
  for (const line of [...RECORDED.split(/(?<=\n)/), "garbage\n", "resize-start-1795424330.5-01J/thumbs\n"]) {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    await connection.write(new TextEncoder().encode(line));
    await connection.closeWrite();
    assertEquals(await connection.read(new Uint8Array(1)), null, "it has been heard out");
  }
  collector.signal("SIGTERM");
  const { stdout } = await collector.ended;
  assertEquals(JSON.parse(stdout), { runs: 1, unfinished: 1, unmatched: 0, lines: 3, unreadable: 1 });
  const report = await runJson(["report", "run.json"], at) as Report;
  assertEquals(Object.keys(report.byFunction), ["function3"]);
  assertEquals(report.run_ms.p50, 0.155);
});

Deno.test("functions of the local platform tell the collector that only the event names, each call by itself", async () => {
  await using at = await folder();
  await using collector = new Running(["collect", "127.0.0.1:0", "--json"], at);
  const [, port] = await collector.says(/Hearing functions at 127.0.0.1:(\d+)/);
  const serve = ["functions", "--listen", "127.0.0.1:0", "--collector", `127.0.0.1:${port}`];
  await using functions = new Running(serve, at);
  const [, url] = await functions.says(/local platform at (\S+),/);
  const dict = "{'instanceId': 0, 'chainId': 2, 'functionId': 3, 'nodeId': 1, 'lastNodeIdList': '[3]'}";
  const call = async (id: string, to: Record<string, unknown>) => {
    const body = JSON.stringify({ id, name: "functionSide", ...to }); // as the original's consumer, and its spammer
    assertEquals((await fetch(`${url}/f/resize`, { method: "POST", body })).status, 200);
  };
  const here = { ip: "127.0.0.1", port: Number(port) };
  for (let round = 0; round < 3; round++) for (const id of ["{0}", "{1}", dict]) await call(id, here);
  await call("nobody", { ip: "127.0.0.1", port: 0 });
  await call("nobody", {});
  await call("elsewhere", { ip: "192.0.2.1", port: Number(port) }); // the address is nobody's, and is not tried
  const told = () => Deno.readTextFileSync(`${at.cwd}/run.json`).match(/"ph":"X"/g)?.length;
  await comesTrue(() => told() === 9, "the collector has heard of all calls");
  collector.signal("SIGTERM");
  const { stdout } = await collector.ended;
  assertEquals(JSON.parse(stdout), { runs: 9, unfinished: 0, unmatched: 0, lines: 18, unreadable: 0 });
  const { chains, functions: { invocations } } = await runJson(["report", "run.json"], at) as {
    readonly chains: { readonly submitted: number };
    readonly functions: { readonly invocations: number };
  };
  assertEquals([chains.submitted, invocations], [0, 9]);
});

await testWith(
  "python3",
  "functions in Python tell of themselves as the original's wrapper does",
  async () => {
    await using at = await folder({ "functions.py": PYTHON });
    await using server = new Program("python3", "functions.py", at.cwd);
    const port = await server.line();
    await Deno.writeTextFile(
      `${at.cwd}/sleep.ts`,
      `import { chain, fn } from "sequoia";
export default chain("sleep", ({ call }) => { call(fn("sleep", { url: "http://127.0.0.1:${port}" })); });`,
    );
    await run(["produce", "sleep.ts", "--burst", "20"], at);
    const { stderr } = await run(["consume", "--until-empty", "--collect", "0"], at);
    const dead = await run(["queue", "dead"], at);
    assertMatch(stderr, /Heard from the functions of 20 of 20 calls/, `${stderr}${dead.stdout}`);
    const { function_ms, provider_queueing_ms } = await runJson(["report", "run.json"], at) as Report;
    assert(function_ms.p50! >= 30 && provider_queueing_ms.max! >= 0, JSON.stringify(function_ms));
    const spam = await run(["spam", "sleep.ts", "--batch", "10", "--collect", "0", "--out", "spam.json"], at);
    assertMatch(spam.stderr, /Heard from the functions of 10 of 10 calls/, spam.stderr);
    const spammed = await runJson(["report", "spam.json"], at) as Report;
    assert(spammed.function_ms.p50! >= 30, JSON.stringify(spammed.function_ms));
  },
);
