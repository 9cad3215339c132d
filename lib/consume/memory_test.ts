/** Consumers whose instances do not fit into their memory. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Script } from "../../tests/programs/scripted_platform.ts";
import { numbered, World } from "../../tests/programs/world.ts";
import { linear, ok, single } from "../../tests/scheduler/builders.ts";
import { type Chain, chain, fn, type FunctionSpec } from "../model/mod.ts";
import { Memory } from "./memory.ts";

const KIB = 1024;
const text = (kib: number) => "x".repeat(kib * KIB);

/** The most instances, called ones too, that were held at once. */
function mostHeld(world: World): () => number {
  let most = 0;
  const { submit } = world.log;
  world.log.submit = (event) => {
    submit.call(world.log, event);
    most = Math.max(most, world.log.submits.length - world.log.ends.length);
  };
  return () => most;
}

Deno.test("Consumer.run() holds no more instances than their args leave room for, and runs them all", async () => {
  const world = new World();
  const most = mostHeld(world);
  await world.push(single("f"), numbered(60), { args: { text: text(100) } });
  await world.consume({ memoryBytes: 2048 * KIB, limits: { global: 4 } });
  assertEquals((await world.queue.depth()).completed, 60);
  assert(most() >= 4 && most() <= 6, `${most()} were held`);
});

Deno.test("Consumer.run() runs instances each of which is larger than its memory, one by one", async () => {
  const world = new World();
  const most = mostHeld(world);
  await world.push(linear("line", 3), numbered(5), { args: { text: text(100) } });
  await world.consume({ memoryBytes: 50 * KIB });
  assertEquals([(await world.queue.depth()).completed, most()], [5, 1]);
  assertEquals(world.platform.calls.length, 15);
});

Deno.test("Consumer.run() takes as many small instances as there is memory for, whatever the window", async () => {
  const world = new World();
  const most = mostHeld(world);
  await world.push(single("f"), numbered(3000));
  await world.consume({ memoryBytes: 1024 * KIB, limits: { global: 100 } });
  assertEquals((await world.queue.depth()).completed, 3000);
  assert(most() >= 200 && most() <= 256, `${most()} were held`);
});

Deno.test("Consumer.run() starts no more of a map than its outputs may take, once it knows how long they are", async () => {
  const answer = text(200);
  const world = new World(({ spec }) =>
    spec.name === "page" ? { runMs: 100, outcome: ok(answer) } : undefined
  );
  const map = chain("map", ({ call }) => {
    call(fn("page"), { map: "[1..60]" });
  });
  await world.push(map, ["a"]);
  await world.consume({ memoryBytes: 8192 * KIB });
  assert(world.platform.most["function page"]! <= 17, `${world.platform.most["function page"]} at once`);
  assertEquals(world.platform.calls.length, 60);
});

Deno.test("Consumer.run() gives back to its queue what has grown too large, and goes on with it later: nothing runs twice", async () => {
  const script: Script = ({ node }) => node === 0 ? { outcome: ok(text(100)) } : undefined;
  const world = new World(script);
  await world.push(linear("line", 2), numbered(40));
  // All first nodes are to run before any second one.
  const policy = { rank: ({ node }: { node: string }) => node === "n0" ? 0 : 1 };
  await world.consume({ memoryBytes: 1024 * KIB, policy, limits: { global: 2 } });
  assertEquals((await world.queue.depth()).completed, 40);
  assertEquals(world.platform.calls.length, 80);
  assert(world.log.submits.length > 40, "some were given back");
});

/** Chains that call each other in a row, each for every item of a list. */
function levels(depth: number, items: number): Chain {
  let called: FunctionSpec | Chain = fn("leaf");
  for (let level = depth; level > 0; level--) {
    const callee: FunctionSpec | Chain = called;
    called = chain(`level${level}`, ({ call }) => {
      call(callee, { name: "each", map: `[1..${items}]` });
    });
  }
  return called as Chain;
}

Deno.test("Consumer.run() begins called chains as there is memory for them, the deepest first, and ends them all", async () => {
  const world = new World();
  const most = mostHeld(world);
  await world.push(levels(4, 8), ["a"]);
  await world.consume({ memoryBytes: 400 * KIB });
  assertEquals(world.platform.calls.length, 8 ** 4);
  assert(most() <= 150, `${most()} were held`);
  assertEquals((await world.view("a")).state, "completed");
});

Deno.test("Consumer.run() begins no more called chains at once than their args leave room for", async () => {
  const world = new World();
  const most = mostHeld(world);
  const outer = chain("outer", ({ call }) => {
    call(single("f"), { name: "inner", map: "[1..60]", args: { text: "{% args.text %}" } });
  });
  await world.push(outer, ["a"], { args: { text: text(100) } });
  await world.consume({ memoryBytes: 2048 * KIB });
  assertEquals(world.platform.calls.length, 60);
  assert(most() >= 4 && most() <= 10, `${most()} were held`);
});

Deno.test("Consumer.run() ends what waits for memory with its caller, when that is cancelled or handed over", async () => {
  for (const how of ["cancel", "revoke"] as const) {
    const world = new World(() => ({ runMs: 1000 }));
    await world.push(levels(3, 6), ["a"]);
    const running = world.start({ memoryBytes: 16 * KIB, untilEmpty: how === "cancel" });
    await world.clock.pass(1500);
    if (how === "cancel") await world.queue.request({ kind: "cancel", filter: { ids: ["a"] } });
    else {
      running.drain.abort();
      await world.end(running);
      await running.queue[Symbol.asyncDispose]();
      assertEquals((await world.queue.get("a"))!.state, "queued");
      continue;
    }
    await world.end(running);
    assertEquals((await world.view("a")).state, "cancelled");
  }
});

Deno.test("Memory counts down to nothing what is held and in flight, whatever came", () => {
  const spec = single("f").nodes[0]!.fn;
  const step = fc.tuple(fc.nat(1000), fc.nat(100_000), fc.option(fc.nat(300_000), { nil: undefined }));
  fc.assert(fc.property(fc.array(step), (steps) => {
    const memory = new Memory(2048);
    const ends = steps.map(([sent, held, answer]) => {
      const end = memory.reserve(spec, sent);
      memory.hold(1, held);
      return () => (end(answer), memory.hold(-1, -held));
    });
    assertEquals(memory.isFull, steps.length > 0);
    for (const end of ends) end();
    assertEquals([memory.isFull, memory.excess, memory.room()?.characters], [false, 0, 512]);
  }));
});
