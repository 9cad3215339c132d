import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { idle, VirtualClock } from "../../tests/programs/virtual_clock.ts";
import { altered } from "../../tests/programs/altered.ts";
import { numbered } from "../../tests/programs/world.ts";
import { type Held, leaseLost, memoryQueue, type Progress, QueueError, type Result } from "../queue/mod.ts";
import { type NotWritten, QueueWriter } from "./queue_writer.ts";
import { NULL } from "../model/mod.ts";

const progress = (instanceId: string): Progress => ({ instanceId, records: [] });
const result = (instanceId: string): Result => ({
  instanceId,
  records: [],
  outcome: "completed",
  endedAtMs: 0,
  output: NULL,
});

/** A writer, and the ids of each batch that it has written. */
function setup(write: (ids: readonly string[]) => Promise<void> = () => Promise.resolve()) {
  const clock = new VirtualClock();
  const batches: string[][] = [];
  const take = (items: readonly Held[]) => {
    const ids = items.map(({ instanceId }) => instanceId);
    batches.push(ids);
    return write(ids);
  };
  const queue = altered(memoryQueue({ clock }), {
    checkpoint: take,
    finish: take,
    release: take,
  });
  return { clock, batches, writer: new QueueWriter(queue, clock) };
}

Deno.test("QueueWriter.checkpoint() writes at once, what settles together in one batch", async () => {
  const { clock, batches, writer } = setup();
  const startMs = clock.nowMs();
  const lost = await Promise.all(["a", "b", "a"].map((id) => writer.checkpoint(progress(id))));
  assertEquals([lost, batches], [[undefined, undefined, undefined], [["a", "b", "a"]]]);
  await writer.checkpoint(progress("c"));
  assertEquals([batches.at(-1), clock.nowMs()], [["c"], startMs]);
});

Deno.test("QueueWriter.checkpoint() does not wait for a batch that is being written", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { batches, writer } = setup((ids) => ids.includes("slow") ? promise : Promise.resolve());
  const slow = writer.checkpoint(progress("slow"));
  await idle();
  assertStrictEquals(await writer.checkpoint(progress("quick")), undefined);
  assertEquals(batches, [["slow"], ["quick"]]);
  resolve();
  await slow;
});

Deno.test("QueueWriter.finish() writes at once after a pause, and then gathers ends for a few milliseconds", async () => {
  const { clock, batches, writer } = setup();
  const startMs = clock.nowMs();
  await Promise.all(["a", "b"].map((id) => writer.finish(result(id))));
  assertEquals([batches, clock.nowMs()], [[["a", "b"]], startMs]);
  const third = writer.finish(result("c"));
  await clock.pass(3);
  const fourth = writer.finish(result("d"));
  await clock.run(Promise.all([third, fourth]));
  assertEquals([batches.slice(1), clock.nowMs() - startMs, clock.timers], [[["c", "d"]], 5, 0]);
  await clock.pass(5);
  await writer.finish(result("e"));
  assertEquals([batches.at(-1), clock.nowMs() - startMs], [["e"], 10]);
});

Deno.test("QueueWriter.finish() writes a full batch at once, and leaves no timer", async () => {
  const { clock, batches, writer } = setup();
  const startMs = clock.nowMs();
  const all = numbered(1025).map((id) => writer.finish(result(id)));
  await Promise.all(all.slice(0, 1024));
  assertEquals([batches.map(({ length }) => length), clock.nowMs()], [[512, 512], startMs]);
  await clock.run(all[1024]!);
  assertEquals([batches.at(-1), clock.nowMs() - startMs, clock.timers], [["i1024"], 5, 0]);
});

Deno.test("QueueWriter.checkpoint() writes a full batch at once, and the rest after it", async () => {
  const { batches, writer } = setup();
  await Promise.all(numbered(700).map((id) => writer.checkpoint(progress(id))));
  assertEquals(batches.map(({ length }) => length), [512, 188]);
  assertEquals(batches.flat(), numbered(700));
});

Deno.test("QueueWriter tells of each item whether its instance was lost", async () => {
  const { clock, writer } = setup((ids) =>
    Promise.reject(leaseLost("the queue", ids.filter((id) => id.startsWith("lost"))))
  );
  const items = ["kept", "lost1", "lost2", "lost1"];
  const expected: (NotWritten | undefined)[] = [undefined, "lease-lost", "lease-lost", "lease-lost"];
  assertEquals(await Promise.all(items.map((id) => writer.checkpoint(progress(id)))), expected);
  assertEquals(await clock.run(Promise.all(items.map((id) => writer.finish(result(id))))), expected);
});

Deno.test("QueueWriter rejects all of a batch that could not be written, and goes on with the next", async () => {
  const error = new QueueError("failed", "the disk is full");
  let full = true;
  const { writer } = setup(() => full ? Promise.reject(error) : Promise.resolve());
  for (const write of ["a", "b"].map((id) => writer.checkpoint(progress(id)))) {
    assertStrictEquals(await assertRejects(() => write), error);
  }
  full = false;
  assertStrictEquals(await writer.checkpoint(progress("c")), undefined);
});

Deno.test("QueueWriter writes nothing of what has been lost while it waited to be written", async () => {
  const { clock, batches, writer } = setup();
  const holder = { lost: false };
  const finished = Promise.all([writer.finish(result("a"), holder), writer.finish(result("b"))]);
  const others = [writer.checkpoint(progress("a"), holder), writer.release({ instanceId: "a" }, holder)];
  holder.lost = true;
  assertEquals(await clock.run(finished), ["lease-lost", undefined]);
  await Promise.all(others);
  assertEquals([batches, clock.timers], [[["b"]], 0]);
});

Deno.test("QueueWriter.release() releases together what is given up together", async () => {
  const { batches, writer } = setup();
  await Promise.all(numbered(300).map((id) => writer.release({ instanceId: id })));
  assertEquals(batches, [numbered(300)]);
});
