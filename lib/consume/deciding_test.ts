/** Chains that decide by what was answered: conditions, maps, templates, results, compensation, limits of time. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Script } from "../../tests/programs/scripted_platform.ts";
import { numbered, World } from "../../tests/programs/world.ts";
import { BROKEN, ok, SHAKY } from "../../tests/scheduler/builders.ts";
import "../expression/mod.ts"; // loaded here, so that it takes no time of its own
import {
  type Chain,
  chain,
  type ChainBuilder,
  type ChainOptions,
  fn,
  type Json,
  type JsonObject,
  readJson,
} from "../model/mod.ts";

const build = (body: (builder: ChainBuilder) => void, options?: ChainOptions): Chain =>
  chain("c", body, options);

type Answers = Readonly<Record<string, Json | ((item: number) => Json)>>;

/** Answers by node; the rest answer what they always do. A function gets the number of the item. */
function answering(answers: Answers, others: Script = () => undefined): Script {
  return (call, nth) => {
    const answer = answers[call.instance.chain.nodes[call.node]!.name];
    if (answer === undefined) return others(call, nth);
    return { outcome: ok(typeof answer === "function" ? answer(call.item!) : answer) };
  };
}

/** Runs one instance "a" of a chain. */
async function runOne(of: Chain, script: Script, args = {}): Promise<World> {
  const world = new World(script);
  await world.push(of, ["a"], { args });
  await world.consume();
  return world;
}

const list = fn("list"), each = fn("each"), last = fn("last"), undo = fn("undo");

Deno.test("Consumer.run() runs a node or skips it as its condition says", async () => {
  const of = build(({ call }) => {
    const score = call(fn("score"));
    const high = call(fn("high"), { after: score, when: "inputs.score.value > args.bound" });
    const low = call(fn("low"), { after: score, when: "inputs.score.value <= args.bound" });
    call(fn("after_low"), { after: low });
    call(fn("both"), { after: [high, low] });
  });
  const world = await runOne(of, answering({ score: { value: 7 } }), { bound: 5 });
  assertEquals(await world.nodes("a"), {
    ...{ score: "ok", high: "ok", low: "skipped", after_low: "skipped", both: "ok" },
  });
  assertEquals(world.platform.calls.at(-1)!.inputs, { high: "high#2", low: null });
  assertEquals((await world.view("a")).output, { after_low: null, both: "both#3" });
});

Deno.test("Consumer.run() replaces templates in args by what they evaluate to", async () => {
  const of = build(({ call }) => {
    const a = call(fn("a"));
    const args = {
      n: "{% inputs.a.n * 2 %}",
      who: "{% instance.labels.tenant & '/' & args.user %}",
      plain: 1,
    };
    call(fn("b"), { after: a, args });
  }, { output: "{% { 'sum': inputs.a.n + inputs.b } %}" });
  const world = new World(answering({ a: { n: 21 }, b: 8 }));
  await world.push(of, ["a"], { args: { user: "ada" }, labels: { tenant: "t" } });
  await world.consume();
  assertEquals(world.platform.calls[1]!.args, { n: 42, who: "t/ada", plain: 1 });
  assertEquals((await world.view("a")).output, { sum: 29 });
});

Deno.test("Consumer.run() makes one invocation for each item, at most so many at once, and keeps their order", async () => {
  const of = build(({ call }) => {
    const items = call(each, {
      ...{ after: call(list), map: "inputs.list.files", concurrency: 3 },
      args: { file: "{% item.name %}", of: "{% $count(inputs.list.files) %}" },
    });
    call(last, { after: items });
  });
  const files = Array.from({ length: 8 }, (_, i) => ({ name: `f${i}` }));
  const world = await runOne(
    of,
    answering(
      { list: { files } },
      ({ item, args }) =>
        item === undefined
          ? undefined
          : { runMs: 100 - item * 10, outcome: ok((readJson(args) as JsonObject).file!) },
    ),
  );
  const items = world.platform.calls.filter(({ node }) => node === "each");
  assertEquals(items.map(({ args }) => args.index), [0, 1, 2, 3, 4, 5, 6, 7]);
  assertEquals(items[1]!.args, { item: { name: "f1" }, index: 1, file: "f1", of: 8 });
  assertEquals(items[1]!.inputs, {}, "the whole list does not go out with each item");
  assertEquals(world.platform.most["function each"], 3);
  assertEquals(world.platform.calls.at(-1)!.inputs, { each: files.map(({ name }) => name) });
  const { progress } = await world.view("a");
  assertEquals(progress.filter(({ node, item }) => node === 1 && item !== undefined).length, 8);
});

