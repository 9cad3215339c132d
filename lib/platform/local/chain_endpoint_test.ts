/** Chains at a real local platform, over real HTTP. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  type Chain,
  chain,
  constant,
  fn,
  type FunctionDefinition,
  functionsOf,
  type Instance,
  type Json,
  realClock,
  seededRandom,
} from "../../model/mod.ts";
import { instanceOf } from "../../../tests/scheduler/builders.ts";
import { TooLargeError } from "../calls/body.ts";
import { idle } from "../../../tests/programs/virtual_clock.ts";
import { answerChains, MAX_CHAIN_LENGTH } from "./chain_endpoint.ts";
import type { ChainCallEnd } from "../platform.ts";
import { ChainHost } from "./chain_host.ts";
import { FunctionRunner } from "./function_runner.ts";
import { linesOf } from "../calls/lines.ts";
import { LocalPlatform } from "./local.ts";
import { LocalServer } from "./local_server.ts";
import { parseProfile } from "../../provider/mod.ts";
import { Provider } from "../../provider/mod.ts";
import { Turns } from "./turns.ts";

function serve(of: Chain | undefined, profile = "ideal"): LocalServer {
  return new LocalServer({
    profile: parseProfile(profile),
    clock: realClock,
    random: seededRandom(1),
    functions: of === undefined ? new Map() : functionsOf([of]),
    listen: "127.0.0.1:0",
  });
}

const post = (server: LocalServer, body: unknown) =>
  fetch(`${server.url}/chains`, { method: "POST", body: JSON.stringify(body) });

/** Waits until something holds: a real server takes its time. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await realClock.until(realClock.nowMs() + 1);
}

/** A function that answers with its input, and perhaps more. */
const echo = (name: string, run: FunctionDefinition["run"] = ({ args, inputs }) => ({ args, inputs })) =>
  fn(name, { run: run! });

Deno.test("a chain at /chains runs by itself, and passes on what functions answer", async () => {
  const seen: Json[] = [];
  const diamond = chain("diamond", ({ call }) => {
    const first = call(
      echo("first", ({ id, chain, instance, node, attempt }) => ({ id, chain, instance, node, attempt })),
    );
    const left = call(echo("left", () => "L"), { after: first });
    const right = call(echo("right", ({ args }) => args.size), { after: first, args: { size: 3 } });
    call(echo("last", ({ inputs }) => void seen.push(inputs)), { after: [left, right] });
    call(echo("other", ({ inputs }) => void seen.push(inputs)), { after: first });
  });
  await using server = serve(diamond, "hard-limit,cold=1ms");
  const response = await post(server, { id: "order-17", chain: diamond });
  assertEquals([response.status, response.headers.get("content-type")], [200, "application/x-ndjson"]);
  const lines = (await response.text()).trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines.pop(), { id: "order-17", outcome: "completed" });
  assert(lines.every(({ id }) => id === "order-17"));
  const ends = lines as ChainCallEnd[];
  assertEquals(ends.map(({ node }) => node).toSorted(), [0, 1, 2, 3, 4]);
  assertEquals(ends[0]!.node, 0);
  assert(
    ends.every(({ status, cold, lost, runMs }) => status === 200 && cold && lost === undefined && runMs >= 1),
  );
  const [first, last] = [ends[0]!, ends.find(({ node }) => node === 3)!];
  assert(last.atMs >= first.atMs + first.runMs, "it starts when what is before it has ended");
  const called = { id: "order-17/first", chain: "diamond", instance: "order-17", node: "first", attempt: 1 };
  assertEquals(seen.find((inputs) => "first" in (inputs as object)), { first: called });
  assertEquals(seen.find((inputs) => "left" in (inputs as object)), { left: "L", right: 3 });
  assertEquals(server.counts, { running: 0, queued: 0, served: 5, refused: 0, made: 5, chains: 0 });
});

