/** Instances that are due later than they were submitted. */
import { assert, assertEquals } from "@std/assert";
import { World } from "../../tests/programs/world.ts";
import { chain, delayedUntil, fn, instanceMaker, seededRandom } from "../model/mod.ts";
import { submission } from "../record/mod.ts";

const inner = chain("inner", ({ call }) => void call(fn("second")));
const outer = chain("outer", ({ call }) => void call(inner, { after: call(fn("first")) }), { ttl: "10s" });
const make = instanceMaker(seededRandom(3));
const DELAY_MS = 60_000;

/** A world, and an instance in it that is due in a minute. */
async function delayed() {
  const world = new World(), nowMs = world.clock.wallMs();
  const entry = { chain: outer, priority: 7, deadlineMs: 5000, labels: { tenant: "acme" } };
  const instance = delayedUntil(make(entry, nowMs, { id: "a" }), nowMs + DELAY_MS);
  await world.queue.push([instance]);
  return { world, instance };
}

Deno.test("Consumer.run() starts an instance when it is due, and counts all times from then", async () => {
  const { world, instance } = await delayed();
  assertEquals(instance.deadlineMs, instance.dueAtMs! + 5000);
  const running = world.start({ untilEmpty: true });
  await world.clock.pass(DELAY_MS - 1);
  assertEquals([world.platform.calls.length, (await world.view("a")).state], [0, "delayed"]);
  await world.end(running);
  assertEquals(world.platform.calls[0]!.startedAtMs, instance.dueAtMs);
  assert(world.log.attempts.every(({ queuedMs }) => queuedMs < 10));
  const [submit] = world.log.submits;
  assertEquals([submit!.submittedAtMs, submit!.deadlineMs, submit!.takenMs], [instance.dueAtMs, 5000, 0]);
  const { state, instance: { submittedAtMs } } = await world.view("a");
  assertEquals([state, submittedAtMs], ["completed", instance.submittedAtMs], "its ttl had not passed");
});

Deno.test("Consumer.run() has what a delayed instance calls inherit all but the delay", async () => {
  const { world, instance } = await delayed();
  await world.consume();
  const { instance: { labels, priority, deadlineMs, dueAtMs } } = await world.view("a/inner");
  const { labels: its, priority: urgency, deadlineMs: ends } = instance;
  assertEquals({ labels, priority, deadlineMs, dueAtMs }, {
    labels: its,
    priority: urgency,
    deadlineMs: ends,
    dueAtMs: undefined,
  });
});

for (const seconds of [-10, 30]) {
  Deno.test(`Consumer.run() goes by the system's clock for what is due, also when it is set by ${seconds} s`, async () => {
    const { world, instance } = await delayed();
    const running = world.start({ untilEmpty: true });
    await world.clock.pass(1000);
    world.clock.aheadMs = seconds * 1000;
    await world.end(running);
    const lateMs = world.platform.calls[0]!.startedAtMs + world.clock.aheadMs - instance.dueAtMs!;
    assert(lateMs >= 0 && lateMs < 1, `${lateMs} ms late`);
  });
}

Deno.test("submission() of a delayed instance is of when it was due", async () => {
  const { instance } = await delayed();
  const { submittedAtMs, deadlineMs } = submission(instance);
  assertEquals([submittedAtMs, deadlineMs], [instance.dueAtMs, 5000]);
});