Deno.test("Consumer.run() takes an empty list for a map that is done", async () => {
  const of = build(({ call }) => {
    call(last, { after: call(each, { after: call(list), map: "inputs.list" }) });
  });
  const world = await runOne(of, answering({ list: [] }));
  assertEquals(world.platform.keys(), ["a/list", "a/last"]);
  assertEquals(world.platform.calls[1]!.inputs, { each: [] });
});

const lists: readonly [what: string, map: string, answer: Json, items: readonly Json[]][] = [
  ["a list of one that a filter leaves", "inputs.list[price > 5]", [{ price: 3 }, { price: 7 }], [{
    price: 7,
  }]],
  ["what a filter leaves nothing of", "inputs.list[price > 9]", [{ price: 3 }, { price: 7 }], []],
  ["nothing", "inputs.list.files", {}, []],
  ["null", "inputs.list", null, []],
  ["an object", "inputs.list", { a: 1 }, [{ a: 1 }]],
  ["a text", "inputs.list", "text", ["text"]],
  ["a list of one that JSONata makes", "$sort(inputs.list)", [7], [7]],
];

for (const [what, items, answer, expected] of lists) {
  Deno.test(`Consumer.run() takes ${what} for a list`, async () => {
    const of = build(({ call }) => void call(last, { after: call(each, { after: call(list), map: items }) }));
    const world = await runOne(of, answering({ list: answer, each: (item) => item }));
    assertEquals(
      world.platform.calls.filter(({ node }) => node === "each").map(({ args }) => args.item!),
      [...expected],
    );
    assertEquals(world.platform.calls.at(-1)!.inputs, { each: expected.map((_, i) => i) });
    assertEquals((await world.view("a")).state, "completed");
  });
}

for (
  const [onFailure, state, outputs] of [
    ["fail", "failed", undefined],
    ["skip", "completed", [0, 2]],
    ["continue", "completed", [0, { error: "it broke" }, 2]],
  ] as const
) {
  Deno.test(`Consumer.run() does with an item that has failed what onFailure: "${onFailure}" says`, async () => {
    const of = build(({ call }) => {
      call(last, { after: call(each, { after: call(list), map: "inputs.list", onFailure }) });
    });
    const script: Script = ({ item }) =>
      item === undefined ? undefined : { outcome: item === 1 ? BROKEN : ok(item) };
    const world = await runOne(of, answering({ list: ["x", "y", "z"] }, script));
    const view = await world.view("a");
    assertEquals(view.state, state);
    if (outputs === undefined) assertEquals(view.reason, "node each: item 1: it broke");
    else assertEquals(world.platform.calls.at(-1)!.inputs, { each: outputs });
  });
}

const refused: readonly [string, Json, Chain, RegExp][] = [
  ["a condition that fails", null, when("$error('no')"), /^node last: expression-failed: when: .*no/],
  [
    "a condition over what is no number",
    null,
    when("inputs.list.a.b > {}"),
    /^node last: expression-failed: when: /,
  ],
  [
    "a condition that takes too long",
    null,
    when("($f := function($n) { $f($n + 1) }; $f(1))"),
    /^node last: expression-(timeout|depth): when: /,
  ],
  [
    "a condition that goes too deep",
    null,
    when("($f := function($n) { 1 + $f($n + 1) }; $f(1))"),
    /^node last: expression-(timeout|depth): when: /,
  ],
  ["a map over too many items", null, map("[1..10001]"), /^node last: map-too-long: map: .*10001 items/],
  [
    "a template that fails",
    null,
    args("{% $number('x') %}"),
    /^node last: expression-failed: args: .*position/,
  ],
  [
    "a template that makes what is too large",
    null,
    args("{% [1..1000000] %}"),
    /^node last: expression-size: args: /,
  ],
  ["a result that fails", null, result("{% $number('x') %}"), /^expression-failed: output: /],
];