Deno.test("a chain at /chains is dropped by what the provider refuses, and by what fails or gets too much", async () => {
  const held = Promise.withResolvers<null>();
  const line = chain("line", ({ call }) => {
    const first = call(echo("first", ({ args }) => "x".repeat(Number(args.length))), {
      args: { length: 300_000 },
    });
    const next = call(echo("next"), { after: first });
    call(echo("hold", () => held.promise), { after: next });
  });
  const broken = chain("broken", ({ call }) => {
    const first = call(echo("broken", () => {
      throw new Error("out of paper");
    }));
    call(echo("never"), { after: first });
  });
  const fan = chain("fan", ({ call }) => {
    const first = call(echo("hold", () => held.promise));
    for (const name of ["a", "b"]) call(echo("hold", () => held.promise), { name, after: first });
  });
  const functions = new Map([...functionsOf([line]), ...functionsOf([broken])]);
  const profile = parseProfile("hard-limit,limit=1,cold=0ms");
  await using server = new LocalServer({
    profile,
    clock: realClock,
    random: seededRandom(1),
    functions,
    listen: "127.0.0.1:0",
  });
  const last = async (of: Chain) => {
    const lines = (await (await post(server, { id: "i", chain: of })).text()).trimEnd().split("\n");
    return [lines.length, JSON.parse(lines.at(-1)!)];
  };
  const [count, end] = await last(line);
  assertEquals([count, end.outcome], [3, "dropped"]);
  assertStringIncludes(end.reason, "node next: failed: its event of 300");
  assertEquals(await last(broken), [2, {
    id: "i",
    outcome: "dropped",
    reason: "node broken: failed: out of paper",
  }]);
  held.resolve(null);
  assertEquals(await last(fan), [4, { id: "i", outcome: "dropped", reason: "node b: refused" }]);
  assertEquals([server.counts.refused, server.counts.running], [1, 0]);
});

Deno.test("a chain at /chains goes on when nobody listens any more", async () => {
  const held = Promise.withResolvers<null>(), done = Promise.withResolvers<null>();
  const line = chain("line", ({ call }) => {
    call(
      echo("last", () => {
        done.resolve(null);
        return null;
      }),
      { after: call(echo("hold", () => held.promise)) },
    );
  });
  await using server = serve(line);
  const leave = new AbortController();
  const body = JSON.stringify({ id: "i", chain: line });
  const response = await fetch(`${server.url}/chains`, { method: "POST", body, signal: leave.signal });
  leave.abort();
  await response.body?.cancel().catch(() => {});
  held.resolve(null);
  await done.promise;
  await until(() => server.counts.chains === 0);
});

Deno.test("a server that ends drops the chains that it runs", async () => {
  const line = chain("line", ({ call }) => {
    call(fn("next"), { after: call(fn("long", { time: constant("1h") })) });
  });
  const server = serve(undefined);
  const response = await post(server, { id: "i", chain: line });
  await until(() => server.counts.running === 1);
  const [text] = await Promise.all([response.text(), server[Symbol.asyncDispose]()]);
  assertEquals(JSON.parse(text.trimEnd().split("\n").at(-1)!), {
    id: "i",
    outcome: "dropped",
    reason: "node long: the local platform ended",
  });
});

const plain = chain("plain", ({ call }) => void call(fn("f")));
const away = chain("away", ({ call }) => void call(fn("f", { url: "http://127.0.0.1:1/" })));
const deciding = chain("deciding", ({ call }) => void call(fn("f"), { name: "n", when: "true" }));

const BAD: readonly [what: string, line: string, words: string][] = [
  ["what is no JSON", "{", "cannot run this"],
  ["a list", "[]", 'write {\\"id\\": \\"…\\"'],
  ["no chain", '{"id":"i"}', "this is no chain"],
  ["a chain of null", '{"id":"i","chain":{"name":"c","nodes":[null]}}', "cannot run this"],
  ["a name that says nothing", '{"id":"i","chain":"plain"}', 'no chain \\"plain\\" has come before'],
  ["no id", JSON.stringify({ chain: plain }), "its id is not one"],
  ["an id that is none", JSON.stringify({ id: "a b", chain: plain }), "its id is not one"],
  ["a function elsewhere", JSON.stringify({ id: "i", chain: away }), "has a URL"],
  ["a chain that decides", JSON.stringify({ id: "i", chain: deciding }), "it has a condition"],
];

