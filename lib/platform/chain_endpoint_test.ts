/** Chains at a real local platform, over real HTTP. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
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
} from "../model/mod.ts";
import { instanceOf } from "../../tests/scheduler/builders.ts";
import { MAX_CHAIN_BYTES } from "./chain_endpoint.ts";
import type { ChainCallEnd } from "./chain_host.ts";
import { LocalPlatform } from "./local.ts";
import { LocalServer } from "./local_server.ts";
import { parseProfile } from "./provider/profile_text.ts";

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

/** A function that answers what it was given, and perhaps more. */
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
  assertEquals(lines.pop(), { outcome: "completed" });
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
  assertEquals(await last(broken), [2, { outcome: "dropped", reason: "node broken: failed: out of paper" }]);
  held.resolve(null);
  assertEquals(await last(fan), [4, { outcome: "dropped", reason: "node b: refused" }]);
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
    outcome: "dropped",
    reason: "node long: the local platform ended",
  });
});

const plain = chain("plain", ({ call }) => void call(fn("f")));
const away = chain("away", ({ call }) => void call(fn("f", { url: "http://127.0.0.1:1/" })));
const deciding = chain("deciding", ({ call }) => void call(fn("f"), { name: "n", when: "true" }));

const BAD: readonly [what: string, body: string, status: number, words: string][] = [
  ["what is no JSON", "{", 400, "cannot run this"],
  ["a list", "[]", 400, 'write {\\"id\\": \\"…\\"'],
  ["no chain", '{"id":"i"}', 400, "this is no chain"],
  ["a chain of null", '{"id":"i","chain":{"name":"c","nodes":[null]}}', 400, "cannot run this"],
  ["no id", JSON.stringify({ chain: plain }), 400, "the id"],
  ["a function elsewhere", JSON.stringify({ id: "i", chain: away }), 400, "has a URL"],
  ["a chain that decides", JSON.stringify({ id: "i", chain: deciding }), 400, "it has a condition"],
  ["too much", "x".repeat(MAX_CHAIN_BYTES + 1), 413, "longer than"],
];

for (const [what, body, status, words] of BAD) {
  Deno.test(`/chains refuses ${what}`, async () => {
    await using server = serve(undefined);
    const response = await fetch(`${server.url}/chains`, { method: "POST", body });
    assertEquals(response.status, status);
    assertStringIncludes(await response.text(), words);
    assertEquals(server.counts.chains, 0);
  });
}

Deno.test("/chains takes POST only", async () => {
  await using server = serve(undefined);
  const response = await fetch(`${server.url}/chains`);
  assertEquals([response.status, response.headers.get("allow")], [405, "POST"]);
  await response.body?.cancel();
});

const two = chain("two", ({ call }) => void call(fn("g"), { after: call(fn("f")) }));

/** What LocalChains makes of what a program answers at /chains. */
async function heard(answer: () => Response): Promise<[unheard: string | undefined, ends: number]> {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) =>
      new URL(request.url).pathname === "/chains" ? answer() : new Response("sequoia local platform"),
  );
  const options = { profile: parseProfile("ideal"), clock: realClock, random: seededRandom(1) };
  await using local = new LocalPlatform({ ...options, listen: `127.0.0.1:${server.addr.port}` });
  const ends: ChainCallEnd[] = [];
  const unheard = await local.native.run(
    instanceOf(two, "i"),
    (end) => ends.push(end),
    AbortSignal.timeout(60_000),
  );
  await server.shutdown();
  return [unheard, ends.length];
}

const END = { node: 0, atMs: 0, queuedMs: 0, runMs: 1, status: 200, cold: false };
const lines = (...said: unknown[]) => () =>
  new Response(said.map((each) => JSON.stringify(each) + "\n").join(""));

Deno.test("LocalChains.run() says why it has not heard of all calls", async () => {
  assertEquals(await heard(lines(END, { ...END, node: 1 }, { outcome: "completed" })), [undefined, 2]);
  assertEquals(await heard(lines(END)), ["the local platform ended", 1]);
  const [full] = await heard(() => Response.json({ error: "full" }, { status: 503 }));
  assertStringIncludes(full!, "answered with status 503: ");
  assertStringIncludes(full!, "full");
  for (const bad of [{ ...END, node: 2 }, { ...END, runMs: "1" }, { ...END, status: null }, 5, null]) {
    const [why, ends] = await heard(lines(END, bad));
    assertEquals(ends, 1);
    assertStringIncludes(why!, "which is no end of a call");
  }
  const [endless] = await heard(() => new Response("x".repeat(100_000)));
  assertStringIncludes(endless!, "a line is longer than");
});

Deno.test("LocalChains takes chains of several functions that are all here", () => {
  const options = { profile: parseProfile("ideal"), clock: realClock, random: seededRandom(1) };
  const { native } = new LocalPlatform(options);
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
  const options = { profile: parseProfile("ideal"), clock: realClock, random: seededRandom(1) };
  await using local = new LocalPlatform({ ...options, listen: new URL(server.url).host });
  const stop = new AbortController();
  const run = local.native.run(line, () => assert(false), stop.signal);
  await until(() => server.counts.running === 1);
  stop.abort();
  assertEquals(await run, "it was stopped");
});