function when(when: string): Chain {
  return build(({ call }) => void call(last, { after: call(list), when }));
}
function map(map: string): Chain {
  return build(({ call }) => void call(last, { after: call(list), map }));
}
function args(template: string): Chain {
  return build(({ call }) => void call(last, { after: call(list), args: { template } }));
}
function result(output: string): Chain {
  return build(({ call }) => void call(last, { after: call(list) }), { output });
}

for (const [what, answer, of, reason] of refused) {
  Deno.test(`Consumer.run() fails the node for ${what}, with a code, and nothing else`, async () => {
    const world = new World(answering({ list: answer }));
    await world.push(of, ["a"]);
    await world.push(chain("other", ({ call }) => void call(list, { name: "fine" })), ["b"]);
    await world.consume();
    const { state, reason: why = "" } = await world.view("a");
    assertEquals(state, "failed");
    assertMatch(why, reason);
    assertEquals((await world.view("b")).state, "completed");
  });
}

Deno.test("Consumer.run() fails a node whose expression needs what is no JSON, and lets functions have the text", async () => {
  const of = build(({ call }) => {
    const a = call(list);
    call(each, { after: a, name: "reads", onFailure: "skip", when: "inputs.list.score > 1" });
    call(each, { after: a, name: "ignores", when: "true" });
  });
  const script: Script = ({ instance, node }) =>
    instance.chain.nodes[node]!.name === "list" ? { outcome: { ...ok("<html>"), isText: true } } : undefined;
  const world = await runOne(of, script);
  const { progress, instance } = await world.view("a");
  const reads = progress.find(({ node }) => instance.chain.nodes[node]!.name === "reads")!;
  assertEquals(reads.state, "failed");
  assertMatch(
    reads.reason!,
    /^not-json: when: the expression "inputs.list.score > 1" needs the output of list/,
  );
  assertEquals(world.platform.calls[1]!.inputs, { list: "<html>" });
});

Deno.test("Consumer.run() fails a node whose templates put together more than a call can carry, and goes on", async () => {
  const many = Object.fromEntries(numbered(300).map((name) => [name, "{% args %}"]));
  const world = new World();
  await world.push(build(({ call }) => void call(each, { args: many })), ["a"], {
    args: { text: "x".repeat(4_000_000) },
  });
  await world.push(build(({ call }) => void call(last)), ["b"]);
  await world.consume();
  const { state, reason } = await world.view("a");
  assertEquals([state, (await world.view("b")).state], ["failed", "completed"]);
  assertMatch(reason!, /^node each: expression-size: args: .* makes args of more than \d+ characters$/);
});

Deno.test("Consumer.run() says in the same words why it undoes, though its consumer dies meanwhile", async () => {
  const of = build(({ call, onFailed }) => {
    call(last, { after: call(each) });
    onFailed(undo, { args: { why: "{% reason %}" } });
  });
  const reason = "no\0 \ud83d"; // which not every store can keep
  const world = new World(({ instance, node }) =>
    instance.chain.nodes[node]!.name === "last"
      ? { outcome: { kind: "failed", reason, retryable: false } }
      : { runMs: 100 }
  );
  await world.push(of, ["a"]);
  const dying = world.start();
  await world.clock.pass(150);
  world.kill(dying);
  await world.consume();
  const undone = world.platform.calls.filter(({ node }) => node === "undo").map(({ args }) => args);
  const args = { why: "node last: no\ufffd \ufffd" };
  assertEquals(undone, [args, args]);
});