for (const [what, line, words] of BAD) {
  Deno.test(`/chains refuses ${what}, and goes on`, async () => {
    await using server = serve(undefined);
    const body = `${line}\n\n${JSON.stringify({ id: "next", chain: plain })}\n{"id":"last","chain":"plain"}`;
    const response = await fetch(`${server.url}/chains`, { method: "POST", body });
    const said = (await response.text()).trimEnd().split("\n");
    const errors = said.filter((each) => "error" in JSON.parse(each));
    assertEquals(errors.length, 1);
    assertStringIncludes(errors[0]!, words);
    const outcomes = said.map((each) => JSON.parse(each)).filter(({ outcome }) => outcome === "completed");
    assertEquals(outcomes.map(({ id }) => id).toSorted(), ["last", "next"]);
    assertEquals(server.counts.chains, 0);
  });
}

Deno.test("/chains reads no further than a line that is too long", async () => {
  await using server = serve(undefined);
  const body = "x".repeat(MAX_CHAIN_LENGTH + 1);
  const response = await fetch(`${server.url}/chains`, { method: "POST", body });
  assertEquals(await response.json(), { error: `a line is longer than ${MAX_CHAIN_LENGTH} characters` });
});

Deno.test("/chains takes more chains while others run, from one request", async () => {
  const calls: (() => void)[] = [];
  const line = chain("line", ({ call }) => {
    call(fn("next"), {
      after: call(echo("hold", () => new Promise((resolve) => calls.push(() => resolve(null))))),
    });
  });
  await using server = serve(line);
  const request = new TransformStream<Uint8Array, Uint8Array>();
  const writer = request.writable.getWriter();
  const send = (said: object) => writer.write(new TextEncoder().encode(JSON.stringify(said) + "\n"));
  const response = await fetch(`${server.url}/chains`, { method: "POST", body: request.readable });
  const received: { id: string; outcome?: string }[] = [];
  const receiving = (async () => {
    for await (const each of linesOf(response.body!, 1000)) received.push(JSON.parse(each));
  })();
  await send({ id: "one", chain: line });
  await until(() => calls.length === 1);
  await send({ id: "two", chain: "line" });
  await until(() => calls.length === 2);
  calls[1]!();
  await until(() => received.some(({ id, outcome }) => id === "two" && outcome === "completed"));
  assertEquals([server.counts.chains, received.some(({ id }) => id === "one")], [1, false]);
  await writer.close();
  calls[0]!();
  await receiving;
  assertEquals(received.at(-1), { id: "one", outcome: "completed" });
});

Deno.test("/chains reads no more of a request while too much of its answer is not read", async () => {
  const profile = parseProfile("ideal"), random = seededRandom(1), stop = new AbortController().signal;
  const turns = new Turns(new Provider(profile, random), realClock);
  const runner = new FunctionRunner({
    turns,
    clock: realClock,
    random,
    functions: new Map(),
    speed: 1,
    stop,
  });
  const host = new ChainHost({ turns, runner, clock: realClock, successors: "http", stop });
  let sent = 0, most = Infinity;
  const endless = new ReadableStream<Uint8Array>({
    pull: (output) => {
      if (sent >= most) return output.close();
      const lines = Array.from({ length: 100 }, () => JSON.stringify({ id: `i${++sent}`, chain: "plain" }));
      if (sent === 100) lines[0] = JSON.stringify({ id: "first", chain: plain });
      output.enqueue(new TextEncoder().encode(lines.join("\n") + "\n"));
    },
  });
  const response = answerChains(new Request("http://x/chains", { method: "POST", body: endless }), host);
  for (let before = -1; before < sent && runner.served < 100_000;) {
    before = sent;
    for (let i = 0; i < 100; i++) await idle();
  }
  assert(runner.served > 10_000 && runner.served < 100_000, `${runner.served} were taken`);
  most = sent + 1000;
  await response.body!.cancel();
  while (sent < most || host.open > 0) await idle(); // it goes on, as nobody waits for the answer
});

Deno.test("a server that ends does not wait for requests for chains that stay open", async () => {
  const server = serve(undefined);
  const request = new TransformStream<Uint8Array, Uint8Array>();
  const writer = request.writable.getWriter();
  const response = await fetch(`${server.url}/chains`, { method: "POST", body: request.readable });
  await writer.write(new TextEncoder().encode(JSON.stringify({ id: "i", chain: plain }) + "\n"));
  const [text] = await Promise.all([
    response.text(),
    until(() => server.counts.served === 1).then(() => server[Symbol.asyncDispose]()),
  ]);
  assertStringIncludes(text, '"outcome":"completed"');
  await writer.abort().catch(() => {});
});

