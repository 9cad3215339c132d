/** A consumer that cannot know whether it still holds what it is about to call, or whose queue hangs. */
import { assert, assertEquals } from "@std/assert";
import { numbered, type Running, World } from "../../tests/programs/world.ts";
import { single } from "../../tests/scheduler/builders.ts";
import { type QueueDriver, QueueError } from "../queue/mod.ts";

/** A queue that cannot confirm its holds until it is let. */
class Unsure {
  readonly #confirmed = Promise.withResolvers<void>();
  #isSure = false;

  confirm(): void {
    this.#isSure = true;
    this.#confirmed.resolve();
  }

  fail(error: Error): void {
    this.#confirmed.reject(error);
  }

  readonly alter = (queue: QueueDriver): Partial<QueueDriver> => ({
    confirmHolds: () => this.#isSure ? queue.confirmHolds() : this.#confirmed.promise,
  });
}

Deno.test("Consumer.run() calls nothing before its queue has confirmed what it holds, and then what is left", async () => {
  const world = new World();
  await world.push(single("f"), numbered(3));
  const unsure = new Unsure();
  const running = world.start({ alter: unsure.alter, limits: { global: 2 } });
  await world.clock.pass(60_000);
  assertEquals(world.platform.keys(), []);
  unsure.confirm();
  await world.clock.pass(1000);
  assertEquals(world.platform.keys(), ["i0/f", "i1/f", "i2/f"]);
  running.drain.abort();
  await world.end(running);
});

Deno.test("Consumer.run() that drains does not call what it has lost, either", async () => {
  const world = new World();
  await world.push(single("f"), numbered(3));
  const unsure = new Unsure();
  const running = world.start({ alter: unsure.alter });
  await world.clock.pass(10);
  running.drain.abort();
  world.memory.expire(running.queue);
  unsure.confirm();
  await world.end(running);
  assertEquals(world.platform.keys(), []);
  assertEquals((await world.queue.depth()).queued, 3);
});

Deno.test("Consumer.run() takes the start back of what may run once only, if it is stopped before the call", async () => {
  const world = new World();
  await world.push(single("f", { atMostOnce: true }), ["a"]);
  const running = world.start({ alter: new Unsure().alter });
  await world.clock.pass(10);
  assertEquals(await world.nodes("a"), { f: "started" });
  running.stop.abort();
  await world.end(running);
  await running.queue[Symbol.asyncDispose]();
  await world.consume();
  assertEquals([world.platform.keys(), (await world.view("a")).state], [["a/f"], "completed"]);
});

Deno.test("Consumer.run() rejects if its queue cannot find out what it holds", async () => {
  const world = new World();
  await world.push(single("f"), ["a"]);
  const unsure = new Unsure();
  const running = world.start({ alter: unsure.alter });
  await world.clock.pass(10);
  const error = new QueueError("replaced", "Cannot go on: gone. Start again");
  unsure.fail(error);
  assertEquals(await world.clock.run(running.ended), { error });
  assertEquals(world.platform.keys(), []);
});

for (const method of ["checkpoint", "finish", "pull", "depth"] as const) {
  Deno.test(`Consumer.run() that is stopped ends soon though ${method} of its queue does not answer`, async () => {
    const world = new World();
    const hangs = () => new Promise<never>(() => {});
    const setup = { untilEmpty: method === "depth", alter: () => ({ [method]: hangs }) };
    await world.push(single("f", { atMostOnce: method === "checkpoint" }), method === "depth" ? [] : ["a"]);
    const running: Running = world.start(setup);
    await world.clock.pass(100);
    const stoppedAtMs = world.clock.nowMs();
    running.drain.abort();
    await world.clock.pass(100);
    running.stop.abort();
    await world.clock.run(running.ended);
    assert(world.clock.nowMs() - stoppedAtMs <= 3000);
  });
}