Deno.test("Consumer.run() undoes what was done when a chain fails, and says why", async () => {
  const of = build(({ call, onFailed }) => {
    const reserve = call(fn("reserve"));
    const charge = call(fn("charge"), { after: reserve });
    call(fn("ship"), { after: charge });
    onFailed(undo, { args: { why: "{% reason %}" } });
  });
  const world = await runOne(
    of,
    answering(
      { reserve: { seat: 7 }, charge: null },
      ({ instance, node }) => instance.chain.nodes[node]!.name === "ship" ? { outcome: BROKEN } : undefined,
    ),
  );
  const { inputs, args, node } = world.platform.calls.at(-1)!;
  assertEquals([node, inputs, args], [
    "undo",
    { reserve: { seat: 7 }, charge: null },
    { why: "node ship: it broke" },
  ]);
  const { state, reason } = await world.view("a");
  assertEquals([state, reason], ["failed", "node ship: it broke"]);
});

Deno.test("Consumer.run() undoes the items that were done of a map that has failed", async () => {
  const of = build(({ call, onFailed }) => {
    call(each, { after: call(list), map: "inputs.list", concurrency: 1 });
    onFailed(undo);
  });
  const world = await runOne(
    of,
    answering({ list: ["x", "y", "z"] }, ({ item }) => item === 2 ? { outcome: BROKEN } : undefined),
  );
  assertEquals(world.platform.calls.at(-1)!.inputs, { list: ["x", "y", "z"], each: ["each#2", "each#3"] });
});

Deno.test("Consumer.run() undoes what was cancelled, but nothing of what had not begun", async () => {
  const of = build(({ call, onFailed }) => {
    call(last, { after: call(list) });
    onFailed(undo);
  });
  const world = new World(() => ({ runMs: 1000 }));
  await world.push(of, ["a", "b"]);
  const running = world.start({ limits: { global: 1 } });
  await world.clock.pass(5);
  await world.queue.request({ kind: "cancel", filter: { ids: ["a", "b"] } });
  await world.clock.pass(5000);
  running.drain.abort();
  await world.end(running);
  assertEquals(world.platform.keys(), ["a/list", "a/undo"]);
  assertEquals([(await world.view("a")).state, (await world.view("b")).state], ["cancelled", "cancelled"]);
});

Deno.test("Consumer.run() ends the calls in flight of what is cancelled, if it is told so; but not what undoes", async () => {
  const of = build(({ call, onFailed }) => {
    call(list);
    onFailed(undo);
  });
  const world = new World(() => ({ runMs: 1000 }));
  await world.push(of, ["a"]);
  const running = world.start();
  await world.clock.pass(5);
  for (let i = 0; i < 2; i++) { // twice is as good as once
    await world.queue.request({ kind: "cancel", filter: { ids: ["a"] }, abort: true });
    await world.clock.pass(10);
  }
  const [list_, undo_] = world.platform.calls;
  assertEquals(list_!.outcome, { kind: "failed", reason: "aborted", retryable: true });
  await world.clock.pass(2000);
  assertEquals([undo_!.node, undo_!.outcome?.kind], ["undo", "ok"]);
  running.drain.abort();
  await world.end(running);
  assertEquals((await world.view("a")).state, "cancelled");
});

Deno.test("Consumer.run() ends what runs longer than its chain may, and the calls in flight", async () => {
  const of = build(({ call }) => void call(last, { after: call(list) }), { timeLimit: "1s" });
  const world = await runOne(of, () => ({ runMs: 700 }));
  const { state, reason, endedAtMs, instance } = await world.view("a");
  assertEquals([state, endedAtMs! - instance.submittedAtMs], ["failed", 1000]);
  assertStringIncludes(reason!, "time-limit: ");
  assertEquals(world.platform.calls.map(({ outcome }) => outcome?.kind), ["ok", "failed"]);
});