Deno.test("linesOf() parts a text, however it comes, and takes no line that is too long", async () => {
  const read = async (texts: readonly string[], most = 100) => {
    const bytes = texts.map((text) => new TextEncoder().encode(text));
    return await Array.fromAsync(linesOf(ReadableStream.from(bytes), most));
  };
  assertEquals(await read(["a\nb", "c\n\n", "", "d", "e\n", "f"]), ["a", "bc", "de", "f"]);
  assertEquals(await read([]), []);
  const [first, second] = [
    new TextEncoder().encode("…\n").subarray(0, 2),
    new TextEncoder().encode("…\n").subarray(2),
  ];
  assertEquals(await Array.fromAsync(linesOf(ReadableStream.from([first, second]), 9)), ["…"]);
  for (const texts of [["12345"], ["123", "45"], ["1\n12345"], ["1\n123", "45\n"]]) {
    await assertRejects(() => read(texts, 4), TooLargeError, "longer than 4 characters");
  }
});

Deno.test("/chains takes POST only", async () => {
  await using server = serve(undefined);
  const response = await fetch(`${server.url}/chains`);
  assertEquals([response.status, response.headers.get("allow")], [405, "POST"]);
  await response.body?.cancel();
});

const two = chain("two", ({ call }) => void call(fn("g"), { after: call(fn("f")) }));

/** The result of LocalChains for an answer of a program at /chains. */
async function missingOf(answer: () => Response): Promise<[why: string | undefined, ends: number]> {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) =>
      new URL(request.url).pathname === "/chains" ? answer() : new Response("sequoia local platform"),
  );
  await using local = new LocalPlatform({ address: `127.0.0.1:${server.addr.port}` });
  const ends: ChainCallEnd[] = [];
  const why = await local.native.run(
    instanceOf(two, "i"),
    (end) => ends.push(end),
    AbortSignal.timeout(60_000),
  );
  await server.shutdown();
  return [why, ends.length];
}

const END = { id: "i", node: 0, atMs: 0, queuedMs: 0, runMs: 1, status: 200, cold: false };
const lines = (...said: unknown[]) => () =>
  new Response(said.map((each) => JSON.stringify(each) + "\n").join(""));

Deno.test("LocalChains.run() says why it has not heard of all calls", async () => {
  assertEquals(await missingOf(lines(END, { ...END, node: 1 }, { id: "i", outcome: "completed" })), [
    undefined,
    2,
  ]);
  assertEquals(await missingOf(lines(END)), ["the local platform ended", 1]);
  const [full] = await missingOf(() => Response.json({ error: "full" }, { status: 503 }));
  assertStringIncludes(full!, "answered with status 503: ");
  assertStringIncludes(full!, "full");
  const [refused] = await missingOf(lines(END, { id: "i", error: "too many" }));
  assertEquals(refused, "too many");
  for (const bad of [{ ...END, node: 2 }, { ...END, runMs: "1" }, { ...END, status: null }]) {
    const [why, ends] = await missingOf(lines(END, bad));
    assertEquals(ends, 1);
    assertStringIncludes(why!, "which is no end of a call");
  }
  for (const bad of [5, null, []]) {
    assertStringIncludes((await missingOf(lines(bad)))[0]!, "the local platform said");
  }
  const [endless] = await missingOf(() => new Response("x".repeat(100_000)));
  assertStringIncludes(endless!, "a line is longer than");
});

Deno.test("LocalChains takes chains of several functions that are all here", () => {
  const { native } = new LocalPlatform();
  const mixed = chain(
    "mixed",
    ({ call }) => void call(fn("f", { url: "http://127.0.0.1:1/" }), { after: call(fn("g")) }),
  );
  assertEquals([two, plain, mixed].map((each) => native.takes(each)), [true, false, false]);
});

Deno.test("LocalChains.run() that is stopped hears no more", async () => {
  const line: Instance = instanceOf(
    chain("line", ({ call }) => void call(fn("g"), { after: call(fn("f", { time: constant("1h") })) })),
    "i",
  );
  await using server = serve(undefined);
  await using local = new LocalPlatform({ address: new URL(server.url).host });
  const stop = new AbortController();
  const run = local.native.run(line, () => assert(false), stop.signal);
  await until(() => server.counts.running === 1);
  stop.abort();
  assertEquals(await run, "it was stopped");
});
