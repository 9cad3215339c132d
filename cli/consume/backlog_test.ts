import { assertEquals } from "@std/assert";
import { TestClock } from "../../tests/queue/test_clock.ts";
import { Backlog } from "./backlog.ts";

Deno.test("Backlog asks the queue at its intervals, and knows nothing while that does not answer", async () => {
  const clock = new TestClock();
  const answers = [() => Promise.resolve(3), () => Promise.reject(new Error("down"))];
  const depth = async () => ({
    queued: await answers.shift()!(),
    ...{ delayed: 2, running: 0, completed: 0, failed: 0, cancelled: 0 },
  });
  using backlog = new Backlog({ depth }, clock, 1000);
  assertEquals(backlog.queued, undefined);
  await clock.pass(999);
  assertEquals([backlog.queued, answers.length], [undefined, 2]);
  await clock.pass(1);
  assertEquals(backlog.queued, 3);
  await clock.pass(1000);
  assertEquals(backlog.queued, undefined);
});