Deno.test("Consumer.run() undoes what a limit of time has ended between two nodes", async () => {
  const of = build(({ call, onFailed }) => {
    call(last, { after: call(list) });
    onFailed(undo);
  }, { timeLimit: "1s" });
  const world = new World(() => ({ runMs: 10 }));
  await world.push(of, ["a"]);
  await world.queue.request({ kind: "pause", pause: { function: "last" } });
  const running = world.start();
  await world.clock.pass(1050);
  assertEquals(world.platform.calls.map(({ node, startedAtMs }) => [node, startedAtMs % 60_000]), [
    ["list", 0],
    ["undo", 1000],
  ]);
  running.drain.abort();
  await world.end(running);
});

Deno.test("Consumer.run() ends what has not begun in time, and lets what has begun go on", async () => {
  const of = build(({ call }) => void call(last, { after: call(list) }), { ttl: "1s" });
  const world = new World(() => ({ runMs: 800 }));
  await world.push(of, numbered(3));
  await world.consume({ limits: { global: 1 }, policy: "running-first" });
  const views = await Promise.all(numbered(3).map((id) => world.view(id)));
  assertEquals(views.map(({ state }) => state), ["completed", "failed", "failed"]);
  assertStringIncludes(views[1]!.reason!, "ttl: ");
});

Deno.test("Consumer.run() goes on with a map after a crash, with what was done of it", async () => {
  const of = build(({ call }) => {
    const items = call(each, { after: call(list), map: "inputs.list", concurrency: 2 });
    call(last, { after: items });
  });
  const world = new World(
    answering(
      { list: [0, 1, 2, 3, 4, 5] },
      ({ item }) => item === undefined ? undefined : { runMs: 100, outcome: ok(item * 10) },
    ),
  );
  await world.push(of, ["a"]);
  const dying = world.start();
  await world.clock.pass(250); // items 0 to 3 are done, 4 and 5 in flight
  world.kill(dying);
  await world.consume();
  assertEquals(world.platform.calls.at(-1)!.inputs, { each: [0, 10, 20, 30, 40, 50] });
  const counts = new Map<Json, number>();
  for (const { node, args } of world.platform.calls) {
    if (node === "each") counts.set(args.index!, (counts.get(args.index!) ?? 0) + 1);
  }
  assertEquals([...counts], [[0, 1], [1, 1], [2, 1], [3, 1], [4, 2], [5, 2]]);
});

Deno.test("Consumer.run() tries items again by the rule of their function", async () => {
  const of = build(({ call }) => void call(each, { after: call(list), map: "inputs.list" }));
  const world = await runOne(
    of,
    answering(
      { list: ["x", "y"] },
      ({ item, attempt }) => item === 1 && attempt < 3 ? { outcome: SHAKY } : undefined,
    ),
  );
  const attempts = world.platform.calls.filter(({ node }) => node === "each").map(({ attempt }) => attempt);
  assertEquals(attempts.toSorted(), [1, 1, 2, 3]);
  assertEquals((await world.view("a")).state, "completed");
});

Deno.test("Consumer.run() starts nothing of what is paused until it is resumed, also after a restart", async () => {
  const world = new World();
  const one = chain("one", ({ call }) => void call(last, { after: call(list) }));
  const two = chain("two", ({ call }) => void call(each));
  await world.queue.request({ kind: "pause", pause: { chain: "one" } });
  await world.push(one, ["a"]);
  await world.push(two, ["b"]);
  for (let restarts = 0; restarts < 2; restarts++) {
    const running = world.start();
    await world.clock.pass(100);
    assertEquals(world.platform.keys(), ["b/each"]);
    running.drain.abort();
    await world.end(running);
    await running.queue[Symbol.asyncDispose]();
  }
  const running = world.start();
  await world.clock.pass(100);
  await world.queue.request({ kind: "resume" });
  await world.clock.pass(100);
  assertEquals(world.platform.keys(), ["b/each", "a/list", "a/last"]);
  running.drain.abort();
  await world.end(running);
});
