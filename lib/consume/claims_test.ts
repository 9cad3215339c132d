/** The late actions of a consumer under a claim that is over, while it is about to get the same instance again. */
import { assertEquals } from "@std/assert";
import { Orders } from "../../tests/programs/orders.ts";
import { lateAnswers, latePull, type Running, World } from "../../tests/programs/world.ts";
import { BROKEN, linear, single } from "../../tests/scheduler/builders.ts";
import { type Chain, chain } from "../model/mod.ts";

const CALL_MS = 100;

/** A consumer that has held an instance "a" for `afterMs`, lost it, and pulled it again, but knows of neither yet. */
async function pulledAgain(of: Chain, afterMs: number, orders = new Orders()) {
  const world = new World(() => ({ runMs: CALL_MS }));
  await world.push(of, ["a"]);
  const running = world.start({ alter: (queue) => ({ ...latePull(world)(queue), ...orders.alter(queue) }) });
  await world.clock.pass(50 + afterMs); // a pull takes 50 ms
  world.memory.expire(running.queue);
  await world.clock.pass(1);
  assertEquals(await stateOf(world), "running", "it has pulled it again");
  return { world, running };
}

async function stateOf(world: World, id = "a"): Promise<string> {
  return (await world.view(id)).state;
}

async function drained(world: World, running: Running): Promise<void> {
  running.drain.abort();
  await world.end(running);
}

const outer = chain("outer", ({ call }) => void call(linear("inner", 2), { name: "sub" }));

for (
  const [what, of, id] of [["an instance", linear("line", 2), "a"], [
    "what it has called",
    outer,
    "a/sub",
  ]] as const
) {
  Deno.test(`Consumer.run() takes no answer to a call of ${what} for progress of a later claim`, async () => {
    const { world, running } = await pulledAgain(of, CALL_MS - 20);
    await world.clock.pass(30);
    assertEquals((await world.view(id)).progress, []);
    await world.clock.pass(1000);
    assertEquals(world.platform.keys(), [`${id}/n0`, `${id}/n0`, `${id}/n1`]);
    assertEquals((await world.view(id)).progress.map(({ output }) => output), ["n0#2", "n1#3"]);
    assertEquals(world.platform.calls[2]!.inputs, { n0: "n0#2" });
    await drained(world, running);
  });
}

Deno.test("Consumer.run() does not end an instance under a later claim than that which has come to its end", async () => {
  const { world, running } = await pulledAgain(single("f"), CALL_MS - 20);
  await world.clock.pass(30);
  assertEquals(await stateOf(world), "running");
  await world.clock.pass(1000);
  assertEquals((await world.view("a")).output, { f: "f#2" });
  assertEquals(world.log.outcomes(), { a: "completed" });
  await drained(world, running);
});

Deno.test("Consumer.run() does not hand back a later claim than that which was revoked", async () => {
  const orders = new Orders();
  const { world, running } = await pulledAgain(single("f"), CALL_MS - 20, orders);
  orders.send({ kind: "revoked", ids: ["a"], withinMs: 10_000 });
  await world.clock.pass(30);
  assertEquals(await stateOf(world), "running");
  await world.clock.pass(1000);
  assertEquals(world.log.outcomes(), { a: "completed" });
  await drained(world, running);
});

Deno.test("Consumer.run() goes on with what is retried before it hears that its end is written", async () => {
  const world = new World((_, nth) => nth === 1 ? { outcome: BROKEN } : undefined);
  await world.push(single("f"), ["a"]);
  const running = world.start({
    alter: lateAnswers(world, 0, 50),
  });
  await world.clock.pass(20);
  assertEquals(await stateOf(world), "failed");
  await world.queue.request({ kind: "retry", filter: {} });
  await world.clock.pass(10);
  assertEquals(await stateOf(world), "running", "it has pulled it again");
  await world.clock.pass(1000);
  assertEquals(await stateOf(world), "completed");
  await drained(world, running);
});
