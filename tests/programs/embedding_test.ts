/** Programs that embed Sequoia by its entry points: what these put together, own and refuse. */
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "node:path";
import { burst, chain, constant, fn, PolicyError, workload, WorkloadError } from "sequoia";
import { openConsumer } from "sequoia/consume";
import { openPlatform, type Platform, PlatformError } from "sequoia/platform";
import { ended, submit, submitLoad } from "sequoia/produce";
import { openQueue, QueueError } from "sequoia/queue";
import { buildReport, readRunLog } from "sequoia/report";
import { simulate } from "sequoia/simulate";

const HELLO = chain("hello", ({ call }) => void call(fn("greet", { time: constant("5ms") })));

/** Answers each call with its arguments, and counts how often it is closed. */
function echo(): Platform & { closed: number } {
  return {
    name: "echo",
    closed: 0,
    invoke: ({ args }) =>
      Promise.resolve({ outcome: { kind: "ok", output: args }, status: 200, cold: false }),
    [Symbol.asyncDispose]() {
      this.closed++;
      return Promise.resolve();
    },
  };
}

Deno.test("openConsumer() opens a queue by its address, writes a run log, and leaves the platform open", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sequoia-embedding-" });
  const address = `sqlite:${join(folder, "queue.db")}`, runLog = join(folder, "run.json"), platform = echo();
  {
    await using queue = await openQueue(address);
    await submitLoad(queue, { workload: workload({ chains: [{ chain: HELLO }] }), bounds: { count: 3 } });
  }
  {
    const options = { queue: address, platform, policy: "fair-share+shortest-job-first", untilEmpty: true };
    await using consumer = await openConsumer({ ...options, runLog, limit: 2, version: "shop 1" });
    assertEquals((await consumer.run()).completed, 3);
  }
  assertEquals(platform.closed, 0);
  const { run, chains } = await buildReport(readRunLog(runLog).events);
  assertEquals([run.command, run.policy, run.limit, chains.completed], [
    "consume",
    "fair-share+shortest-job-first",
    2,
    3,
  ]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("openConsumer() ends by its signals, and leaves the queue open", async () => {
  await using queue = await openQueue("memory:");
  await using consumer = await openConsumer({ queue, platform: echo() });
  const drain = new AbortController();
  const running = consumer.run(drain.signal);
  const id = await submit(queue, HELLO);
  for await (const { state, output } of ended(queue, [id])) {
    assertEquals([state, output], ["completed", '{"greet":{}}']);
  }
  drain.abort();
  assertEquals((await running).completed, 1);
  assertEquals((await queue.depth()).completed, 1);
});

Deno.test("openConsumer() refuses what cannot be, before it opens anything", async () => {
  const queue = "sqlit:queue.db";
  await assertRejects(
    () => openConsumer({ queue, policy: "fare-share" }),
    PolicyError,
    'did you mean "fair-share"',
  );
  const limits = { floors: { functions: { greet: 5 } } };
  await assertRejects(() => openConsumer({ queue, limit: 2, limits }), RangeError, "Cannot reserve 5 slots");
  await assertRejects(() => openConsumer({ queue }), QueueError);
});

Deno.test("submit() takes the same id once, and refuses what cannot be run", async () => {
  await using queue = await openQueue("memory:");
  const options = { id: "order-17", args: { image: "cat.png" }, labels: { tenant: "acme" }, priority: 2 };
  await submit(queue, HELLO, { ...options, deadline: "5s" });
  await submit(queue, HELLO, { ...options, deadline: "5s" });
  await assertRejects(() => submit(queue, HELLO, { id: "order-17", args: {} }), QueueError);
  await assertRejects(() => submit(queue, HELLO, { id: "no spaces" }), WorkloadError);
  const { args, labels, priority, deadlineMs, submittedAtMs } = (await queue.get("order-17"))!.instance;
  assertEquals([args, labels, priority], ['{"image":"cat.png"}' as typeof args, { tenant: "acme" }, 2]);
  assertEquals(deadlineMs - submittedAtMs, 5000);
  assertEquals((await queue.depth()).queued, 1);
});

Deno.test("openPlatform() reads what the command line takes", async () => {
  await using platform = await openPlatform({
    attached: ["edge=http://127.0.0.1:1,limit=2"],
    profile: "hard-limit",
  });
  assertStringIncludes(platform.name, "edge");
  await assertRejects(() => openPlatform({ attached: ["edge"] }), PlatformError);
  await assertRejects(() => openPlatform({ profile: "perfect" }), Error, "Cannot find the profile");
});

Deno.test("simulate() gives the same run for the same seed, with Sequoia and without", () => {
  const load = { workload: workload({ chains: [{ chain: HELLO }] }), arrivals: burst(20) };
  const run = { ...load, seed: "1", profile: "hard-limit,limit=5" };
  const events = [...simulate({ ...run, limit: 5 })];
  assertEquals([...simulate({ ...run, limit: 5 })], events);
  assertEquals(events[0]!.type, "run");
  const outcomes = (all: Iterable<{ readonly type: string; readonly outcome?: string }>) =>
    [...all].flatMap(({ type, outcome }) => type === "end" ? [outcome] : []);
  assertEquals(new Set(outcomes(events)), new Set(["completed"]));
  assertEquals(outcomes(simulate({ ...run, policy: "none" })).includes("dropped"), true);
  assertThrows(() => [...simulate({ ...run, policy: "fare-share" })], PolicyError);
});
